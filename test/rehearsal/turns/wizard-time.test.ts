import { expect, onTestFinished, test } from 'vitest';
import { pause } from '../../../src/clock.ts';
import type { Transport } from '../../../src/kubernetes/watch/transport.ts';
import { ManualClock } from '../../../src/rehearsal/clock.ts';
import { ClusterTime } from '../../../src/rehearsal/turns/cluster-time.ts';
import { Traffic } from '../../../src/rehearsal/turns/traffic.ts';
import { watchParameter } from '../../../src/rehearsal/turns/turn.ts';
import { WizardTime } from '../../../src/rehearsal/turns/wizard-time.ts';

const never = new AbortController().signal;

/** Both sides of the turns in one process, at full speed unless told. */
function both(speed?: number) {
  const clock = new ManualClock(0);
  const traffic: Traffic = new Traffic(() => cluster.lookAgain());
  const fail = (error: unknown) => {
    throw error;
  };
  const cluster: ClusterTime = new ClusterTime(clock, traffic, fail);
  const control = {
    giveTurn: cluster.take.bind(cluster),
    takeBack: async ({ number }: { number: number }) => cluster.takeBack(number),
  };
  const pace = speed === undefined ? {} : { speed };
  const time = new WizardTime({ control, start: 0, ...pace, idleSpeed: 1, programs: () => [], bug: fail });
  onTestFinished(() => time.close());
  return { clock, traffic, time };
}

test('an hour passes at once, and each timer acts at its time', async () => {
  const { clock, time } = both();
  const seen: [string, number][] = [];
  clock.after(60_000, () => seen.push(['cluster', clock.now()]));
  await Promise.all([
    pause(time, 3_600_000, never).then(() => seen.push(['wizard', time.now()])),
    pause(time, 1000, never).then(() => seen.push(['wizard', time.now()])),
  ]);
  expect(seen).toEqual([
    ['wizard', 1000],
    ['cluster', 60_000],
    ['wizard', 3_600_000],
  ]);
});

test('no time passes while something outside goes on, however long that takes', async () => {
  const { time } = both();
  const slow = () => new Promise<void>((resolve) => setTimeout(resolve, 100));
  let late = false;
  time.after(1, () => (late = true));
  await time.during(slow);
  expect([time.now(), late]).toEqual([0, false]);
  await pause(time, 1, never);
  expect(late).toBe(true);
});

test('what watches bring at one moment comes in the order of their addresses, whichever was faster', async () => {
  const { clock, traffic, time } = both();
  const sends: Record<string, (line: string) => void> = {};
  const direct: Transport = {
    get: () => Promise.reject(new Error('not asked')),
    stream: (path, { opened, chunk }) =>
      new Promise(() => {
        const [address = '', query = ''] = path.split('?');
        const watch = traffic.watches(new URLSearchParams(query).get(watchParameter) ?? undefined);
        sends[address] = (line) => {
          watch.wrote(false);
          // The connection of pods is a slow one.
          setTimeout(() => chunk(Buffer.from(`${line}\n`)), address === '/pods' ? 20 : 0);
        };
        opened();
      }),
    close: () => Promise.resolve(),
  };
  const held = time.transport(direct);
  const heard: string[] = [];
  const listen = (path: string) =>
    new Promise<void>((resolve) => {
      void held.stream(
        `${path}?watch=1`,
        { opened: resolve, chunk: (bytes) => heard.push(`${time.now()} ${bytes.toString().trim()}`) },
        never,
      );
    });
  await Promise.all([listen('/services'), listen('/pods')]);
  clock.after(500, () => {
    sends['/services']?.('service');
    sends['/pods']?.('pod');
  });
  await pause(time, 1000, never);
  expect(heard).toEqual(['500 pod', '500 service']);
});

test('what is begun after a person has taken their time has its own time from then on', async () => {
  const { time } = both(100);
  time.after(3_600_000, () => undefined);
  // Nobody has anything to do; at this speed twenty seconds pass.
  await new Promise<void>((resolve) => setTimeout(resolve, 200));
  expect(time.now()).toBeGreaterThan(15_000);
  let isTooLate = false;
  const cancel = time.after(5000, () => (isTooLate = true));
  await time.during(() => Promise.resolve());
  cancel();
  expect(isTooLate).toBe(false);
});
