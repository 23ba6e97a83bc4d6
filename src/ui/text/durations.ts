/** A time that something took or takes: `0.6 s`, `48 s`, `2 min 31 s`, `1 h 5 min`. */
export function durationText(seconds: number): string {
  const tenths = Math.round(Math.max(0, seconds) * 10) / 10;
  if (tenths < 1) return tenths === 0 ? '< 0.1 s' : `${tenths} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return joined(Math.floor(whole / 60), 'min', whole % 60, 's');
  const minutes = Math.round(whole / 60);
  return joined(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

/** What something is expected to take: `~70 s`, `~4 min`. Two numbers would claim more than an estimate knows. */
export function estimateText(seconds: number): string {
  if (seconds < 120) return `~${Math.max(1, Math.round(seconds))} s`;
  return `~${durationText(Math.round(seconds / 60) * 60)}`;
}

/** A running time: `0:07`, `1:12`, `1:05:00`. */
export function clockText(seconds: number): string {
  const whole = Math.floor(Math.max(0, seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (count: number) => String(count).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

function joined(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}
