import { describe, expect, it } from 'vitest';
import { buildPlan } from '../../src/plan/build.ts';
import { criticalPath, pathSeconds } from '../../src/plan/critical-path.ts';
import type { Plan, PlanStep } from '../../src/plan/plan.ts';
import { answersOf, cloudTarget, orderLines, planOf, planRequest, recipeOf, type PlanOf } from '../support/plan-of.ts';

const text = `
apiVersion: deploy-wizard/v1
name: shop
title: Shop
description: Two releases, a database and a cache
environments:
  local: { values: [values.yaml, values-dev.yaml] }
  prod: { values: [values.yaml], confirm: typed }
questions:
  - { id: database, ask: Where?, why: It keeps the orders., choose: { cluster: Here, url: Elsewhere }, default: cluster }
  - { id: size, ask: How large?, why: A volume can rarely be made smaller., default: 1Gi, when: answers.database == "cluster" }
  - { id: cache, ask: A cache?, why: It makes pages faster., type: boolean, default: '\${environment == "prod"}' }
  - { id: greeting, ask: Which greeting?, why: It stands on the page., default: Hello }
images:
  api: { context: api, dockerfile: Dockerfile, args: { MODE: release } }
  web: { context: web, dockerfile: Dockerfile }
secrets:
  api:
    keys:
      url:
        - { when: answers.database == "url", ask: Database URL }
        - { from: '\${database.url}' }
      session: { generate: { bytes: 32 } }
database:
  when: answers.database == "cluster"
  postgres: { size: '\${answers.size}', database: shop, user: shop }
addons:
  cache: { title: Cache, why: Pages are kept in it., files: [cache.yaml], namespace: cache, settings: { host: cache.cache.svc }, when: answers.cache, address: cache }
releases:
  api:
    chart: chart/api
    set:
      image: '\${images.api.ref}'
      secret: '\${secrets.api.name}'
      version: '\${secrets.api.version}'
      cache: '\${answers.cache ? addons.cache.settings.host : ""}'
      hosts: [{ when: environment == "prod", name: shop.example.com }, { name: localhost }]
      greeting: '\${answers.greeting}'
    services: { http: { name: api, port: 8000 } }
    test: true
  web:
    chart: chart/web
    timeout: 2m
    set: { image: '\${images.web.ref}', api: '\${releases.api.internalUrl}', public: '\${releases.api.url}' }
    services: { page: { name: web, port: 80, show: Open }, admin: { name: web-admin, port: 81, show: Administration } }
verify:
  page: { http: { url: '\${releases.web.url}' }, shows: the page }
  order:
    requests:
      - { method: POST, url: '\${releases.api.url}/orders', expect: 201, capture: { id: /id } }
      - { url: '\${releases.api.url}/orders/\${captured.id}' }
    shows: an order
expect:
  steps: { image.api: 30s, image.web: 90s, rollout.api: 10s, rollout.web: 20s }
`;
const shop = recipeOf(text, '/recipes/shop/recipe.yaml');

const step = (plan: Plan, id: string): PlanStep => {
  const found = plan.steps.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no step ${id}`);
  return found;
};

describe('a plan', () => {
  it('has the steps in order, each with what it waits for', async () => {
    expect(orderLines(await planOf(shop))).toEqual([
      'cluster.target',
      'namespace.app <- cluster.target',
      'image.api',
      'image.web',
      'database.postgres <- namespace.app',
      'secret.api <- database.postgres namespace.app',
      'release.api <- image.api namespace.app secret.api',
      'rollout.api <- namespace.app release.api',
      'helm-test.api <- namespace.app rollout.api',
      'release.web <- image.web namespace.app release.api rollout.api',
      'rollout.web <- namespace.app release.web',
      'http-check.page <- cluster.target rollout.web',
      'http-check.order <- cluster.target rollout.api',
      '(left out) addon.cache',
    ]);
  });

  it('is the same for the same answers, to the byte', async () => {
    const answers = await answersOf(shop, {});
    const bytes = JSON.stringify(buildPlan(planRequest(shop, answers)));
    expect(JSON.stringify(buildPlan(planRequest(shop, answers)))).toBe(bytes);
    const reordered = Object.fromEntries(Object.entries(answers).reverse());
    expect(JSON.stringify(buildPlan(planRequest(recipeOf(text, shop.file), reordered)))).toBe(bytes);
  });

  it('holds no secret, only its reference', async () => {
    const given: PlanOf = { given: { database: 'url' }, secrets: { 'secrets.api.url': 'a-password' } };
    const plan = await planOf(shop, given);
    expect(JSON.stringify(plan)).not.toContain('a-password');
    expect(step(plan, 'secret.api').params['keys']).toEqual([
      { key: 'url', sources: [{ ask: 'Database URL' }] },
      { key: 'session', sources: [{ generate: { bytes: 32, encode: 'base64url' } }] },
    ]);
  });

  it('takes the first source of a secret whose condition holds', async () => {
    const plan = await planOf(shop);
    expect(step(plan, 'secret.api').params['keys']).toContainEqual({
      key: 'url',
      sources: [{ from: '${database.url}' }],
    });
    expect(step(plan, 'secret.api').needs).toContain('database.postgres');
    const other = await planOf(shop, { given: { database: 'url' }, secrets: { 'secrets.api.url': 'x' } });
    expect(step(other, 'secret.api').needs).toEqual(['namespace.app']);
    expect(other.leftOut).toContainEqual({ id: 'database.postgres', when: 'answers.database == "cluster"' });
  });

  it('fills in what is known and leaves what the run finds out', async () => {
    const plan = await planOf(shop);
    expect(step(plan, 'release.api').params).toMatchObject({
      namespace: 'shop',
      values: ['values.yaml', 'values-dev.yaml'],
      set: {
        image: 'shop-api:5eed0',
        secret: 'api',
        version: '${secrets.api.version}',
        cache: '',
        hosts: [{ name: 'localhost' }],
        greeting: 'Hello',
      },
    });
    expect(step(plan, 'release.web').params['set']).toEqual({
      image: 'shop-web:5eed1',
      api: 'http://api.shop.svc:8000',
      public: '${releases.api.url}',
    });
    expect(step(plan, 'http-check.order').params['requests']).toMatchObject([
      { url: '${releases.api.url}/orders' },
      { url: '${releases.api.url}/orders/${captured.id}' },
    ]);
  });

  it('differs by environment', async () => {
    const plan = await planOf(shop, { environment: 'prod', target: cloudTarget });
    expect(step(plan, 'release.api').params).toMatchObject({
      values: ['values.yaml'],
      set: {
        image: 'registry.example.com/shop-api:5eed0',
        cache: 'cache.cache.svc',
        hosts: [{ name: 'shop.example.com' }, { name: 'localhost' }],
      },
    });
    expect(step(plan, 'release.api').needs).toContain('addon.cache');
    expect(plan.leftOut).toEqual([]);
    expect(step(plan, 'addon.cache').needs).toEqual(['cluster.target']);
  });

  it('shows commands as they will be run, answers with ${ included', async () => {
    const plan = await planOf(shop, { given: { greeting: 'Hello ${name}' } });
    const { commands, params } = step(plan, 'release.api');
    expect(commands[0]).toContain('greeting=Hello ${name}');
    expect(params['set']).toMatchObject({ greeting: 'Hello $${name}' });
  });

  it('says which answer each parameter was made from', async () => {
    const plan = await planOf(shop);
    expect(step(plan, 'database.postgres').origins).toEqual({ namespace: ['namespace'], size: ['size'] });
    expect(step(plan, 'release.api').origins).toMatchObject({ 'set.cache': ['cache'], 'set.greeting': ['greeting'] });
    expect(step(plan, 'secret.api').origins).toMatchObject({ 'keys[0].sources[0]': ['database'] });
  });

  it('has a hash of what each step wants, and of nothing else', async () => {
    const before = await planOf(shop);
    const after = await planOf(shop, { given: { greeting: 'Good morning' } });
    const changed = before.steps.filter(({ id, inputHash }) => step(after, id).inputHash !== inputHash);
    expect(changed.map(({ id }) => id)).toEqual(['release.api']);
  });

  it('names the addresses that it will find', async () => {
    expect((await planOf(shop)).endpoints).toEqual([
      { name: 'web.page', title: 'Open', step: 'rollout.web', service: 'web' },
      { name: 'web.admin', title: 'Administration', step: 'rollout.web', service: 'web-admin' },
    ]);
  });

  it('has the time limits of recipe and command line', async () => {
    expect(step(await planOf(shop), 'rollout.web').timeout).toBe(120);
    expect(step(await planOf(shop), 'rollout.api').timeout).toBe(600);
    const answers = await answersOf(shop, {});
    const limited = buildPlan({ ...planRequest(shop, answers), rolloutTimeout: 5 });
    expect([step(limited, 'rollout.web').timeout, step(limited, 'release.web').timeout]).toEqual([5, 300]);
  });

  it('makes the namespace unless the recipe does', async () => {
    const own = recipeOf(
      `${text}\nnamespaces:\n  shop: { name: '\${target.namespace}', labels: { team: shop } }\n  other: { name: other }\n`,
    );
    const ids = (await planOf(own)).steps.map(({ id }) => id);
    expect(ids.filter((id) => id.startsWith('namespace.'))).toEqual(['namespace.shop', 'namespace.other']);
    const more = recipeOf(`${text}\nnamespaces:\n  other: { name: other }\n`);
    const both = (await planOf(more)).steps.filter(({ kind }) => kind === 'namespace');
    expect(both.map(({ id, params }) => [id, params['name']])).toEqual([
      ['namespace.app', 'shop'],
      ['namespace.other', 'other'],
    ]);
  });

  it('makes an image as this machine and the code want it', async () => {
    const answers = await answersOf(shop, {});
    const plan = buildPlan({
      ...planRequest(shop, answers),
      platforms: { api: 'linux/arm64' },
      dockerfiles: { api: '/source/api/Dockerfile' },
    });
    expect(step(plan, 'image.api').params).toMatchObject({
      platform: 'linux/arm64',
      dockerfile: '/source/api/Dockerfile',
    });
    expect(step(plan, 'image.web').params).not.toHaveProperty('platform');
  });
});

describe('the critical path', () => {
  it('is the chain that takes longest by the expected times', async () => {
    expect((await planOf(shop)).criticalPath).toEqual(['image.web', 'release.web', 'rollout.web', 'http-check.page']);
  });

  const chain = (...needs: [string, string[]][]) =>
    needs.map(([id, before]) => ({ id, kind: 'release', needs: before }) as unknown as PlanStep);

  it('goes over the longer branch', () => {
    const steps = chain(['a', []], ['b', ['a']], ['c', ['a']], ['d', ['b', 'c']]);
    expect(criticalPath(steps, { a: 1, b: 2, c: 3, d: 1 })).toEqual(['a', 'c', 'd']);
    expect(pathSeconds(steps, { a: 1, b: 2, c: 3, d: 1 })).toBe(5);
    expect(criticalPath([], {})).toEqual([]);
  });
});
