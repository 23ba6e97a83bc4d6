import { describe, expect, it } from 'vitest';
import { gate, kind, planOf, start, todo, words } from '../support/small-plan.ts';

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
