/** Why a text is no time, in the words of Go's package time. */
export class TimeError extends Error {
  override name = 'TimeError';
}

interface Part {
  layout: string;
  form: RegExp;
  isInRange?: (text: string) => boolean;
  range?: string;
}

const between = (least: number, most: number) => (text: string) => Number(text) >= least && Number(text) <= most;
const literal = (layout: string): Part => ({ layout, form: new RegExp(`^${layout}`) });
const zone: Part = { layout: 'Z07:00', form: /^(Z|[+-]\d\d:\d\d)/ };
const date: Part[] = [
  { layout: '2006', form: /^\d{4}/ },
  literal('-'),
  { layout: '01', form: /^\d\d/, isInRange: between(1, 12), range: 'month' },
  literal('-'),
  { layout: '02', form: /^\d\d/, isInRange: between(1, 31), range: 'day' },
  literal('T'),
  { layout: '15', form: /^\d\d/, isInRange: between(0, 23), range: 'hour' },
  literal(':'),
  { layout: '04', form: /^\d\d/, isInRange: between(0, 59), range: 'minute' },
  literal(':'),
];
const layouts = {
  // A fraction that the layout does not have is taken after the seconds.
  time: [...date, { layout: '05', form: /^\d\d([.,]\d+)?/, isInRange: seconds, range: 'second' }, zone],
  'micro-time': [
    ...date,
    { layout: '05', form: /^\d\d/, isInRange: seconds, range: 'second' },
    { layout: '.000000', form: /^\.\d{6}/ },
    zone,
  ],
} satisfies Record<string, Part[]>;

function seconds(text: string): boolean {
  return between(0, 59)(text.slice(0, 2));
}

/**
 * A time as the server writes it: UTC, `metav1.Time` with whole seconds, `metav1.MicroTime` with six digits. Throws
 * TimeError for what Go's `time.Parse` does not take.
 */
export function canonicalTime(text: string, type: 'time' | 'micro-time'): string {
  const parts = layouts[type];
  const quoted = `parsing time ${JSON.stringify(text)}`;
  const layout = parts.map((part) => part.layout).join('');
  let rest = text;
  for (const part of parts) {
    const found = part.form.exec(rest)?.[0];
    if (found === undefined)
      throw new TimeError(`${quoted} as "${layout}": cannot parse ${JSON.stringify(rest)} as "${part.layout}"`);
    if (part.isInRange?.(found) === false) throw new TimeError(`${quoted}: ${part.range} out of range`);
    rest = rest.slice(found.length);
  }
  if (rest !== '') throw new TimeError(`${quoted}: extra text: ${JSON.stringify(rest)}`);
  const milliseconds = Date.parse(text.replace(',', '.'));
  const isDay = new Date(`${text.slice(0, 10)}T00:00:00Z`).getUTCDate() === Number(text.slice(8, 10));
  if (Number.isNaN(milliseconds) || !isDay) throw new TimeError(`${quoted}: day out of range`);
  return writtenTime(milliseconds, type, /\.(\d{6})/.exec(text)?.[1]);
}

/** The time as the server writes it; `micros` are the six digits after the seconds where they are known. */
export function writtenTime(milliseconds: number, type: 'time' | 'micro-time', micros = ''): string {
  const iso = new Date(milliseconds).toISOString();
  return type === 'time' ? `${iso.slice(0, -5)}Z` : `${iso.slice(0, -5)}.${micros || `${iso.slice(-4, -1)}000`}Z`;
}
