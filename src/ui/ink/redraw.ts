import type { Clock } from '../../clock.ts';
import { tick } from './components/spinner.ts';

/** When the screen is drawn. */
export interface Redraw {
  now(): void;
  /** After everything that happens in this turn: keys that came in one piece are drawn once. */
  soon(): void;
  stop(): void;
}

/** While `isMoving`, the screen is drawn again with every tick of one shared clock; else the clock stands still. */
export function createRedraw({
  clock,
  draw,
  isMoving,
}: {
  clock: Clock;
  draw: () => void;
  isMoving: () => boolean;
}): Redraw {
  let isQueued = false;
  let isStopped = false;
  let cancelTick: (() => void) | undefined;

  const now = () => {
    isQueued = false;
    if (isStopped) return;
    draw();
    if (cancelTick !== undefined || !isMoving()) return;
    cancelTick = clock.after(tick, () => {
      cancelTick = undefined;
      now();
    });
  };
  const soon = () => {
    if (isQueued) return;
    isQueued = true;
    queueMicrotask(now);
  };

  return {
    now,
    soon,
    stop() {
      isStopped = true;
      cancelTick?.();
    },
  };
}
