/** Milliseconds: the first wait, the longest, and after how long without trouble it starts over. */
const initial = 10_000;
const longest = 300_000;
const forgetting = 600_000;

/**
 * The back-off of the kubelet for containers that end and images that cannot be pulled: 10 s, doubling to 5 min, over
 * after 10 min (k8s.io/client-go/util/flowcontrol/backoff.go). Times are milliseconds since 1970.
 */
export class BackOff {
  /** Most pods have no trouble. */
  #entries: Map<string, { wait: number; at: number }> | undefined;

  /** The current wait. */
  get(key: string): number {
    return this.#entries?.get(key)?.wait ?? 0;
  }

  /** One more failure, at this time. */
  next(key: string, at: number): void {
    const entry = this.#entries?.get(key);
    const isOld = entry === undefined || at - entry.at > forgetting;
    (this.#entries ??= new Map<string, { wait: number; at: number }>()).set(key, {
      wait: isOld ? initial : Math.min(longest, entry.wait * 2),
      at,
    });
  }

  /** Whether the wait since an event, which happened `since`, is not over. */
  isWaiting(key: string, since: number, now: number): boolean {
    const entry = this.#entries?.get(key);
    if (entry === undefined || since - entry.at > forgetting) return false;
    return now - since < entry.wait;
  }

  /** The same, counted from when the wait was last lengthened (image pulls). */
  isWaitingSinceUpdate(key: string, now: number): boolean {
    const entry = this.#entries?.get(key);
    if (entry === undefined || now - entry.at > forgetting) return false;
    return now - entry.at < entry.wait;
  }
}

/** As Go prints a time.Duration: `10s`, `1m20s`, `2h0m0s`. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 1000) return milliseconds === 0 ? '0s' : `${trimmed(milliseconds)}ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${trimmed(seconds)}s`;
  const minutes = Math.floor(seconds / 60);
  const rest = `${minutes % 60}m${trimmed(seconds % 60)}s`;
  return minutes < 60 ? rest : `${Math.floor(minutes / 60)}h${rest}`;
}

const trimmed = (value: number) => String(Math.round(value * 1000) / 1000);
