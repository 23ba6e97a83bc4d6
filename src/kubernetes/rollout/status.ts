/** What a rollout rule says about one object at one moment. A verdict is a function of (objects, now), never of the order of events. */
export type RolloutStatus =
  | { state: 'ready' }
  | { state: 'progressing'; waitingFor: string; ready?: number; wanted?: number }
  /** Known cause, may heal by itself. */
  | { state: 'stalled'; waitingFor: string; reason: string; ready?: number; wanted?: number }
  /** Known cause that the cluster cannot heal. */
  | { state: 'failed'; waitingFor: string; reason: string; ready?: number; wanted?: number }
  /** We cannot see: no permission, or no connection. */
  | { state: 'unknown'; waitingFor: string };

export const ready = (): RolloutStatus => ({ state: 'ready' });

export const waitingFor = (what: string): RolloutStatus => ({ state: 'progressing', waitingFor: what });

export const stalled = (reason: string, what: string): RolloutStatus => ({
  state: 'stalled',
  reason,
  waitingFor: what,
});

export const failed = (reason: string, what: string): RolloutStatus => ({ state: 'failed', reason, waitingFor: what });
