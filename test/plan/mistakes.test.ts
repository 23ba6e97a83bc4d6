import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors/errors.ts';
import { buildPlan } from '../../src/plan/build.ts';
import { answersOf, planOf, planRequest, recipeOf } from '../support/plan-of.ts';

const fixtures = join(import.meta.dirname, '..', 'recipe', 'fixtures');

/** Recipes that are well formed, and that these answers cannot be planned with: file, message, line:column, next step. */
const mistakes: [string, string, string, string][] = [
  [
    'plan-cycle.yaml',
    'These steps wait for each other: release.first → release.second → release.first',
    '6:3',
    'Remove one of the references between them.',
  ],
  [
    'plan-left-out-run.yaml',
    'release.web needs releases.api.url, but rollout.api is left out by these answers',
    '12:7',
    'Change the answers, or give release.web and rollout.api the same condition.',
  ],
  [
    'plan-left-out-secret.yaml',
    'secret.web needs database.url, but database.postgres is left out by these answers',
    '10:5',
    'Change the answers, or give secret.web and database.postgres the same condition.',
  ],
  [
    'plan-left-out.yaml',
    'release.web needs addons.cache.settings.host, but addon.cache is left out by these answers',
    '13:7',
    'Change the answers, or give release.web and addon.cache the same condition.',
  ],
  [
    'plan-needs.yaml',
    'releases.web waits for addon.cache, which is no step of this recipe',
    '8:5',
    'Its steps are: cluster.target, namespace.app, release.web, rollout.web.',
  ],
  [
    'plan-nothing.yaml',
    'releases.web.set.cache: field not found: address in ${addons.cache.address}',
    '11:7',
    'Correct the expression, or declare what it names.',
  ],
  [
    'plan-param.yaml',
    'database.size: a size is a number with Mi or Gi, for example 1Gi; found "huge"',
    '7:1',
    'Change the answer size.',
  ],
  [
    'plan-unasked.yaml',
    'release.web reads answers.host, which is not asked with these answers',
    '12:7',
    'Read it only where its question is asked: answers.expose == "ingress"',
  ],
  [
    'plan-when.yaml',
    'releases.web.when: the condition environment gives "local", neither true nor false',
    '8:5',
    'Correct the expression, or declare what it names.',
  ],
  [
    'plan-wildcard.yaml',
    'certificates.all.challenge: a wildcard host cannot be proven over HTTP: it needs dns01; found "http01"',
    '10:5',
    'Correct the recipe at this place.',
  ],
];

describe('a plan that cannot be made', () => {
  it.each(mistakes)('%s: %s', async (file, message, at, next) => {
    const recipe = recipeOf(readFileSync(join(fixtures, file), 'utf8'), `/recipes/${file}`);
    const error: unknown = await planOf(recipe).catch((reason: unknown) => reason);
    if (!(error instanceof UserError)) throw new Error(`expected a UserError, got ${String(error)}`);
    expect(error.message).toBe(message);
    expect(`${error.place?.line}:${error.place?.column}`).toBe(at);
    expect(error.next[0]).toBe(next);
    expect(error.exitCode).toBe(2);
  });

  it('stands in a fixture that is tried', () => {
    const all = readdirSync(fixtures).filter((name) => name.startsWith('plan-'));
    expect(all.filter((name) => !mistakes.some(([file]) => file === name))).toEqual([]);
  });

  it('is one for an environment that there is not', async () => {
    const recipe = recipeOf(readFileSync(join(fixtures, 'valid-expressions.yaml'), 'utf8'));
    const request = planRequest(recipe, await answersOf(recipe, {}), { environment: 'test' });
    expect(() => buildPlan(request)).toThrow('The recipe expressive has no environment test');
  });
});
