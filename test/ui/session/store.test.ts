import { describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../../src/events/events.ts';
import { createSessionStore } from '../../../src/ui/session/store.ts';
import { planOf, readScenario } from '../../support/scenario.ts';
import { ManualClock } from '../../support/virtual-terminal.ts';

function listening() {
  const clock = new ManualClock(0);
  const store = createSessionStore({ clock });
  const heard: number[] = [];
  const unsubscribe = store.subscribe(() => heard.push(clock.now()));
  return { clock, store, heard, unsubscribe };
}

const started: EngineEvent = { type: 'step.started', step: 'image.backend', attempt: 1 };
const output: EngineEvent = { type: 'step.output', step: 'image.backend', lines: ['x'] };

describe('news are told in batches', () => {
  test('facts 100 ms after the first of them', () => {
    const { clock, store, heard } = listening();
    for (let count = 0; count < 30; count += 1) {
      store.dispatch(started);
      clock.advance(10);
    }
    expect(heard).toEqual([100, 200, 300]);
  });

  test('logs alone 200 ms after, a fact among them sooner', () => {
    const { clock, store, heard } = listening();
    store.dispatch(output);
    clock.advance(150);
    expect(heard).toEqual([]);
    clock.advance(50);
    expect(heard).toEqual([200]);
    store.dispatch(output);
    clock.advance(20);
    store.dispatch(started);
    clock.advance(500);
    expect(heard).toEqual([200, 320]);
  });

  test('at once after a key press, and then not again for the same news', () => {
    const { clock, store, heard } = listening();
    store.flush();
    expect(heard).toEqual([]);
    store.dispatch(output);
    clock.advance(5);
    store.flush();
    clock.advance(1000);
    expect(heard).toEqual([5]);
    expect(clock.timers).toBe(0);
  });

  test('not to who has gone', () => {
    const { clock, store, heard, unsubscribe } = listening();
    store.dispatch(started);
    unsubscribe();
    clock.advance(1000);
    expect(heard).toEqual([]);
  });
});

test('the snapshot knows at once, and is the same object until something happens', () => {
  const { store } = listening();
  store.dispatch({ type: 'run.planned', plan: planOf(readScenario('success')) });
  const before = store.getSnapshot();
  expect(store.getSnapshot()).toBe(before);
  store.dispatch(started);
  expect(store.getSnapshot()).not.toBe(before);
  expect(before.steps.every(({ state }) => state.is === 'pending')).toBe(true);
});
