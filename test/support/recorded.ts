import { readFileSync } from 'node:fs';

/** What a program printed, as it was recorded or transcribed. */
export interface Recorded {
  /** Where it is from: program, version, date, command; or the document. */
  origin: string[];
  text: string;
  lines: string[];
}

/** Reads a fixture: lines that begin with `# ` tell where it is from, an empty line, then the text. */
export function recorded(folder: URL, name: string): Recorded {
  const content = readFileSync(new URL(name, folder), 'utf8');
  const end = content.indexOf('\n\n');
  const origin = content.slice(0, end).split('\n');
  if (end === -1 || origin.some((line) => !line.startsWith('# ')))
    throw new Error(`${name} does not say where it is from`);
  const text = content.slice(end + 2);
  return { origin: origin.map((line) => line.slice(2)), text, lines: text.replace(/\n$/, '').split('\n') };
}
