import { describe, expect, it } from 'vitest';
import { busy, cannot, gate, kind, planOf, start, words } from '../support/small-plan.ts';

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
      'started a',
      'failed a',
      'decision.needed',
      'started a',
      'failed a',
      'decision.needed',
      'started a',
      'finished a',
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
