import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { untilReady } from '../../src/kubernetes/until-ready.ts';
import type { ClusterReader } from '../../src/kubernetes/watch/cluster-reader.ts';
import type { Snapshot } from '../../src/kubernetes/watch/snapshot.ts';
import { recorded } from './support/recorded.ts';

type Logs = ClusterReader['logs'];

/** Waits for the Deployment of a recorded state, whose logs are read as told; `before` is what was seen before it. */
function waitFor(name: string, logs: Logs, before?: Snapshot) {
  const state = recorded(name);
  const view = {
    snapshot: () => state.snapshot,
    subscribe(look: (snapshot: Snapshot) => void) {
      if (before !== undefined) look(before);
      void Promise.resolve().then(() => look(state.snapshot));
      return () => undefined;
    },
    close: () => undefined,
  };
  return untilReady({
    objects: [state.find('Deployment', 'app')],
    namespace: 'todo',
    cluster: { view: () => view, logs },
    signal: new AbortController().signal,
    rollout: () => undefined,
    waiting: () => undefined,
    answersBehind: () => [],
    time: { ...systemClock, now: () => state.now },
  });
}

const saying = 'asyncpg.exceptions.InvalidPasswordError: password authentication failed for user "app"';

test('what the program said last is the cause', async () => {
  expect(await waitFor('database-refuses-password', async () => [saying])).toMatchObject({
    code: 'database-refuses-password',
  });
});

test('a log that was gone when it was asked for is asked for again before the crash is called final', async () => {
  const answers = [undefined, [saying]];
  const failure = await waitFor('database-refuses-password', async () => answers.shift());
  expect(failure).toMatchObject({ code: 'database-refuses-password' });
});

test('a log that stays away does not keep the failure from being told', async () => {
  let asked = 0;
  const failure = await waitFor('database-refuses-password', async () => {
    asked += 1;
    if (asked % 2 === 0) throw new Error('the node does not answer');
    return undefined;
  });
  expect(failure).toMatchObject({ code: 'crash-loop' });
  expect(asked).toBe(3);
});

test('what an earlier run of the container said is not the last word on this one', async () => {
  // As it was one crash ago: the kubelet had begun the container anew before its log could be read.
  const before = recorded('database-refuses-password', (text) => {
    expect(text).toMatch(/"restartCount": 2\b/);
    return text.replaceAll(/"restartCount": 2\b/g, '"restartCount": 0');
  });
  let asked = 0;
  const failure = await waitFor(
    'database-refuses-password',
    async () => {
      asked += 1;
      return asked <= 1 ? ['INFO: started'] : [saying];
    },
    before.snapshot,
  );
  expect(failure).toMatchObject({ code: 'database-refuses-password' });
});
