import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/rehearsal/clock.ts';

describe('a clock', () => {
  it('names what sets itself again at one instant, instead of standing still', () => {
    const clock = new ManualClock(0);
    const restless = () => void clock.after(0, restless);
    clock.after(0, () => {});
    restless();
    expect(() => clock.advance(1000)).toThrow(
      /^1000000 timers at 1970-01-01T00:00:00\.000000Z: time does not pass any more\. Of the last 1000 were set\n {2}99\d by \S*restless /,
    );
  });

  it('goes on with the others after it has told of such a mistake', () => {
    const clock = new ManualClock(0);
    const restless = () => void clock.after(0, restless);
    const seen: number[] = [];
    restless();
    clock.after(500, () => seen.push(clock.now()));
    expect(() => clock.advance(1000)).toThrow('time does not pass');
    clock.advance(1000);
    expect(seen).toEqual([500]);
  });

  it('lets many timers act at one instant that do not set one another', () => {
    const clock = new ManualClock(0);
    let acted = 0;
    for (let index = 0; index < 100_000; index += 1) clock.after(7, () => (acted += 1));
    clock.advance(7);
    expect(acted).toBe(100_000);
  });
});
