import type { StepKind } from '../plan/plan.ts';
import type { AnyStep } from './step.ts';

/** Gives the place of a step to others for as long as it waits for something else than its own work. */
export type Lend = <T>(wait: () => Promise<T>) => Promise<T>;

export interface Places {
  /** Runs the work when one of the places of its kind is free. */
  take<T>(kind: StepKind, work: (lend: Lend) => Promise<T>): Promise<T>;
}

/** As many steps of a kind side by side as the kind allows. */
export function placesPerKind(steps: ReadonlyMap<StepKind, AnyStep>): Places {
  const taken = new Map<StepKind, number>();
  const waiting = new Map<StepKind, (() => void)[]>();

  const acquire = async (kind: StepKind): Promise<void> => {
    const limit = steps.get(kind)?.parallel ?? Infinity;
    if ((taken.get(kind) ?? 0) >= limit) {
      await new Promise<void>((free) => waiting.set(kind, [...(waiting.get(kind) ?? []), free]));
    } else taken.set(kind, (taken.get(kind) ?? 0) + 1);
  };
  const release = (kind: StepKind): void => {
    // A place that is handed on stays taken.
    const next = waiting.get(kind)?.shift();
    if (next === undefined) taken.set(kind, (taken.get(kind) ?? 1) - 1);
    else next();
  };

  return {
    async take(kind, work) {
      await acquire(kind);
      try {
        return await work(async (wait) => {
          release(kind);
          try {
            return await wait();
          } finally {
            await acquire(kind);
          }
        });
      } finally {
        release(kind);
      }
    },
  };
}
