import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { recipeJsonSchema } from '../../src/recipe/schema.ts';
import { stepPlans } from '../../src/steps/plans.ts';
import { carried } from './carries/variants.ts';

const root = join(import.meta.dirname, '..', '..');
const written = readFileSync(join(root, 'recipes', 'recipe.schema.json'), 'utf8');
const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(
  JSON.parse(written) as object,
);

const read = (...path: string[]) => parse(readFileSync(join(root, ...path), 'utf8')) as Record<string, unknown>;
const shipped = readdirSync(join(root, 'recipes'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ['recipes', name, 'recipe.yaml']);
const recipes = [
  ...shipped,
  ...Object.keys(carried).map((name) => ['test', 'recipe', 'carries', name, 'recipe.yaml']),
  ['test', 'recipe', 'fixtures', 'valid-minimal.yaml'],
  ['test', 'recipe', 'fixtures', 'valid-expressions.yaml'],
];

/** What the schema finds wrong, as `path message`. */
function mistakesIn(recipe: unknown): string[] {
  return validate(recipe)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message, params }) =>
        [instancePath, message, (params as { additionalProperty?: string }).additionalProperty]
          .filter(Boolean)
          .join(' '),
      );
}

describe('recipes/recipe.schema.json', () => {
  it('is that of this program', () => {
    const now = `${JSON.stringify(recipeJsonSchema(stepPlans), null, 2)}\n`;
    expect(written, 'Write it anew: node bin/deploy-wizard.js recipe schema > recipes/recipe.schema.json').toBe(now);
  });

  it('has a section for every step kind that a recipe asks for, each strict', () => {
    const { properties, additionalProperties } = JSON.parse(written) as {
      properties: Record<string, object>;
      additionalProperties: boolean;
    };
    const keys = stepPlans.flatMap(({ key }) => (key === undefined ? [] : [key]));
    expect(keys.filter((key) => properties[key] === undefined)).toEqual([]);
    expect(additionalProperties).toBe(false);
  });

  it.each(recipes)('takes %s/%s/%s', (...path) => {
    expect(mistakesIn(read(...path.filter((part) => part !== undefined)))).toEqual([]);
  });

  const todo = () => read('recipes', 'todo', 'recipe.yaml');
  it.each<[string, (recipe: Record<string, unknown>) => void, string]>([
    ['an unknown key', (recipe) => (recipe['relases'] = {}), 'must NOT have additional properties relases'],
    ['a missing title', (recipe) => delete recipe['title'], "must have required property 'title'"],
    ['another version', (recipe) => (recipe['apiVersion'] = 'v2'), '/apiVersion must be equal to constant'],
    [
      'a port that is a text',
      (recipe) => (recipe['releases'] = { web: { chart: 'chart', services: { page: { name: 'web', port: '80' } } } }),
      '/releases/web/services/page/port must be integer',
    ],
    [
      'a question without its mark',
      (recipe) => (recipe['questions'] = [{ id: 'host', ask: 'Host', why: 'The Ingress answers for it.' }]),
      '/questions/0/ask must match pattern "\\?$"',
    ],
    [
      'a check that there is not',
      (recipe) => (recipe['questions'] = [{ id: 'a', ask: 'A?', why: 'For no reason.', check: 'hostnam' }]),
      '/questions/0/check must be equal to one of the allowed values',
    ],
    [
      'a kind of verification that there is not',
      (recipe) => (recipe['verify'] = { database: { tcp: { host: 'db', port: 5432 }, shows: 'the database' } }),
      '/verify/database must match a schema in anyOf',
    ],
    [
      'a secret in clear',
      (recipe) => (recipe['secrets'] = { web: { keys: { token: 'abc' } } }),
      '/secrets/web/keys/token must match a schema in anyOf',
    ],
    [
      'an unpinned manifest',
      (recipe) => (recipe['addons'] = { a: { title: 'A', why: 'B', manifests: [{ url: 'https://example.com' }] } }),
      "/addons/a/manifests/0 must have required property 'sha256'",
    ],
    [
      'a step that is no step',
      (recipe) => (recipe['releases'] = { web: { chart: 'chart', needs: ['traefik'] } }),
      '/releases/web/needs/0 must match pattern "^[a-z-]+\\.[A-Za-z0-9-]+$"',
    ],
    [
      'a duration without its unit',
      (recipe) => (recipe['expect'] = { steps: { 'image.web': '10' } }),
      '/expect/steps/image.web must match pattern "^\\d+(s|m|h)$"',
    ],
    [
      'a password of a user in clear',
      (recipe) =>
        (recipe['keycloak'] = {
          server: { by: 'workload', name: 'keycloak' },
          realm: { name: 'app' },
          users: { a: { email: 'a@b.de', firstName: 'A', lastName: 'B', roles: [], password: 'secret' } },
        }),
      '/keycloak/users/a/password must be object',
    ],
  ])('refuses %s', (_what, plant, mistake) => {
    const recipe = todo();
    expect(mistakesIn(recipe)).toEqual([]);
    plant(recipe);
    expect(mistakesIn(recipe)).toContain(mistake);
  });
});
