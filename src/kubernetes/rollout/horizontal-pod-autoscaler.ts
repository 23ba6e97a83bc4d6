import { ready, type RolloutStatus } from './status.ts';

/** Never in the way: without metrics it leaves the number of pods as it is. */
export const horizontalPodAutoscaler = (): RolloutStatus => ready();
