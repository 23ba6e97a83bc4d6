/** Milliseconds since 1970 of an RFC 3339 time; undefined for none. */
export function instant(text: string | null | undefined): number | undefined {
  if (text === undefined || text === null) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** Milliseconds between a moment and now; 0 for a moment that is not known or, by a clock that differs, still to come. */
export function elapsed(since: number | undefined, now: number): number {
  return since === undefined ? 0 : Math.max(0, now - since);
}

/** `6 s`, `4 min`, `2 h`: as long as it matters to somebody who waits. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** Seconds of a Go duration, as the kubelet writes back-offs: `10s`, `2m40s`, `5m0s`. */
export function goDuration(text: string): number | undefined {
  const [, hours = '0', minutes = '0', seconds = '0'] = /^(?:(\d+)h)?(?:(\d+)m)?(?:([\d.]+)s)?$/.exec(text) ?? [];
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return total > 0 ? total : undefined;
}
