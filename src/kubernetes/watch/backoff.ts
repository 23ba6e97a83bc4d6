/** Milliseconds. Short enough that a person sees a healed connection within moments, long enough not to hammer a server that restarts. */
const first = 250;
const longest = 5_000;

/**
 * How long to wait after the n-th failure in a row (from 1): 0.25 s doubling to 5 s, its upper half random, so that many
 * watches that broke together do not come back together. A wait that the server asked for goes before.
 */
export function backoff(failures: number, random: () => number, retryAfter?: number): number {
  if (retryAfter !== undefined) return retryAfter;
  const full = Math.min(longest, first * 2 ** Math.max(0, failures - 1));
  return full / 2 + (random() * full) / 2;
}
