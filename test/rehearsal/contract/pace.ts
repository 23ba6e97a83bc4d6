import { setTimeout as pause } from 'node:timers/promises';
import type { RehearsalControl } from '../../../src/rehearsal/control-client.ts';

/** The time of a cluster, as the suite waits in it. */
export interface Pace {
  /** Milliseconds since some beginning. */
  now(): number;
  pass(milliseconds: number): Promise<void>;
}

/** Of clusters whose time runs by itself. */
export const realPace: Pace = {
  now: () => performance.now(),
  pass: (milliseconds) => pause(milliseconds),
};

/**
 * Of a rehearsal with `speed: 'turns'`: its time stands still while commands read, and passes where the suite waits. What lasts
 * only for a while is seen in it however slow the machine is.
 */
export function heldPace({ giveTurn }: Pick<RehearsalControl, 'giveTurn'>, start: number): Pace {
  let now = start;
  let turns = 0;
  return {
    now: () => now,
    async pass(milliseconds) {
      turns += 1;
      ({ now } = await giveTurn({ number: turns, until: now + milliseconds, outside: 0, isStuck: false }));
    },
  };
}
