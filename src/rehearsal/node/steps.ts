import type { RehearsalClock } from '../clock.ts';

/** A wait inside a procedure: it calls `resume` when it is over. */
type Step = (resume: () => void) => void;

/** Work that takes time: it yields its waits, so that a kubelet's procedures read from top to bottom. */
export type Steps<Result = void> = Generator<Step, Result, void>;

/** Runs a procedure to its end; `isCancelled` is asked after every wait. */
export function play(steps: Steps, isCancelled: () => boolean, done: () => void): void {
  const advance = () => {
    if (isCancelled()) return;
    const { done: isOver, value } = steps.next();
    if (isOver === true) done();
    else value(advance);
  };
  advance();
}

/** Waits so many milliseconds. */
export function* pause(clock: RehearsalClock, milliseconds: number): Steps {
  if (milliseconds > 0) yield (resume) => void clock.after(milliseconds, resume);
}

/** Runs procedures beside each other; over when all are. */
export function* together(all: readonly Steps[], isCancelled: () => boolean): Steps {
  if (all.length === 0) return;
  yield (resume) => {
    let left = all.length;
    for (const steps of all)
      play(steps, isCancelled, () => {
        left -= 1;
        if (left === 0) resume();
      });
  };
}
