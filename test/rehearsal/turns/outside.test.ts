import { expect, test } from 'vitest';
import { Outside } from '../../../src/rehearsal/turns/outside.ts';

/** Something that ends when it is told to. */
function ending<T>() {
  let end: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => (end = resolve));
  return { act: () => promise, end };
}

/** Promises that are settled have been heard of. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

test('what ends first is handed over second when it was begun second', async () => {
  const outside = new Outside(() => undefined);
  const [one, other] = [ending<string>(), ending<string>()];
  const heard: string[] = [];
  void outside.begin(one.act).then((text) => heard.push(text));
  void outside.begin(other.act).then((text) => heard.push(text));
  other.end('other');
  await settled();
  expect([outside.deliverNext(), outside.running, heard]).toEqual([false, 1, []]);
  one.end('one');
  await settled();
  expect([outside.deliverNext(), outside.deliverNext(), outside.deliverNext()]).toEqual([true, true, false]);
  await settled();
  expect(heard).toEqual(['one', 'other']);
});

test('one that waits for the cluster holds up nobody', async () => {
  const outside = new Outside(() => undefined);
  const [waiting, quick] = [ending<string>(), ending<string>()];
  void outside.begin(waiting.act);
  outside.park();
  const answer = outside.begin(quick.act);
  quick.end('quick');
  await settled();
  expect(outside.deliverNext()).toBe(true);
  expect(await answer).toBe('quick');
});

test('a failure is handed over as well', async () => {
  const outside = new Outside(() => undefined);
  const failing = outside.begin(() => Promise.reject(new Error('no')));
  const caught = failing.catch((error: unknown) => error);
  await settled();
  outside.deliverNext();
  expect(await caught).toEqual(new Error('no'));
});

test('programs that change the cluster run one after the other, and none waits for one that is parked', async () => {
  const outside = new Outside(() => undefined);
  const begun: string[] = [];
  const programs = ['one', 'two', 'three'].map((name) => ({ name, ...ending<void>() }));
  for (const { name, act } of programs)
    void outside.beginAlone(() => {
      begun.push(name);
      return act();
    });
  expect([begun, outside.running]).toEqual([['one'], 1]);
  programs[0]?.end();
  await settled();
  expect(begun).toEqual(['one', 'two']);
  outside.park();
  expect(begun).toEqual(['one', 'two', 'three']);
});
