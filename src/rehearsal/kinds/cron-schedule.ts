/**
 * Schedules of CronJobs, in the words of the parser that the server uses (github.com/robfig/cron/v3, `ParseStandard`).
 */
interface Bounds {
  min: number;
  max: number;
  names: Record<string, number>;
}

const named = (names: string, first: number) =>
  Object.fromEntries(names.split(' ').map((name, index) => [name, first + index]));

const bounds: Bounds[] = [
  { min: 0, max: 59, names: {} },
  { min: 0, max: 23, names: {} },
  { min: 1, max: 31, names: {} },
  { min: 1, max: 12, names: named('jan feb mar apr may jun jul aug sep oct nov dec', 1) },
  { min: 0, max: 6, names: named('sun mon tue wed thu fri sat', 0) },
];

const descriptors = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

/** Why it is no schedule; undefined when it is one. */
export function scheduleError(schedule: string): string | undefined {
  let spec = schedule;
  const zone = /^(?:TZ|CRON_TZ)=(\S*)\s?(.*)$/.exec(spec);
  if (zone !== null) spec = (zone[2] ?? '').trim();
  if (spec === '') return 'empty spec string';
  if (spec.startsWith('@')) return descriptorError(spec);
  const fields = spec.split(/\s+/).filter((field) => field !== '');
  if (fields.length !== 5) return `expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`;
  for (const [index, field] of fields.entries()) {
    const error = fieldError(field, bounds[index] as Bounds);
    if (error !== undefined) return error;
  }
  return undefined;
}

function descriptorError(spec: string): string | undefined {
  if (descriptors.includes(spec)) return undefined;
  if (spec.startsWith('@every ')) {
    const duration = spec.slice('@every '.length);
    if (/^[-+]?(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/.test(duration)) return undefined;
    return `failed to parse duration ${spec}: time: invalid duration "${duration}"`;
  }
  return `unrecognized descriptor: ${spec}`;
}

function fieldError(field: string, limits: Bounds): string | undefined {
  for (const range of field.split(',').filter((part) => part !== '')) {
    const error = rangeError(range, limits);
    if (error !== undefined) return error;
  }
  return undefined;
}

function rangeError(text: string, limits: Bounds): string | undefined {
  const [range = '', step, ...moreSteps] = text.split('/');
  const [low = '', high, ...moreBounds] = range.split('-');
  let [start, end] = [limits.min, limits.max];
  if (low !== '*' && low !== '?') {
    const first = numberOf(low, limits);
    if (typeof first === 'string') return first;
    [start, end] = [first, first];
    if (moreBounds.length > 0) return `too many hyphens: ${text}`;
    if (high !== undefined) {
      const last = numberOf(high, limits);
      if (typeof last === 'string') return last;
      end = last;
    }
  }
  let size = 1;
  if (moreSteps.length > 0) return `too many slashes: ${text}`;
  if (step !== undefined) {
    const parsed = integer(step);
    if (typeof parsed === 'string') return parsed;
    size = parsed;
    if (high === undefined && low !== '*' && low !== '?') end = limits.max;
  }
  if (start < limits.min) return `beginning of range (${start}) below minimum (${limits.min}): ${text}`;
  if (end > limits.max) return `end of range (${end}) above maximum (${limits.max}): ${text}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${text}`;
  return size === 0 ? `step of range should be a positive number: ${text}` : undefined;
}

const numberOf = (text: string, { names }: Bounds): number | string => names[text.toLowerCase()] ?? integer(text);

function integer(text: string): number | string {
  if (!/^[-+]?\d+$/.test(text))
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  return Number(text) < 0 ? `negative number (${Number(text)}) not allowed: ${text}` : Number(text);
}
