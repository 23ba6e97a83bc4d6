import { describe, expect, it } from 'vitest';
import { StepFailure } from '../../src/engine/step.ts';
import { done, gate, kind, planOf, start, words } from '../support/small-plan.ts';

describe('a run', () => {
  it('says what happens to each step, in order', async () => {
    const plan = planOf({ a: { kind: 'namespace' }, b: { needs: ['a'] }, c: { kind: 'rollout', needs: ['b'] } });
    plan.leftOut.push({ id: 'addon.cache', when: 'answers.cache' });
    const { result, events, written } = start(plan, {
      kinds: {
        namespace: kind({ check: async () => done() }),
        secret: kind({
          run: async (_params, { progress, output, waiting, rollout }) => {
            progress('writing', 1, 2);
            waiting('the API server');
            waiting('the API server');
            output(['stored']);
            rollout({ object: 'Secret/b', state: 'ready' });
            return { made: [{ apiVersion: 'v1', kind: 'Secret', name: 'b' }], undo: {} };
          },
        }),
        rollout: kind({ run: async () => ({ outputs: { 'releases.web.url': 'http://here' } }) }),
      },
    });
    expect(await result).toEqual({
      outcome: 'done',
      changed: true,
      outputs: { 'releases.web.url': 'http://here' },
      failures: [],
      // The last one came after a change: it took its time for it.
      durations: { b: 0, c: 0 },
    });
    expect(events).toEqual([
      { type: 'step.skipped', step: 'addon.cache', reason: 'answers.cache' },
      { type: 'step.started', step: 'a', attempt: 1 },
      { type: 'step.finished', step: 'a', changed: false, duration: 0 },
      { type: 'step.started', step: 'b', attempt: 1 },
      { type: 'step.progressed', step: 'b', message: 'writing', done: 1, total: 2 },
      { type: 'step.waiting', step: 'b', blocker: 'the API server', since: '2026-11-24T08:00:00.000Z' },
      { type: 'step.output', step: 'b', lines: ['stored'] },
      { type: 'rollout.changed', step: 'b', object: 'Secret/b', state: 'ready' },
      { type: 'step.finished', step: 'b', changed: true, duration: 0 },
      { type: 'step.started', step: 'c', attempt: 1 },
      { type: 'step.finished', step: 'c', changed: false, duration: 0 },
    ]);
    expect(written.lines).toEqual(['did a same', 'intends b 1', 'did b changed', 'intends c 1', 'did c same']);
    expect(written.entries).toEqual([
      {
        step: 'b',
        kind: 'secret',
        inputHash: 'hash of b',
        made: [{ apiVersion: 'v1', kind: 'Secret', name: 'b' }],
        undo: {},
        holdsData: false,
      },
    ]);
  });

  it('starts a step when those it needs are finished, and not before', async () => {
    const [a, b] = [gate(), gate()];
    const gates: Record<string, Promise<void>> = { a: a.passed, b: b.passed };
    const plan = planOf({ a: {}, b: {}, c: { needs: ['a', 'b'] }, d: { needs: ['a'] } });
    const { result, events, said } = start(plan, {
      kinds: { secret: kind({ run: async (_params, { step }) => ((await gates[step.id]) ?? {}) as object }) },
    });
    await said('step.started', 'b');
    expect(words(events)).toEqual(['started a', 'started b']);
    a.open();
    await said('step.finished', 'd');
    expect(words(events)).not.toContain('started c');
    b.open();
    expect((await result).outcome).toBe('done');
    expect(words(events).slice(-2)).toEqual(['started c', 'finished c']);
  });

  it('runs as many of a kind side by side as the kind allows, and as many of others as there are', async () => {
    const hold = gate();
    let most = 0;
    let now = 0;
    const counting = async () => {
      now += 1;
      most = Math.max(most, now);
      await hold.passed;
      now -= 1;
      return {};
    };
    const plan = planOf(
      Object.fromEntries([1, 2, 3, 4, 5].map((number) => [`image.${number}`, { kind: 'image' as const }])),
    );
    const { result, events, said } = start(plan, { kinds: { image: kind({ parallel: 2, run: counting }) } });
    await said('step.started', 'image.2');
    hold.open();
    await result;
    expect(most).toBe(2);
    expect(words(events).filter((word) => word.startsWith('finished'))).toHaveLength(5);

    const free = gate();
    let unlimited = 0;
    const run = start(planOf({ a: {}, b: {}, c: {} }), {
      kinds: { secret: kind({ run: async () => ((unlimited += 1), await free.passed, {}) }) },
    });
    await run.said('step.started', 'c');
    await Promise.resolve();
    free.open();
    await run.result;
    expect(unlimited).toBe(3);
  });

  it('lends the place of a step that waits for another one', async () => {
    const hold = gate();
    let [now, most] = [0, 0];
    const building = async (work: () => Promise<void>) => {
      now += 1;
      most = Math.max(most, now);
      await work();
      now -= 1;
    };
    const plan = planOf({
      'cluster.target': { kind: 'cluster' },
      ...Object.fromEntries([1, 2, 3, 4].map((number) => [`image.${number}`, { kind: 'image' as const }])),
    });
    const { result, said, events } = start(plan, {
      kinds: {
        cluster: kind({ run: async () => (await hold.passed, {}) }),
        image: kind({
          parallel: 2,
          async run(_params, { finished, waiting }) {
            await building(async () => undefined);
            waiting('the cluster');
            await finished('cluster.target');
            await building(() => Promise.resolve());
            return {};
          },
        }),
      },
    });
    // The cluster starts only when every image waits for it.
    await said('step.waiting', 'image.4');
    expect(words(events)).not.toContain('finished cluster.target');
    hold.open();
    expect((await result).outcome).toBe('done');
    expect(most).toBeLessThanOrEqual(2);
  });

  it('hands on what a step found out, and writes its commands anew from it', async () => {
    const plan = planOf({
      web: { kind: 'rollout' },
      check: { needs: ['web'], params: { url: '${releases.web.url}/health', literal: 'a $${dollar}' } },
    });
    const seen: unknown[] = [];
    const { result } = start(plan, {
      kinds: {
        rollout: kind({ check: async () => done({ 'releases.web.url': 'http://10.0.0.1:30001' }) }),
        secret: kind({ run: async (params, { step }) => (seen.push(params, step.commands), {}) }),
      },
    });
    await result;
    const params = { url: 'http://10.0.0.1:30001/health', literal: 'a ${dollar}' };
    expect(seen).toEqual([params, [[JSON.stringify(params)]]]);
  });

  it('knows whether a step before, directly or not, has changed something', async () => {
    const plan = planOf({
      a: {},
      b: { kind: 'release', needs: ['a'] },
      c: { kind: 'helm-test', needs: ['b'] },
      d: { kind: 'helm-test' },
    });
    const seen: string[] = [];
    const test = kind({
      check: async (_params, { step, isAfterChange }) => (seen.push(`${step.id} ${isAfterChange}`), done()),
    });
    const kinds = { secret: kind(), release: kind({ check: async () => done() }), 'helm-test': test };
    await start(plan, { kinds }).result;
    expect(seen.sort()).toEqual(['c true', 'd false']);
    seen.length = 0;
    await start(plan, { kinds: { ...kinds, secret: kind({ check: async () => done() }) } }).result;
    expect(seen.sort()).toEqual(['c false', 'd false']);
    seen.length = 0;
    // What only reads has changed nothing.
    await start(plan, { kinds: { ...kinds, secret: kind({ run: async () => ({}) }) } }).result;
    expect(seen.sort()).toEqual(['c false', 'd false']);
  });

  it('does not take a started cluster for a change of what runs in it', async () => {
    const plan = planOf({
      'cluster.target': { kind: 'cluster' },
      b: { kind: 'release', needs: ['cluster.target'] },
      c: { kind: 'helm-test', needs: ['b'] },
    });
    const seen: boolean[] = [];
    const test = kind({ check: async (_params, { isAfterChange }) => (seen.push(isAfterChange), done()) });
    const result = start(plan, {
      kinds: { cluster: kind(), release: kind({ check: async () => done() }), 'helm-test': test },
    });
    expect((await result.result).changed).toBe(true);
    expect(seen).toEqual([false]);
  });

  it('does not take long to know it in a plan where everything needs everything before it', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `s${index}`);
    const plan = planOf(Object.fromEntries(names.map((name, index) => [name, { needs: names.slice(0, index) }])));
    const { result } = start(plan, { kinds: { secret: kind({ run: async () => ({}) }) } });
    expect((await result).outcome).toBe('done');
  });

  it('lets a step do much before another is finished, and wait for that then', async () => {
    const started = gate();
    const order: string[] = [];
    const plan = planOf({ 'cluster.target': { kind: 'cluster' }, image: { kind: 'image' } });
    const { result, said } = start(plan, {
      kinds: {
        cluster: kind({ run: async () => (await started.passed, order.push('cluster'), {}) }),
        image: kind({
          run: async (_params, { finished, waiting }) => {
            order.push('built');
            waiting('the cluster');
            await finished('cluster.target');
            order.push('loaded');
            return { made: [], undo: {} };
          },
        }),
      },
    });
    await said('step.waiting', 'image');
    started.open();
    expect((await result).outcome).toBe('done');
    expect(order).toEqual(['built', 'cluster', 'loaded']);
  });

  it('does not wait for a step that there is not', async () => {
    const { result } = start(planOf({ a: {} }), {
      kinds: { secret: kind({ run: async (_params, { finished }) => (await finished('b'), {}) }) },
    });
    expect((await result).failures).toMatchObject([{ step: 'a', failure: { code: 'bug' } }]);
  });
});

describe('a run whose front end fails', () => {
  it('ends in order, and loses nothing of its record', async () => {
    const run = start(planOf({ a: {}, b: { needs: ['a'] } }), {
      kinds: { secret: kind() },
      emit: ({ type }) => {
        if (type === 'step.finished') throw new Error('EPIPE');
      },
    });
    expect(await run.result).toMatchObject({ outcome: 'failed', failures: [{ failure: { code: 'bug' } }] });
    expect(run.written.lines).toEqual(['intends a 1', 'did a changed']);
  });
});

describe('a secret', () => {
  it('is taken out of whatever a run says or writes down', async () => {
    const canary = 'canary-4f1d';
    const run = start(planOf({ a: {}, b: {} }), {
      kinds: {
        secret: kind({
          run: async (_params, { step, progress, waiting, output, rollout }) => {
            progress(`with ${canary}`);
            waiting(`for ${canary}`);
            output([`said ${canary}`]);
            rollout({ object: 'Pod/x', state: 'stalled', waitingFor: canary });
            throw step.id === 'a'
              ? new StepFailure({ code: 'x', cause: canary, evidence: [canary], remedy: [canary] })
              : new Error(`postgresql://user:${canary}@host`);
          },
        }),
      },
      redact: (text) => text.replaceAll(canary, '‹secret›'),
      decide: async (decision) => {
        expect(JSON.stringify(decision)).not.toContain(canary);
        return { id: decision.id, action: 'stop' };
      },
      record: {
        failed: async (_step, failure) => expect(JSON.stringify(failure)).not.toContain(canary),
      },
    });
    const result = await run.result;
    expect(JSON.stringify([result, run.events])).not.toContain(canary);
    expect(JSON.stringify(run.events)).toContain('‹secret›');
    expect(result.failures.map(({ failure }) => failure.code)).not.toContain('user');
  });
});
