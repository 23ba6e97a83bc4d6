import { didYouMean } from '../images/nearest.ts';
import { faultCatalogue, grammarOf, type FaultKind, type FaultName, type FaultPart } from './catalogue.ts';

/** A fault as it was asked for. */
export interface Fault {
  /** As written. */
  text: string;
  name: FaultName;
  /** By the name of the part; durations are milliseconds, percents 0 to 100, both as numbers in text. */
  values: Readonly<Record<string, string>>;
  /** How often it happens before it is over; absent: always. */
  times?: number;
}

/** Why a text is no fault. */
export interface FaultProblem {
  message: string;
  /** Counted from 1. */
  column: number;
}

interface Piece {
  text: string;
  column: number;
}

/** Reads `crash:api:137:"no database":x2`. */
export function parseFault(text: string): Fault | { problem: FaultProblem } {
  const pieces = split(text);
  const [name, ...rest] = pieces;
  const kind: FaultKind | undefined = faultCatalogue.find((known) => known.name === name?.text);
  if (kind === undefined || name === undefined) {
    const names = faultCatalogue.map((known) => known.name);
    return wrong(`no fault is called ${name?.text ?? ''}${didYouMean(name?.text ?? '', names)}`, name);
  }
  const last = rest.at(-1);
  const times = last === undefined ? null : /^x([1-9]\d*)$/.exec(last.text);
  const given = times === null ? rest : rest.slice(0, -1);
  const extra = given[kind.parts.length];
  if (extra !== undefined) return wrong(`${kind.name} has no such part; it is written ${grammarOf(kind)}`, extra);
  const values: Record<string, string> = {};
  for (const [index, part] of kind.parts.entries()) {
    const piece = given[index];
    const raw = piece === undefined || piece.text === '' ? part.default : piece.text;
    if (raw === undefined) {
      if (part.isOptional === true) continue;
      return wrong(
        `${kind.name} needs ${part.name}: ${grammarOf(kind)}`,
        piece ?? { text: '', column: text.length + 1 },
      );
    }
    const value = read(part, raw);
    if (typeof value !== 'string') return wrong(value.problem, piece);
    values[part.name] = value;
  }
  return { text, name: kind.name as FaultName, values, ...(times === null ? {} : { times: Number(times[1]) }) };
}

const wrong = (message: string, piece: Piece | undefined) => ({ problem: { message, column: piece?.column ?? 1 } });

/** At colons outside of double quotes. */
function split(text: string): Piece[] {
  return [...text.matchAll(/(?:^|:)((?:"[^"]*"|[^:"])*)/g)].map((match) => ({
    text: (match[1] ?? '').replaceAll('"', ''),
    column: match.index + (match[0].startsWith(':') ? 2 : 1),
  }));
}

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

function read(part: FaultPart, text: string): string | { problem: string } {
  switch (part.is) {
    case 'text':
      return text;
    case 'name':
      return /^[\w.-]+$/.test(text) ? text : { problem: `${part.name} is a name, not ${JSON.stringify(text)}` };
    case 'image':
      return /^[\w./:@-]+$/.test(text)
        ? text
        : { problem: `${part.name} is a name or an image, not ${JSON.stringify(text)}` };
    case 'choice': {
      const choices = part.choices ?? [];
      if (choices.includes(text)) return text;
      return { problem: `${part.name} is one of ${choices.join(', ')}, not ${text}${didYouMean(text, choices)}` };
    }
    case 'duration': {
      const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
      if (match === null) return { problem: `${part.name} is a time such as 500ms, 30s or 5m, not ${text}` };
      return String(Number(match[1]) * (units[match[2] ?? ''] ?? 0));
    }
    case 'percent': {
      const match = /^(\d+(?:\.\d+)?)%?$/.exec(text);
      if (match === null || Number(match[1]) > 100) return { problem: `${part.name} is at most 100%, not ${text}` };
      return match[1] ?? '0';
    }
    case 'exit-code':
      return /^\d+$/.test(text) && Number(text) <= 255
        ? text
        : { problem: `${part.name} is a number from 0 to 255, not ${text}` };
    case 'amount':
      return /^[\w./-]+=\d+$/.test(text) ? text : { problem: `${part.name} is written RESOURCE=NUMBER, not ${text}` };
    case 'object':
      return /^\w+\/[\w.-]+$/.test(text) ? text : { problem: `${part.name} is written KIND/NAME, not ${text}` };
  }
}
