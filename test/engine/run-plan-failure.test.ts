import { describe, expect, it } from 'vitest';
import { Bug, UserError } from '../../src/errors/errors.ts';
import { exitCodes } from '../../src/errors/exit-codes.ts';
import { blocked, StepFailure, type LedgerEntry } from '../../src/engine/step.ts';
import { busy, cannot, done, gate, kind, planOf, start, todo, words } from '../support/small-plan.ts';

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
      'started push',
      'waiting push',
      'started push',
      'waiting push',
      'started push',
      'waiting push',
      'started push',
      'finished push',
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
