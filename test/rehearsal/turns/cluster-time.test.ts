import { expect, test } from 'vitest';
import { ManualClock } from '../../../src/rehearsal/clock.ts';
import { ClusterTime } from '../../../src/rehearsal/turns/cluster-time.ts';
import { Traffic } from '../../../src/rehearsal/turns/traffic.ts';
import type { Turn, TurnEnd } from '../../../src/rehearsal/turns/turn.ts';

function cluster() {
  const clock = new ManualClock(0);
  const traffic: Traffic = new Traffic(() => time.lookAgain());
  const time: ClusterTime = new ClusterTime(clock, traffic, (error) => {
    throw error;
  });
  let number = 0;
  const give = (turn: Partial<Turn>) => time.take({ number: (number += 1), outside: 0, isStuck: false, ...turn });
  return { clock, traffic, time, give };
}

/** Everything that can happen at once has happened. */
async function quiet() {
  for (let round = 0; round < 20; round += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** What has become of a turn so far. */
function watched(turn: Promise<TurnEnd>) {
  const seen: { end?: TurnEnd } = {};
  void turn.then((end) => (seen.end = end));
  return seen;
}

test('time goes from one moment to the next, until the wizard wants to be woken', async () => {
  const { clock, give } = cluster();
  const at: number[] = [];
  for (const wait of [5000, 1000, 90_000]) clock.after(wait, () => at.push(clock.now()));
  expect(await give({ until: 60_000 })).toEqual({ now: 60_000, isActionDue: false, watches: {} });
  expect(at).toEqual([1000, 5000]);
});

test('what the wizard is sent ends the turn at that moment', async () => {
  const { clock, traffic, give } = cluster();
  const watch = traffic.watches('7');
  clock.after(3000, () => watch.wrote(false));
  clock.after(4000, () => expect.unreachable('the wizard has not seen it yet'));
  expect(await give({ until: 3500 })).toEqual({
    now: 3000,
    isActionDue: false,
    watches: { 7: { lines: 1, isEnded: false } },
  });
  // It is told once.
  expect(await give({ until: 3500 })).toEqual({ now: 3500, isActionDue: false, watches: {} });
});

test('time stands still while a request is answered, and while a program has something to do', async () => {
  const { traffic, give } = cluster();
  const answered = traffic.answers();
  const turn = watched(give({ until: 1000 }));
  await quiet();
  expect(turn.end).toBeUndefined();
  answered();
  await quiet();
  expect(turn.end).toEqual({ now: 1000, isActionDue: false, watches: {} });
  const busy = watched(give({ until: 2000, outside: 1 }));
  await quiet();
  expect(busy.end).toBeUndefined();
});

test('time passes for a program that waits for it, or for the end of a watch', async () => {
  const { clock, traffic, give } = cluster();
  const answered = traffic.answers();
  const isOver = traffic.delays();
  clock.after(200, () => {
    isOver();
    answered();
  });
  void give({ until: 300, outside: 1 });
  await expect.poll(() => clock.now()).toBe(200);
  await quiet();
  // It has its answer, and something to do.
  expect(clock.now()).toBe(200);
  traffic.watches(undefined);
  expect(await give({ until: 900, outside: 1 })).toMatchObject({ now: 900 });
});

test('what a program is sent ends the turn: it may act before time goes on', async () => {
  const { clock, traffic, give } = cluster();
  const watch = traffic.watches(undefined);
  clock.after(1000, () => watch.wrote(false));
  clock.after(2000, () => watch.wrote(true));
  // It has just begun to wait.
  expect(await give({ until: 60_000, outside: 1 })).toEqual({ now: 0, isActionDue: true, watches: {} });
  expect(await give({ until: 60_000, outside: 1 })).toEqual({ now: 1000, isActionDue: false, watches: {} });
  expect(await give({ until: 60_000, outside: 1 })).toEqual({ now: 2000, isActionDue: true, watches: {} });
});

test('a turn that is taken back before it was heard of ends at once', async () => {
  const { time, give } = cluster();
  time.takeBack(1);
  expect(await give({})).toEqual({ now: 0, isActionDue: false, watches: {} });
});

test('a client that closes its watch is no news; a server that ends one is', async () => {
  const { clock, traffic, give } = cluster();
  const [closed, ended] = [traffic.watches('1'), traffic.watches('2')];
  closed.gone();
  clock.after(100, () => ended.ended());
  expect(await give({ until: 1000 })).toEqual({
    now: 100,
    isActionDue: false,
    watches: { 2: { lines: 0, isEnded: true } },
  });
});
