import { condition, isTrue } from './conditions.ts';
import type { Pod } from './shapes.ts';
import { elapsed, instant } from './times.ts';

/** Ready, and ready for long enough (`minReadySeconds`): what controllers count as available. */
export function available(pod: Pod, minReadySeconds: number, now: number): boolean {
  const ready = condition(pod, 'Ready');
  if (!isTrue(ready)) return false;
  return minReadySeconds === 0 || elapsed(instant(ready?.lastTransitionTime), now) >= minReadySeconds * 1000;
}
