import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError, UserErrors } from '../../src/errors/errors.ts';
import { loadRecipe } from '../../src/recipe/parse.ts';
import { namedChecks } from '../../src/questions/validate.ts';
import { CheckName } from '../../src/recipe/terms.ts';
import { stepPlans } from '../../src/steps/plans.ts';
import { recipeOf } from '../support/plan-of.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const text = (name: string) => readFileSync(join(fixtures, name), 'utf8');

/** File, message, line:column, first next step. */
const mistakes: [string, string, string, string][] = [
  [
    'invalid-addon.yaml',
    'addons.cache: an add-on says where it comes from: chart, manifests, files, operator or objects; found {"title":"Cache","why":"It is needed."}',
    '6:3',
    'Keys and values are described by: deploy-wizard recipe schema',
  ],
  ['invalid-alias-bomb.yaml', 'The recipe uses too many aliases', '1:1', 'Write out what the aliases stand for.'],
  [
    'invalid-answer-order.yaml',
    'questions.0.when reads answers.expose, which is asked only later',
    '6:75',
    'Move the question expose before it.',
  ],
  [
    'invalid-answer-reference.yaml',
    'releases.web.set.replicas refers to answers.replcas, and no question has this id',
    '10:12',
    'Did you mean replicas?',
  ],
  [
    'invalid-api-version.yaml',
    'apiVersion: this program reads apiVersion: deploy-wizard/v1; found "deploy-wizard/v2"',
    '1:1',
    'Keys and values are described by: deploy-wizard recipe schema',
  ],
  [
    'invalid-check-name.yaml',
    'questions.0.check: expected one of "hostname"|"kubernetes-name"|"email"|"url"|"postgres-url"; found "hostnam"',
    '9:5',
    'Keys and values are described by: deploy-wizard recipe schema',
  ],
  [
    'invalid-check-pattern.yaml',
    'questions.0.check.pattern: a regular expression of JavaScript; found "[a-"',
    '9:14',
    'Keys and values are described by: deploy-wizard recipe schema',
  ],
  [
    'invalid-condition-root.yaml',
    'A condition cannot read database.host in releases.web.when',
    '8:5',
    'Conditions start with one of: answers, environment, target, recipe.',
  ],
  [
    'invalid-condition.yaml',
    'The expression in releases.web.when cannot be read: found = but expecting end of input',
    '8:5',
    'Expressions are CEL, as in Kubernetes: https://cel.dev. A literal ${ is written $${.',
  ],
  ['invalid-duplicate-key.yaml', 'YAML: Map keys must be unique', '7:3', 'Correct the YAML at this place.'],
  [
    'invalid-export.yaml',
    'exports.ci.files.0: a file has either from or content; found {"path":"ci.yml","title":"CI"}',
    '8:13',
    'Keys and values are described by: deploy-wizard recipe schema',
  ],
  [
    'invalid-expression-open.yaml',
    'The expression in releases.web.set.replicas cannot be read: ${ without its closing }',
    '9:7',
    'Expressions are CEL, as in Kubernetes: https://cel.dev. A literal ${ is written $${.',
  ],
  [
    'invalid-expression.yaml',
    'The expression in releases.web.set.replicas cannot be read: found + but expecting end of input',
    '9:7',
    'Expressions are CEL, as in Kubernetes: https://cel.dev. A literal ${ is written $${.',
  ],
  [
    'invalid-key-reference.yaml',
    'secrets.two.keys.copy.0.from refers to secrets.one.keys.tokens, and nothing in the recipe makes it',
    '7:18',
    'Did you mean token?',
  ],
  [
    'invalid-missing-chart.yaml',
    'releases.web.chart is missing',
    '6:3',
    'Keys and values are described by: deploy-wizard recipe schema',
  ],
  [
    'invalid-missing-key.yaml',
    'title is missing',
    '1:1',
    'Keys and values are described by: deploy-wizard recipe schema',
  ],
  [
    'invalid-nested-unknown-key.yaml',
    'Unknown key sett in releases.web',
    '8:5',
    'Keys and values are described by: deploy-wizard recipe schema',
  ],
  [
    'invalid-no-database.yaml',
    'secrets.web.keys.url.0.from refers to database.url, and the recipe has no database',
    '6:18',
    'Add database.',
  ],
  [
    'invalid-path-absolute.yaml',
    'addons.crds.files.0 leaves the folder of the recipe: /etc/passwd',
    '6:56',
    'Name a path below the folder of the recipe.',
  ],
  [
    'invalid-path-context.yaml',
    'images.web.context leaves the folder of the recipe: ../..',
    '6:10',
    'Name a path below the folder of the recipe.',
  ],
  [
    'invalid-path-export.yaml',
    'exports.ci.files.0.path leaves the folder of the recipe: ../../.bashrc',
    '9:11',
    'Name a path below the folder of the recipe.',
  ],
  [
    'invalid-path-secret.yaml',
    'secrets.web.keys.key.0.file leaves the folder of the recipe: ../../.ssh/id_rsa',
    '6:18',
    'Name a path below the folder of the recipe.',
  ],
  [
    'invalid-path.yaml',
    'releases.web.chart leaves the folder of the recipe: ../chart',
    '6:10',
    'Name a path below the folder of the recipe.',
  ],
  [
    'invalid-question.yaml',
    'questions.0.ask: a question ends with a question mark; found "The host name"',
    '7:5',
    'Keys and values are described by: deploy-wizard recipe schema',
  ],
  [
    'invalid-root.yaml',
    'Unknown name facts.nodes in releases.web.set.a',
    '9:7',
    'Expressions start with one of: answers, environment, target, recipe, images, namespaces, secrets, database, releases, addons, keycloak, certificates, captured.',
  ],
  [
    'invalid-secret-answer.yaml',
    'The secret answers.secrets.web.token would leave the Secrets: releases.web.set.token is shown and stored',
    '11:7',
    'A secret can flow only into `from` of a key under `secrets`; let the pod read it by secretKeyRef.',
  ],
  [
    'invalid-secret-in-manual.yaml',
    'The secret secrets.web.keys.token would leave the Secrets: verify.page.commands.0 is shown and stored',
    '10:16',
    'A secret can flow only into `from` of a key under `secrets`; let the pod read it by secretKeyRef.',
  ],
  [
    'invalid-secret-in-question.yaml',
    'The secret database.password would leave the Secrets: questions.0.default is shown and stored',
    '10:5',
    'A secret can flow only into `from` of a key under `secrets`; let the pod read it by secretKeyRef.',
  ],
  [
    'invalid-secret-in-value.yaml',
    'The secret database.url would leave the Secrets: releases.web.set.url is shown and stored',
    '10:7',
    'A secret can flow only into `from` of a key under `secrets`; let the pod read it by secretKeyRef.',
  ],
  [
    'invalid-secret-in-verify.yaml',
    'The secret secrets.web.keys.token would leave the Secrets: verify.page.http.headers.authorization is shown and stored',
    '11:18',
    'A secret can flow only into `from` of a key under `secrets`; let the pod read it by secretKeyRef.',
  ],
  [
    'invalid-secret-key-in-value.yaml',
    'The secret secrets.web.keys.token would leave the Secrets: releases.web.set.token is shown and stored',
    '11:7',
    'A secret can flow only into `from` of a key under `secrets`; let the pod read it by secretKeyRef.',
  ],
  [
    'invalid-service-reference.yaml',
    'verify.page.http.url refers to releases.web.services.pages.url, and nothing in the recipe makes it',
    '11:13',
    'Did you mean page?',
  ],
  [
    'invalid-several.yaml',
    'questions.0.id: a question id is one word: letters and digits; found "Host"',
    '7:7',
    'Keys and values are described by: deploy-wizard recipe schema',
  ],
  ['invalid-several.yaml', 'Unknown key relases', '5:1', 'Did you mean releases?'],
  [
    'invalid-step-reference.yaml',
    'releases.web.set.image refers to images.bakend.ref, and nothing in the recipe makes it',
    '11:7',
    'Did you mean backend?',
  ],
  ['invalid-unknown-key.yaml', 'Unknown key relases', '5:1', 'Did you mean releases?'],
  [
    'invalid-verify-kind.yaml',
    'Unknown key tcp in verify.database',
    '7:5',
    'One of these is needed: http, requests, manual.',
  ],
  [
    'invalid-wrong-type.yaml',
    'releases.web.services.page.port: expected number, received string; found "eighty"',
    '9:26',
    'Keys and values are described by: deploy-wizard recipe schema',
  ],
  [
    'invalid-yaml.yaml',
    'YAML: Flow map in block collection must be sufficiently indented and end with a }',
    '7:1',
    'Correct the YAML at this place.',
  ],
];

/** The mistakes of a text, one by one. */
function mistakesOf(read: () => unknown): UserError[] {
  try {
    read();
  } catch (error) {
    if (error instanceof UserErrors) return error.errors;
    if (error instanceof UserError) return [error];
    throw error;
  }
  return [];
}

async function failing(promise: Promise<unknown>): Promise<UserError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof UserError) return error;
  throw new Error(`expected a UserError, got ${String(error)}`);
}

describe('a recipe with a mistake', () => {
  it.each(mistakes)('%s: %s', (file, message, at, next) => {
    const found = mistakesOf(() => recipeOf(text(file), `/recipes/${file}`)).find((error) => error.message === message);
    expect(found?.message).toBe(message);
    expect(`${found?.place?.line}:${found?.place?.column}`).toBe(at);
    expect(found?.place?.file).toBe(`/recipes/${file}`);
    expect(found?.next[0]).toBe(next);
    expect(found?.exitCode).toBe(2);
  });

  it('is told with all other mistakes of the file', () => {
    const several = mistakesOf(() => recipeOf(text('invalid-several.yaml')));
    expect(several.map(({ message }) => message)).toEqual([
      'questions.0.id: a question id is one word: letters and digits; found "Host"',
      'Unknown key relases',
    ]);
  });

  it('stands in a fixture that is tried', () => {
    const all = readdirSync(fixtures).filter((name) => name.startsWith('invalid-'));
    expect(all.filter((name) => !mistakes.some(([file]) => file === name))).toEqual([]);
  });
});

describe('a valid recipe', () => {
  it.each(readdirSync(fixtures).filter((name) => name.startsWith('valid-')))('%s', (name) => {
    expect(mistakesOf(() => recipeOf(text(name)))).toEqual([]);
  });

  it('has defaults filled in', () => {
    const recipe = recipeOf(text('valid-minimal.yaml'), '/recipes/small/recipe.yaml');
    expect(recipe).toMatchObject({
      folder: '/recipes/small',
      source: 'sample',
      environments: { local: { values: [], confirm: 'enter', targets: 'any' } },
      questions: [],
      sections: {},
    });
    expect(recipe.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it('says where each part stands', () => {
    const recipe = recipeOf(text('valid-expressions.yaml'), '/r.yaml');
    expect(recipe.place(['releases', 'web', 'set', 'literal'])).toEqual({ file: '/r.yaml', line: 34, column: 7 });
    expect(recipe.place(['questions', 1, 'when'])).toEqual({ file: '/r.yaml', line: 17, column: 5 });
    expect(recipe.place(['questions', 1])).toEqual({ file: '/r.yaml', line: 14, column: 5 });
    expect(recipe.place(['releases', 'web', 'nowhere', 'at', 'all'])).toEqual({ file: '/r.yaml', line: 30, column: 3 });
  });

  it('names only checks that there are', () => {
    expect([...CheckName.options].sort()).toEqual(Object.keys(namedChecks).sort());
  });
});

describe('the folder of a recipe', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'recipe-'));
    await mkdir(join(folder, 'recipe', 'sample'), { recursive: true });
    await mkdir(join(folder, 'recipe', 'chart'));
    await writeFile(join(folder, 'recipe', 'chart', 'values.yaml'), '');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const lines = ['apiVersion: deploy-wizard/v1', 'name: folder', 'title: Folder', 'description: A folder'];
  const load = async (...more: string[]) => {
    await writeFile(join(folder, 'recipe', 'recipe.yaml'), [...lines, ...more].join('\n'));
    return loadRecipe(join(folder, 'recipe'), stepPlans);
  };

  it('is read with everything that it names', async () => {
    const recipe = await load(
      'environments: { local: { values: [values.yaml] } }',
      'releases:',
      '  web: { chart: chart }',
    );
    expect(recipe.folder).toBe(join(folder, 'recipe'));
  });

  it('must hold every values file', async () => {
    const error = await failing(
      load('environments: { local: { values: [values-dev.yaml] } }', 'releases:', '  web: { chart: chart }'),
    );
    expect(error.message).toBe('environments.local.values.0 names chart/values-dev.yaml, which is not there');
    expect(error.place).toMatchObject({ line: 5, column: 35 });
    expect(error.next).toEqual([`Make ${join(folder, 'recipe', 'chart', 'values-dev.yaml')}, or correct the path.`]);
  });

  it('is not left by a symbolic link', async () => {
    await mkdir(join(folder, 'elsewhere'));
    await symlink(join(folder, 'elsewhere'), join(folder, 'recipe', 'linked'));
    const error = await failing(load('releases:', '  web: { chart: linked }'));
    expect(error.message).toBe('releases.web.chart leaves the folder of the recipe by a symbolic link: linked');
    expect(error.place).toMatchObject({ line: 6, column: 10 });
    expect(error.next).toEqual(['Put a copy of the file or folder in place of the link.']);
  });

  it('is not left by a symbolic link on the way', async () => {
    await mkdir(join(folder, 'elsewhere', 'chart'), { recursive: true });
    await symlink(join(folder, 'elsewhere'), join(folder, 'recipe', 'linked'));
    const error = await failing(load('releases:', '  web: { chart: linked/chart }'));
    expect(error.message).toContain('by a symbolic link: linked/chart');
  });

  it('may hold links that stay inside', async () => {
    await symlink('chart', join(folder, 'recipe', 'same'));
    await expect(load('releases:', '  web: { chart: same }')).resolves.toMatchObject({ name: 'folder' });
  });

  it('may not hold a link to nothing', async () => {
    await symlink('nothing', join(folder, 'recipe', 'broken'));
    const error = await failing(load('addons:', '  crds: { title: Kinds, why: Needed., files: [broken] }'));
    expect(error.message).toBe('addons.crds.files.0 names broken, which is not there');
  });

  it('must be there', async () => {
    const error = await failing(loadRecipe(join(folder, 'nothing'), stepPlans));
    expect(error.message).toBe(`The recipe ${join(folder, 'nothing', 'recipe.yaml')} cannot be read`);
    expect(error.next[0]).toBe('deploy-wizard recipe list');
  });

  it('holds no recipe larger than 1 MiB', async () => {
    const error = await failing(load(`# ${'x'.repeat(1024 * 1024)}`));
    expect(error.message).toContain('is larger than 1 MiB');
  });
});
