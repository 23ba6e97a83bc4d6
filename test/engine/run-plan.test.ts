import { describe, expect, it } from 'vitest';
import { Bug, ToolError, UserError } from '../../src/errors/errors.ts';
import { exitCodes } from '../../src/errors/exit-codes.ts';
import { blocked, StepFailure, type LedgerEntry } from '../../src/engine/step.ts';
import { done, gate, kind, planOf, start, todo, words } from '../support/small-plan.ts';

const busy = () =>
  new ToolError('the registry is busy', { argv: ['docker', 'push'], status: 1, lastLines: [], isTransient: true });
const cannot = () =>
  new StepFailure({ code: 'no-room', cause: 'there is no room', evidence: ['seen'], remedy: ['make room'] });

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
      durations: { b: 0 },
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

describe('a failing step', () => {
  it('keeps those that have not begun from beginning, ends those that can be ended, lets the others finish', async () => {
    const fail = gate();
    const finish = gate();
    const plan = planOf({
      bad: { kind: 'image' },
      endable: { kind: 'rollout' },
      upgrade: { kind: 'release' },
      after: { needs: ['upgrade'] },
      later: { needs: ['bad'] },
    });
    const { result, events, written, said } = start(plan, {
      kinds: {
        image: kind({ run: async () => (await fail.passed, {}) }),
        rollout: kind({
          run: (_params, { signal }) =>
            new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
        }),
        release: kind({
          isUninterruptible: true,
          run: async (_params, { signal, waiting }) => {
            waiting('helm');
            await finish.passed;
            signal.throwIfAborted();
            return { made: [], undo: {} };
          },
        }),
        secret: kind(),
      },
    });
    await said('step.waiting', 'upgrade');
    fail.fail(cannot());
    await said('step.failed', 'bad');
    finish.open();
    expect(await result).toMatchObject({
      outcome: 'failed',
      failures: [{ step: 'bad', failure: { code: 'no-room', cause: 'there is no room' } }],
    });
    expect(words(events)).toEqual([
      'started bad',
      'started endable',
      'started upgrade',
      'waiting upgrade',
      'failed bad',
      'finished upgrade',
    ]);
    expect(written.lines.slice(-2)).toEqual(['failed bad no-room', 'did upgrade changed']);
  });

  it('is told although the run is ending already, when it could not be ended', async () => {
    const upgrade = gate();
    const plan = planOf({ bad: { kind: 'image' }, upgrade: { kind: 'release' } });
    const { result, events, said } = start(plan, {
      kinds: {
        image: kind({ run: async () => Promise.reject(cannot()) }),
        release: kind({ isUninterruptible: true, run: async () => (await upgrade.passed, {}) }),
      },
      decide: async ({ id }) => ({ id, action: 'stop' }),
    });
    await said('step.failed', 'bad');
    await said('decision.needed');
    upgrade.fail(new StepFailure({ code: 'quota', cause: 'quota exceeded', evidence: [], remedy: [] }));
    expect((await result).failures.map(({ step }) => step)).toEqual(['bad', 'upgrade']);
    // Nobody is asked about it: the run ends anyway.
    expect(words(events).filter((word) => word === 'decision.needed')).toHaveLength(1);
  });

  it('that found something foreign in the way says so, and changes nothing', async () => {
    const { result, written } = start(planOf({ a: {} }), {
      kinds: {
        secret: kind({
          check: async () =>
            blocked({ code: 'secret-foreign', cause: 'not ours', evidence: [], remedy: ['delete it'] }),
        }),
      },
    });
    expect((await result).failures).toMatchObject([{ failure: { code: 'secret-foreign', cause: 'not ours' } }]);
    expect(written.lines).toEqual(['failed a secret-foreign']);
  });

  it('is a bug of ours when it throws what nobody expects, and never a crash', async () => {
    const plan = planOf({ a: {}, b: { kind: 'image' }, c: { kind: 'release' }, d: { kind: 'database' } });
    const { result } = start(plan, {
      kinds: {
        secret: kind({ check: () => (undefined as unknown as { found: never }).found }),
        image: kind({ run: () => Promise.reject('a text') }),
        release: kind({ verify: async () => Promise.reject(new TypeError('x is not a function')) }),
        database: kind({ run: async () => Promise.reject(new Bug('an invariant does not hold')) }),
      },
    });
    const { outcome, failures } = await result;
    expect(outcome).toBe('failed');
    expect(failures.length).toBeGreaterThan(0);
    for (const { failure } of failures)
      expect(failure).toMatchObject({ code: 'bug', cause: /^A mistake in deploy-wizard: / });
  });

  it('of a kind that there is not ends the run in order', async () => {
    const { result } = start(planOf({ a: {}, b: { kind: 'keycloak' } }), { kinds: { secret: kind() } });
    expect(await result).toMatchObject({ outcome: 'failed', failures: [{ step: 'b', failure: { code: 'bug' } }] });
  });

  it('ends the run with another code when the cluster is not the approved one', async () => {
    const { result } = start(planOf({ a: {} }), {
      kinds: {
        secret: kind({
          run: async () =>
            Promise.reject(new UserError('no longer the cluster', { exitCode: exitCodes.targetChanged })),
        }),
      },
    });
    expect((await result).failures).toMatchObject([{ failure: { code: 'target-changed' } }]);
  });
});

describe('a failure that waiting heals', () => {
  it('is tried again with growing pauses, and said to be waited for', async () => {
    let tries = 0;
    const run = start(planOf({ push: {} }), {
      kinds: {
        secret: kind({ run: async () => ((tries += 1) < 4 ? Promise.reject(busy()) : { made: [], undo: {} }) }),
      },
    });
    const pauses: number[] = [];
    for (let pause = 0; pause < 3; pause += 1) {
      const milliseconds = await run.clock.timer((length) => length < 60_000);
      pauses.push(milliseconds);
      run.clock.advance(milliseconds);
    }
    expect((await run.result).outcome).toBe('done');
    expect(pauses).toEqual([1000, 2000, 4000]);
    expect(words(run.events)).toEqual([
      ...['started push', 'waiting push'],
      ...['started push', 'waiting push'],
      ...['started push', 'waiting push'],
      ...['started push', 'finished push'],
    ]);
    expect(run.events[1]).toMatchObject({ blocker: 'the registry is busy; tried again in 1 s' });
    expect(run.written.lines).toEqual(
      [1, 2, 3, 4].map((number) => `intends push ${number}`).concat('did push changed'),
    );
  });

  it('is given up after four attempts', async () => {
    const run = start(planOf({ push: {} }), { kinds: { secret: kind({ run: async () => Promise.reject(busy()) }) } });
    for (let pause = 0; pause < 3; pause += 1) run.clock.advance(await run.clock.timer((length) => length < 60_000));
    expect((await run.result).failures).toMatchObject([
      { failure: { code: 'tool-failed', cause: 'the registry is busy' } },
    ]);
    expect(words(run.events).filter((word) => word === 'started push')).toHaveLength(4);
  });

  it('is not tried again when the person stops meanwhile', async () => {
    const run = start(planOf({ push: {} }), { kinds: { secret: kind({ run: async () => Promise.reject(busy()) }) } });
    await run.said('step.waiting');
    run.stop.abort(new Error('interrupted'));
    expect(await run.result).toMatchObject({ outcome: 'stopped', failures: [] });
  });

  it('is tried again when the ledger could not be written, and what was made is recorded all the same', async () => {
    let writes = 0;
    let runs = 0;
    const entries: (LedgerEntry | undefined)[] = [];
    const run = start(planOf({ a: {} }), {
      kinds: {
        secret: kind({
          check: async () => (runs === 0 ? todo('it is not there') : done()),
          run: async () => ((runs += 1), { made: [{ apiVersion: 'v1', kind: 'Secret', name: 'a', uid: 'u' }] }),
        }),
      },
      record: {
        did: async (_step, _changed, entry) =>
          (writes += 1) === 1 ? Promise.reject(busy()) : void entries.push(entry),
      },
    });
    run.clock.advance(await run.clock.timer((length) => length < 60_000));
    expect(await run.result).toMatchObject({ outcome: 'done', changed: true });
    expect(runs).toBe(1);
    expect(entries).toMatchObject([{ made: [{ uid: 'u' }] }]);
  });
});

describe('the time of a step', () => {
  it('is limited, and what it waited for last is named', async () => {
    const run = start(planOf({ slow: { timeout: 90 } }), {
      kinds: {
        secret: kind({
          run: (_params, { signal, waiting }) => {
            waiting('pod backend: readiness (GET /health)');
            return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
          },
        }),
      },
    });
    await run.said('step.waiting');
    run.clock.advance(89_999);
    expect(words(run.events)).not.toContain('failed slow');
    run.clock.advance(1);
    expect((await run.result).failures).toMatchObject([
      { failure: { code: 'timeout', cause: 'Given up after 90 s, waiting for pod backend: readiness (GET /health)' } },
    ]);
  });

  it('is limited while it waits for another step as well', async () => {
    const never = gate();
    const run = start(
      planOf({ 'cluster.target': { kind: 'cluster', timeout: 1000 }, image: { kind: 'image', timeout: 5 } }),
      {
        kinds: {
          cluster: kind({
            run: async (_params, { signal }) => (
              signal.addEventListener('abort', () => never.fail(new Error('ended'))),
              await never.passed,
              {}
            ),
          }),
          image: kind({
            run: async (_params, { finished, waiting }) => (
              waiting('the cluster'),
              await finished('cluster.target'),
              {}
            ),
          }),
        },
      },
    );
    await run.said('step.waiting', 'image');
    run.clock.advance(5000);
    expect((await run.result).failures).toMatchObject([
      { step: 'image', failure: { code: 'timeout', cause: 'Given up after 5 s, waiting for the cluster' } },
    ]);
  });

  it('may be longer than a timer of Node can wait', async () => {
    const hold = gate();
    const run = start(planOf({ a: { timeout: 10 ** 9 } }), {
      kinds: { secret: kind({ run: async () => (await hold.passed, {}) }) },
    });
    expect(await run.clock.timer(() => true)).toBe(2 ** 31 - 1);
    hold.open();
    expect((await run.result).outcome).toBe('done');
  });
});

describe('a stop', () => {
  const waits = kind({
    run: (_params, { signal, waiting }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
        waiting('a signal');
      }),
  });

  it('lets no new step start, ends those that can be ended, waits for the others', async () => {
    const finish = gate();
    const run = start(
      planOf({ wait: { kind: 'rollout' }, upgrade: { kind: 'release' }, next: { needs: ['upgrade'] } }),
      {
        kinds: {
          rollout: waits,
          release: kind({
            isUninterruptible: true,
            run: async (_params, { signal, waiting }) => {
              waiting('helm');
              await finish.passed;
              signal.throwIfAborted();
              return { made: [], undo: {} };
            },
          }),
          secret: kind(),
        },
      },
    );
    await run.said('step.waiting', 'upgrade');
    run.stop.abort(new Error('interrupted'));
    finish.open();
    expect(await run.result).toMatchObject({ outcome: 'stopped', changed: true, failures: [] });
    expect(words(run.events).slice(-1)).toEqual(['finished upgrade']);
    expect(words(run.events)).not.toContain('started next');
    expect(words(run.events)).not.toContain('failed wait');
    expect(run.written.lines).toEqual(['intends wait 1', 'intends upgrade 1', 'did upgrade changed']);
  });

  it('is no stop when everything was done already', async () => {
    const finish = gate();
    const run = start(planOf({ upgrade: { kind: 'release' } }), {
      kinds: {
        release: kind({
          isUninterruptible: true,
          run: async (_params, { waiting }) => (waiting('helm'), await finish.passed, {}),
        }),
      },
    });
    await run.said('step.waiting', 'upgrade');
    run.stop.abort(new Error('interrupted'));
    finish.open();
    expect((await run.result).outcome).toBe('done');
  });

  it('lets not even that begin to act which could not be ended then', async () => {
    const look = gate();
    let acts = 0;
    const run = start(planOf({ upgrade: { kind: 'release' } }), {
      kinds: {
        release: kind({
          isUninterruptible: true,
          check: async (_params, { progress }) => {
            progress('comparing');
            await look.passed;
            return todo('it differs');
          },
          run: async () => ((acts += 1), {}),
        }),
      },
    });
    await run.said('step.progressed');
    run.stop.abort(new Error('interrupted'));
    look.open();
    expect((await run.result).outcome).toBe('stopped');
    expect(acts).toBe(0);
    expect(run.written.lines).toEqual([]);
  });

  it('that kills ends everything', async () => {
    const run = start(planOf({ wait: { kind: 'rollout' }, upgrade: { kind: 'release' } }), {
      kinds: { rollout: waits, release: { ...waits, isUninterruptible: true } },
    });
    await run.said('step.waiting', 'upgrade');
    run.kill.abort('SIGTERM');
    expect(await run.result).toMatchObject({ outcome: 'stopped', failures: [] });
  });

  it('before the first step leaves nothing', async () => {
    const plan = planOf({ a: {}, b: { needs: ['a'] } });
    const run = start(plan, { kinds: { secret: kind() } });
    run.stop.abort(new Error('interrupted'));
    expect((await run.result).outcome).toBe('stopped');
    expect(run.written.lines).toEqual([]);
  });

  it('ends a step that waits for another', async () => {
    const run = start(planOf({ 'cluster.target': { kind: 'cluster' }, image: { kind: 'image' } }), {
      kinds: {
        cluster: waits,
        image: kind({
          run: async (_params, { finished, waiting }) => (waiting('the cluster'), await finished('cluster.target'), {}),
        }),
      },
    });
    await run.said('step.waiting', 'image');
    run.stop.abort(new Error('interrupted'));
    expect(await run.result).toMatchObject({ outcome: 'stopped', failures: [] });
  });
});

describe('a decision', () => {
  const failing = (times: number) => {
    let tries = 0;
    return kind({ run: async () => ((tries += 1) <= times ? Promise.reject(cannot()) : { made: [], undo: {} }) });
  };

  it('to try again tries again, as often as it is taken, each with an id of its own', async () => {
    const asked: string[] = [];
    const run = start(planOf({ a: {}, b: { needs: ['a'] } }), {
      kinds: { secret: failing(2) },
      decide: async ({ id, question, options }) => {
        asked.push(id);
        expect(question).toBe('there is no room');
        expect(options.map(({ action }) => action)).toEqual(['retry', 'change-answer', 'stop']);
        return { id, action: 'retry' };
      },
    });
    expect(await run.result).toMatchObject({ outcome: 'done', failures: [] });
    expect(new Set(asked).size).toBe(2);
    expect(words(run.events).slice(0, 8)).toEqual([
      ...['started a', 'failed a', 'decision.needed'],
      ...['started a', 'failed a', 'decision.needed'],
      ...['started a', 'finished a'],
    ]);
    expect(run.events.flatMap((event) => (event.type === 'step.started' ? [event.attempt] : []))).toEqual([1, 2, 3, 1]);
  });

  it('to try again gives back the attempts at what waiting heals', async () => {
    let tries = 0;
    const run = start(planOf({ a: {} }), {
      kinds: {
        secret: kind({
          run: async () => {
            tries += 1;
            if (tries <= 5) throw tries === 1 ? cannot() : busy();
            return {};
          },
        }),
      },
      decide: async ({ id }) => ({ id, action: tries === 1 ? 'retry' : 'stop' }),
    });
    for (let pause = 0; pause < 3; pause += 1) run.clock.advance(await run.clock.timer((length) => length < 60_000));
    expect((await run.result).outcome).toBe('failed');
    expect(tries).toBe(5);
  });

  it('to change an answer ends the run, as does to stop', async () => {
    const kinds = { secret: failing(9) };
    const change = start(planOf({ a: {}, b: { needs: ['a'] } }), {
      kinds,
      decide: async ({ id }) => ({ id, action: 'change-answer' }),
    });
    expect((await change.result).outcome).toBe('change-answer');
    const stop = start(planOf({ a: {}, b: { needs: ['a'] } }), {
      kinds,
      decide: async ({ id }) => ({ id, action: 'stop' }),
    });
    expect((await stop.result).outcome).toBe('failed');
    expect(words(stop.events)).not.toContain('started b');
  });

  it('is asked for one at a time, and not any more once the run ends', async () => {
    const [first, both] = [gate<'retry' | 'stop'>(), gate()];
    let open = 0;
    const run = start(planOf({ a: { kind: 'image' }, b: { kind: 'image' } }), {
      kinds: { image: kind({ run: async () => (await both.passed, Promise.reject(cannot())) }) },
      decide: async ({ id }) => {
        open += 1;
        expect(open).toBe(1);
        const action = await first.passed;
        open -= 1;
        return { id, action };
      },
    });
    both.open();
    await run.said('step.failed', 'a');
    await run.said('step.failed', 'b');
    first.open('stop');
    expect((await run.result).failures.map(({ step }) => step).sort()).toEqual(['a', 'b']);
    expect(words(run.events).filter((word) => word === 'decision.needed')).toHaveLength(1);
  });

  it('is a stop when the person presses Ctrl-C on it', async () => {
    const run = start(planOf({ a: {} }), {
      kinds: { secret: failing(9) },
      decide: (_decision, signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    });
    await run.said('decision.needed');
    run.stop.abort(new Error('interrupted'));
    expect((await run.result).failures).toMatchObject([{ step: 'a', failure: { code: 'no-room' } }]);
  });

  it('that cannot be asked for ends the run in order', async () => {
    const run = start(planOf({ a: {} }), {
      kinds: { secret: failing(9) },
      decide: async () => Promise.reject(new Error('no screen')),
    });
    const codes = (await run.result).failures.map(({ failure }) => failure.code);
    expect(codes.sort()).toEqual(['bug', 'no-room']);
  });
});

describe('what a run writes down', () => {
  const made = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'postgres', namespace: 'shop' };

  it('is what is about to be made, before the act: a run that fails or is ended leaves nothing unknown', async () => {
    let written = 0;
    const run = start(planOf({ a: {} }), {
      kinds: {
        secret: kind({
          check: async () => todo('it is not there', { made: [made], undo: { name: 'postgres' }, holdsData: true }),
          run: async () => {
            written = run.written.entries.length;
            throw cannot();
          },
        }),
      },
    });
    expect((await run.result).changed).toBe(true);
    expect(written).toBe(1);
    expect(run.written.entries).toEqual([
      { step: 'a', kind: 'secret', inputHash: 'hash of a', made: [made], undo: { name: 'postgres' }, holdsData: true },
    ]);
  });

  it('is not said again where the ledger knows it, with the uid that it has', async () => {
    const before = {
      step: 'a',
      kind: 'secret',
      inputHash: 'old',
      made: [{ ...made, uid: 'u1' }],
      undo: {},
      holdsData: true,
    };
    const run = start(planOf({ a: {} }), {
      ledger: [before],
      kinds: {
        secret: kind({
          check: async () => todo('it differs', { made: [made] }),
          run: async () => ({
            made: [
              { ...made, uid: 'u1' },
              { ...made, kind: 'Service', uid: 'u2' },
            ],
          }),
        }),
      },
    });
    await run.result;
    expect(run.written.entries).toHaveLength(1);
    expect(run.written.entries[0]).toMatchObject({
      inputHash: 'hash of a',
      made: [
        { kind: 'StatefulSet', uid: 'u1' },
        { kind: 'Service', uid: 'u2' },
      ],
      holdsData: true,
    });
  });

  it('holds what was made although the proof of it failed at first', async () => {
    let proofs = 0;
    const run = start(planOf({ a: {} }), {
      kinds: {
        secret: kind({
          check: async (_params, { before }) => (before === undefined ? todo('it is not there') : done()),
          run: async () => ({ made: [{ ...made, uid: 'u1' }] }),
          verify: async () => ((proofs += 1) === 1 ? Promise.reject(busy()) : undefined),
        }),
      },
    });
    run.clock.advance(await run.clock.timer((length) => length < 60_000));
    expect(await run.result).toMatchObject({ outcome: 'done', changed: true });
    expect(run.written.lines).toEqual(['intends a 1', 'did a changed']);
    expect(run.written.entries).toMatchObject([{ made: [{ uid: 'u1' }] }]);
  });

  it('is written before the act: what cannot be written is not done', async () => {
    let acts = 0;
    const run = start(planOf({ a: {}, b: { needs: ['a'] } }), {
      kinds: { secret: kind({ run: async () => ((acts += 1), {}) }) },
      record: { intends: async () => Promise.reject(new UserError('The journal of this run cannot be written')) },
    });
    expect((await run.result).failures).toMatchObject([{ step: 'a', failure: { code: 'user' } }]);
    expect(acts).toBe(0);
  });

  it('may fail, and the run still ends in order', async () => {
    const hold = gate();
    const run = start(planOf({ a: {}, b: { kind: 'release' } }), {
      kinds: {
        secret: kind({ run: async () => Promise.reject(cannot()) }),
        release: kind({ isUninterruptible: true, run: async () => (await hold.passed, {}) }),
      },
      record: { failed: async () => Promise.reject(new UserError('no space left')) },
    });
    await run.said('step.failed', 'a');
    hold.open();
    const { failures } = await run.result;
    expect(failures.map(({ failure }) => failure.cause).sort()).toEqual(['no space left', 'there is no room']);
    expect(words(run.events)).toContain('finished b');
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
