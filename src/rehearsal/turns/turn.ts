/**
 * The wizard and its cluster take turns, so that a rehearsal does not depend on how busy the machine is: time stands still
 * while the wizard, or a program that it started, has something to do, and moves to the next moment at which something
 * happens when all of them wait. What travels is plain data.
 */
export interface Turn {
  /** They are counted: a turn may be taken back before the cluster has heard of it. */
  number: number;
  /** When the wizard wants to be woken at the latest, in milliseconds since 1970; absent: it only waits for news. */
  until?: number;
  /** How many things that the wizard began are not finished: programs, requests. */
  outside: number;
  /** They have not moved for so long that they must be waiting for the cluster in a way that cannot be seen: by asking again and again. */
  isStuck: boolean;
  /** How much faster than life; absent: as fast as the machine can. */
  speed?: number;
}

/** The cluster has come as far as `now`. */
export interface TurnEnd {
  now: number;
  /** A program has begun to wait, or has what it waited for: what it does next may take it a moment. */
  isActionDue: boolean;
  /** By number of a watch of the wizard: what it has been sent so far. */
  watches: Record<string, WatchProgress>;
}

export interface WatchProgress {
  lines: number;
  isEnded: boolean;
}

/** Parameter of a watch by which the wizard numbers it; an API server passes over what it does not know. */
export const watchParameter = 'rehearsalWatch';
