import type { Clock } from '../../clock.ts';

/** Milliseconds. A server that is asked for bookmarks sends one about every minute. */
const longestSilence = 90_000;
const lookEvery = 5_000;
/** A look that comes this much late: the machine slept, and its connections are as good as dead. */
const slept = 20_000;

/** Calls `bark` once when a stream has been silent for 90 s by the wall clock, or the machine was asleep. */
export function watchdog(clock: Clock, bark: () => void): { heard(): void; stop(): void } {
  let lastByte = clock.now();
  let lastLook = lastByte;
  const look = (): void => {
    const now = clock.now();
    const isSilent = now - lastByte >= longestSilence;
    const wasAsleep = now - lastLook >= lookEvery + slept;
    lastLook = now;
    if (isSilent || wasAsleep) return bark();
    cancel = clock.after(lookEvery, look);
  };
  let cancel = clock.after(lookEvery, look);
  return {
    heard() {
      lastByte = clock.now();
    },
    stop: () => cancel(),
  };
}
