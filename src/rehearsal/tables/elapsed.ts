const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** A duration in milliseconds as tables print it, with two or three significant figures (k8s.io/apimachinery/pkg/util/duration, `HumanDuration`). */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / second);
  // Clocks that differ a little are no reason for `<invalid>`.
  if (seconds < -1) return '<invalid>';
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.trunc(milliseconds / minute);
  if (minutes < 10) return two(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(milliseconds / hour);
  if (hours < 8) return two(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.trunc(hours / 24);
  if (days < 8) return two(days, 'd', hours % 24, 'h');
  if (days < 2 * 365) return `${days}d`;
  const years = Math.trunc(days / 365);
  return years < 8 ? two(years, 'y', days % 365, 'd') : `${years}y`;
}

const two = (large: number, largeUnit: string, small: number, smallUnit: string) =>
  small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;

/** How long ago a timestamp was; `<unknown>` without one. `now` in milliseconds since 1970. */
export function since(timestamp: string | null | undefined, now: number): string {
  return timestamp === undefined || timestamp === null || timestamp === ''
    ? '<unknown>'
    : humanDuration(now - Date.parse(timestamp));
}
