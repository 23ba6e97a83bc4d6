import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';
import { buildPlan } from '../../src/plan/build.ts';
import { fillIn, pathsIn } from '../../src/plan/fill-in.ts';
import { conditionScope } from '../../src/plan/scope.ts';
import { parseExpression } from '../../src/recipe/expression.ts';
import { isSecretPath } from '../../src/recipe/secret-flow.ts';
import { answersOf, orderLines, plantedSecret, planRequest, recipeOf } from '../support/plan-of.ts';
import { carried } from './carries/variants.ts';

/** One row of the list of an application, and where its recipe says it. */
interface Row {
  kind: 'box' | 'bold';
  row: string;
  /** JSON pointers into recipe.yaml; an entry of a list may be named by its `id`. */
  at: string[];
  /** Words of the row that stand there. */
  says: string[];
  /** What the files bring that the recipe names. */
  inFiles?: string;
  /** Corrections of the design that are applied. */
  corrected?: string[];
}

function read(application: string) {
  const folder = join(import.meta.dirname, 'carries', application);
  const file = join(folder, 'recipe.yaml');
  const text = readFileSync(file, 'utf8');
  const rows = JSON.parse(readFileSync(join(folder, 'rows.json'), 'utf8')) as Row[];
  return { text, rows, recipe: recipeOf(text, `/recipes/${application}/recipe.yaml`), yaml: parse(text) as unknown };
}

function at(value: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((inner, part) => {
      if (Array.isArray(inner)) {
        const list = inner as { id?: string }[];
        return /^\d+$/.test(part) ? list[Number(part)] : list.find(({ id }) => id === part);
      }
      return typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[part] : undefined;
    }, value);
}

/** Keys and texts of a value, one after the other. */
function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(wordsOf).join(' ');
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([key, item]) => `${key} ${wordsOf(item)}`)
      .join(' ');
  return String(value);
}

describe.each(Object.entries(carried))('%s', (application, { boxes, paragraphs, variants }) => {
  const { rows, recipe, yaml } = read(application);

  it('has a row for every box and every paragraph of the list', () => {
    expect(rows.filter(({ kind }) => kind === 'box')).toHaveLength(boxes);
    expect(rows.filter(({ kind }) => kind === 'bold')).toHaveLength(paragraphs);
    expect(new Set(rows.map(({ row }) => row)).size).toBe(rows.length);
  });

  it.each(rows)('says: $row', ({ at: pointers, says }) => {
    expect(pointers).not.toHaveLength(0);
    const missing = pointers.filter((pointer) => at(yaml, pointer) === undefined);
    expect(missing).toEqual([]);
    const words = pointers.map((pointer) => `${pointer} ${wordsOf(at(yaml, pointer))}`).join('\n');
    expect(says.filter((word) => !words.includes(word))).toEqual([]);
  });

  it('names in its table every part of the recipe', () => {
    const parts = Object.keys(yaml as object).filter(
      (key) => !['apiVersion', 'name', 'title', 'description', 'source', 'version', 'expect'].includes(key),
    );
    const named = new Set(rows.flatMap((row) => row.at.map((pointer) => pointer.split('/')[1])));
    expect(parts.filter((part) => !named.has(part))).toEqual([]);
  });

  it('pins everything third-party', () => {
    const addons = Object.values((recipe.sections['addons'] ?? {}) as Record<string, { chart?: { version: string } }>);
    for (const { chart } of addons) if (chart !== undefined) expect(chart.version).toMatch(/^v?\d+\.\d+\.\d+$/);
    expect(JSON.stringify(yaml)).not.toMatch(/releases\/latest|:latest"|\bbitnami\b/);
  });

  it('plans every environment', () => {
    expect(
      Object.keys(recipe.environments).filter((name) => !variants.some((one) => one.environment === name)),
    ).toEqual([]);
  });

  it('builds, adds and asks everything in one of the variants', async () => {
    const used = new Set<string>();
    const answered = new Set<string>();
    for (const variant of variants) {
      const answers = await answersOf(recipe, variant);
      for (const id of Object.keys(answers)) answered.add(id);
      for (const { id } of buildPlan(planRequest(recipe, answers, variant)).steps) used.add(id);
    }
    const steps = variants[0] === undefined ? [] : orderLines(await plan(variants[0])).map((line) => line.split(' '));
    const all = steps.map(([first, , third]) => (first === '(left' ? third : first));
    expect(all.filter((id) => id !== undefined && !used.has(id))).toEqual([]);
    expect(recipe.questions.map(({ id }) => id).filter((id) => !answered.has(id))).toEqual(unasked[application] ?? []);
  });

  async function plan(variant: (typeof variants)[number]) {
    return buildPlan(planRequest(recipe, await answersOf(recipe, variant), variant));
  }

  describe.each(variants)('$name', (variant) => {
    it('waits for what it needs', async () => {
      const lines = orderLines(await plan(variant));
      await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(`carries/${application}/plans/${variant.name}.txt`);
    });

    it('is the same plan twice, without a secret', async () => {
      const bytes = JSON.stringify(await plan(variant));
      expect(JSON.stringify(await plan(variant))).toBe(bytes);
      expect(bytes).not.toContain(plantedSecret);
    });

    it('leaves open only what a step before finds out', async () => {
      const { steps } = await plan(variant);
      for (const step of steps) {
        const needed = new Set<string>();
        const collect = (id: string): void => {
          for (const need of steps.find((other) => other.id === id)?.needs ?? []) {
            needed.add(need);
            collect(need);
          }
        };
        collect(step.id);
        for (const path of pathsIn(step.params)) {
          const [root, id] = path;
          const makers = {
            releases: [`rollout.${id}`],
            secrets: [`secret.${id}`, `pull-secret.${id}`],
            addons: [`addon.${id}`],
            keycloak: ['keycloak.realm'],
            database: ['database.postgres'],
          }[root ?? ''];
          if (root === 'captured') continue;
          expect(makers, `${step.id} reads ${path.join('.')}`).toBeDefined();
          expect(makers?.some((maker) => needed.has(maker) || step.id === maker)).toBe(true);
          if (isSecretPath(path)) expect(step.kind).toMatch(/secret/);
        }
      }
    });

    it('has texts for people that can be filled in', async () => {
      const request = planRequest(recipe, await answersOf(recipe, variant), variant);
      const scope = conditionScope(request);
      const checks = Object.values(
        (recipe.sections['verify'] ?? {}) as Record<string, { manual?: string; when?: string }>,
      );
      for (const check of checks) {
        const isWanted = check.when === undefined || parseExpression(check.when).evaluate(scope) === true;
        if (check.manual !== undefined && isWanted)
          expect(JSON.stringify(fillIn(check, scope))).not.toContain('${answers');
      }
      for (const { when } of recipe.notes.optional ?? [])
        if (when !== undefined) expect(typeof parseExpression(when).evaluate(scope)).toBe('boolean');
    });

    it('expects times of steps that it has', async () => {
      const { steps, leftOut } = await plan(variant);
      const ids = [...steps, ...leftOut].map(({ id }) => id);
      expect(Object.keys(recipe.expect.steps).filter((id) => !ids.includes(id))).toEqual([]);
    });
  });

  it('takes the defaults on a local cluster, without one answer', async () => {
    const answers = await answersOf(recipe, { environment: 'local' });
    expect(answers['environment']).toBe('local');
    const { steps } = buildPlan(planRequest(recipe, answers, { environment: 'local' }));
    expect(steps.some(({ kind }) => kind === 'rollout')).toBe(true);
  });
});

/** Questions that only an installation asks which is there already: none of the variants has one. */
const unasked: Record<string, string[]> = {
  gharts: ['ingressClass'],
  volaticloud: ['ingressClass', 'etcdEndpoints'],
};
