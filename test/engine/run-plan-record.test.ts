import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors/errors.ts';
import { busy, cannot, done, gate, kind, planOf, start, todo, words } from '../support/small-plan.ts';

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
