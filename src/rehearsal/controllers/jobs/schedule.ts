/** When a CronJob is due, in the rules of github.com/robfig/cron/v3 (`ParseStandard`). */
export interface Schedule {
  /** Milliseconds since 1970 of the first time after `after`; undefined when there is none within five years. */
  next(after: number): number | undefined;
}

interface Field {
  min: number;
  max: number;
  names?: string;
}

const fields: Field[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: 'jan feb mar apr may jun jul aug sep oct nov dec' },
  { min: 0, max: 6, names: 'sun mon tue wed thu fri sat' },
];

const descriptors: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const unitMilliseconds: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
const day = 86_400_000;

/** Undefined for a text that is no schedule, or a zone that is none. */
export function parseSchedule(text: string, timeZone: string | undefined): Schedule | undefined {
  const prefixed = /^(?:TZ|CRON_TZ)=(\S+)\s+(.*)$/.exec(text);
  const zone = prefixed?.[1] ?? timeZone ?? 'UTC';
  const spec = prefixed?.[2] ?? text;
  const every = /^@every\s+(.+)$/.exec(spec);
  if (every !== null) return constantDelay(every[1] ?? '');
  const parts = (descriptors[spec] ?? spec).trim().split(/\s+/);
  const sets = parts.map((part, index) => (fields[index] === undefined ? undefined : parseField(part, fields[index])));
  const [minutes, hours, days, months, weekdays] = sets;
  if (parts.length !== 5 || !minutes || !hours || !days || !months || !weekdays) return undefined;
  const local = zoneOffset(zone);
  if (local === undefined) return undefined;
  const anyDay = parts[2]?.startsWith('*') === true || parts[2] === '?';
  const anyWeekday = parts[4]?.startsWith('*') === true || parts[4] === '?';
  // When both are restricted, either is enough (crontab(5)).
  const isDue = (date: Date) => {
    const [byDay, byWeekday] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
    return months.has(date.getUTCMonth() + 1) && (anyDay || anyWeekday ? byDay && byWeekday : byDay || byWeekday);
  };
  const times = [...hours]
    .sort(ascending)
    .flatMap((hour) => [...minutes].sort(ascending).map((minute) => (hour * 60 + minute) * 60_000));
  return {
    next(after) {
      const first = Math.floor((after + local(after)) / day) * day;
      // A day earlier: where clocks go back, a local time comes twice.
      for (let date = first - day; date < first + 5 * 366 * day; date += day) {
        if (!isDue(new Date(date))) continue;
        for (const time of times) {
          const at = instantOf(date + time, local);
          if (at !== undefined && at > after) return at;
        }
      }
      return undefined;
    },
  };
}

const ascending = (one: number, other: number) => one - other;

function constantDelay(text: string): Schedule | undefined {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) return undefined;
  const sum = parts.reduce(
    (total, [, amount, unit = 's']) => total + Number(amount) * (unitMilliseconds[unit] ?? 0),
    0,
  );
  const delay = Math.max(1000, Math.floor(sum / 1000) * 1000);
  return { next: (after) => Math.floor(after / 1000) * 1000 + delay };
}

function parseField(text: string, { min, max, names = '' }: Field): Set<number> | undefined {
  const values = new Set<number>();
  const numberOf = (part: string) => {
    const named = names.split(' ').indexOf(part.toLowerCase());
    return names !== '' && named !== -1 ? named + min : /^\d+$/.test(part) ? Number(part) : Number.NaN;
  };
  for (const part of text.split(',')) {
    const [range = '', step] = part.split('/');
    const [low = '', high] = range.split('-');
    const isAny = low === '*' || low === '?';
    const first = isAny ? min : numberOf(low);
    const last = isAny ? max : high !== undefined ? numberOf(high) : step === undefined ? first : max;
    const size = step === undefined ? 1 : Number(step);
    if (![first, last, size].every(Number.isInteger) || first < min || last > max || first > last || size < 1)
      return undefined;
    for (let value = first; value <= last; value += size) values.add(value);
  }
  return values;
}

/** Milliseconds that local time is ahead at an instant; undefined for an unknown zone. */
function zoneOffset(zone: string): ((at: number) => number) | undefined {
  if (zone === 'UTC' || zone === 'Etc/UTC') return () => 0;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
  return (at) => {
    const parts: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(at)) parts[type] = Number(value);
    const { year = 0, month = 1, day: date = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, date, hour, minute, second) - Math.floor(at / 1000) * 1000;
  };
}

/** The instant of a local time; undefined when clocks skip it. */
function instantOf(local: number, offset: (at: number) => number): number | undefined {
  const guess = local - offset(local);
  const at = local - offset(guess);
  return at + offset(at) === local ? at : undefined;
}

export const isTimeZone = (zone: string) => zoneOffset(zone) !== undefined;

/** RFC 3339 in the zone, as `metav1.Time.In(zone)` is written. */
export function zonedTimestamp(at: number, zone: string | undefined): string {
  const offset = (zone === undefined ? undefined : zoneOffset(zone))?.(at) ?? 0;
  const text = new Date(at + offset).toISOString().slice(0, 19);
  if (offset === 0) return `${text}Z`;
  const minutes = Math.abs(offset) / 60_000;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${text}${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
