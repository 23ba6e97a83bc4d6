import { describe, expect, it } from 'vitest';
import type { RunRecord } from '../../src/engine/run-request.ts';
import type { JsonObject, PlanTarget, StepKind } from '../../src/plan/plan.ts';
import { steps } from '../../src/steps/steps.ts';
import { World, type Wish } from '../support/world.ts';

/** Commands that change nothing: they need not be announced. */
const reads = /^kubectl --context \S+ (--request-timeout=\S+ )?(get|config view|auth can-i) /;

const unrecorded: RunRecord = {
  intends: async () => undefined,
  did: async () => undefined,
  failed: async () => undefined,
};

/** Runs one step and returns what it said it would run, and what it did run besides looking. */
async function compared(
  wish: Wish,
  target: Partial<PlanTarget> = {},
  prepare: (world: World) => void = () => undefined,
) {
  const world = new World(target);
  prepare(world);
  const cluster = { id: 'cluster.target', kind: 'cluster' as const, params: connects };
  const plan = world.plan(wish.id === cluster.id ? [wish] : [cluster, wish]);
  const result = await world.up(plan, { record: unrecorded });
  expect(result.failures).toEqual([]);
  const executed = world.executed.filter((argv) => !reads.test(`${argv.join(' ')} `));
  const step = plan.steps.find(({ id }) => id === wish.id);
  return { described: step?.commands, instead: step?.instead, executed, all: world.executed };
}

const connects = { name: 'minikube', provider: 'minikube', isStarted: true };
const image: JsonObject = {
  context: 'web',
  dockerfile: 'docker/Dockerfile',
  args: { A: '1' },
  pull: 'registry.local/shop-web:abc',
  push: 'localhost:5000/shop-web:abc',
};
const key = { key: 'token', sources: [{ generate: { bytes: 32, encode: 'hex' } }] };
const login = [
  { key: 'username', sources: [{ env: 'REGISTRY_USER' }] },
  { key: 'password', sources: [{ env: 'REGISTRY_PASSWORD' }] },
];
const database = { name: 'postgres', namespace: 'shop', version: '17', size: '1Gi', database: 'app', user: 'app' };
const release = {
  name: 'web',
  namespace: 'shop',
  chart: 'chart',
  values: ['values.yaml'],
  set: { 'image.tag': 'abc' },
};
const withRelease = (world: World) =>
  world.helm.releases.set('shop/web', { name: 'web', namespace: 'shop', revision: 1, status: 'deployed', objects: [] });
const withLogin = (world: World) => Object.assign(world.environment, { REGISTRY_USER: 'u', REGISTRY_PASSWORD: 'p' });

/** A step of each kind that can be run, and the world in which it has something to do. */
const cases: [name: string, wish: Wish, target?: Partial<PlanTarget>, prepare?: (world: World) => void][] = [
  [
    'cluster that is stopped',
    { id: 'cluster.target', kind: 'cluster', params: { name: 'minikube', provider: 'minikube', isStarted: false } },
    { state: 'stopped' },
  ],
  ['namespace', { id: 'namespace.app', kind: 'namespace', params: { name: 'shop', labels: { team: 'a' } } }],
  ['image that is loaded', { id: 'image.web', kind: 'image', params: image }],
  [
    'image that is pushed',
    { id: 'image.web', kind: 'image', params: image },
    { delivery: { by: 'push', push: 'localhost:5000', pull: 'registry.local' } },
  ],
  [
    'image for a shared engine',
    { id: 'image.web', kind: 'image', params: image },
    { delivery: { by: 'shared-daemon' } },
  ],
  [
    'secret',
    {
      id: 'secret.backend',
      kind: 'secret',
      params: { name: 'backend', namespace: 'shop', type: 'Opaque', keys: [key] },
    },
  ],
  [
    'pull-secret',
    {
      id: 'pull-secret.registry',
      kind: 'pull-secret',
      params: { name: 'registry', namespace: 'shop', registry: 'ghcr.io', keys: login },
    },
    {},
    withLogin,
  ],
  ['database', { id: 'database.postgres', kind: 'database', params: database }],
  ['release', { id: 'release.web', kind: 'release', params: release }],
  [
    'release of a chart from a repository',
    {
      id: 'release.web',
      kind: 'release',
      params: { ...release, chart: { repo: 'https://charts.example.com', name: 'web', version: '1.2.3' } },
    },
  ],
  [
    'helm-test',
    { id: 'helm-test.web', kind: 'helm-test', params: { release: 'web', namespace: 'shop' } },
    {},
    withRelease,
  ],
  [
    'rollout',
    { id: 'rollout.web', kind: 'rollout', params: { release: 'web', namespace: 'shop', services: [] } },
    {},
    withRelease,
  ],
  [
    'http-check',
    { id: 'http-check.page', kind: 'http-check', params: { requests: [], shows: 'the page', writes: false } },
  ],
];

describe('what a step runs is what the plan said', () => {
  it.each(cases.filter(([name]) => name !== 'helm-test'))('%s', async (_name, wish, target, prepare) => {
    const { described, instead, executed } = await compared(wish, target, prepare);
    expect(executed).toEqual(described);
    if (executed.length === 0) expect(instead).toMatch(/\S/);
  });

  it('release whose values only the run knows, with the value in place', async () => {
    const world = new World();
    const secret = { name: 'backend', namespace: 'shop', type: 'Opaque', keys: [key] };
    const set = { 'image.tag': 'abc', version: '${secrets.backend.version}' };
    const plan = world.plan([
      { id: 'secret.backend', kind: 'secret', params: secret },
      { id: 'release.web', kind: 'release', params: { ...release, set }, needs: ['secret.backend'] },
    ]);
    await world.up(plan, { record: unrecorded });
    const version = world.cluster.find('Secret', 'backend')?.metadata.resourceVersion ?? '';
    const wished = { ...release, set: { ...set, version } };
    const described = world.plan([{ id: 'release.web', kind: 'release', params: wished }]).steps[0]?.commands;
    expect(world.executed.filter(([program]) => program === 'helm')).toEqual(described);
    expect(described?.[0]).toContain(`version=${version}`);
  });

  it('helm-test, after a change of its release', async () => {
    const world = new World();
    const wishes = cases.flatMap(([name, wish]) => (name === 'release' || name === 'helm-test' ? [wish] : []));
    const plan = world.plan(
      wishes.map((wish) => (wish.kind === 'helm-test' ? { ...wish, needs: ['release.web'] } : wish)),
    );
    await world.up(plan, { record: unrecorded });
    const helm = world.executed.filter(([program]) => program === 'helm');
    expect(helm).toEqual(plan.steps.flatMap(({ commands }) => commands));
  });

  it('cluster that runs: the look that proves which one it is', async () => {
    const { described, executed, all } = await compared({ id: 'cluster.target', kind: 'cluster', params: connects });
    expect(executed).toEqual([]);
    expect(described).toHaveLength(1);
    expect(all).toContainEqual(described?.[0]);
  });

  it('for every kind that can be run', () => {
    const tried = new Set<StepKind>(cases.map(([, { kind }]) => kind));
    expect([...steps.keys()].filter((kind) => !tried.has(kind))).toEqual([]);
  });
});
