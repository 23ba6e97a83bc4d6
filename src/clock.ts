import { performance } from 'node:perf_hooks';

/** Time as this program needs it; tests pass one that they move by hand. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `act` once, so many milliseconds from now; the function that it returns cancels that. */
  after(milliseconds: number, act: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, act) {
    const timer = setTimeout(act, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** The time of a whole program, beside which others work: a cluster, the programs that it runs. */
export interface ProgramTime extends Clock {
  /** Milliseconds, monotonic: what lasts is measured by it, whatever becomes of the clock on the wall. */
  elapsed(): number;
  /** Waits for something that happens outside of this program. In a rehearsal time stands still meanwhile. */
  during<T>(act: () => Promise<T>): Promise<T>;
}

export const systemTime: ProgramTime = {
  ...systemClock,
  elapsed: () => performance.now(),
  during: (act) => act(),
};

/** Resolves after the time, or as soon as the signal is aborted: the caller looks at the signal. */
export function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(milliseconds, end);
    signal.addEventListener('abort', end);
  });
}
