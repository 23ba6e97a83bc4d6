import { readFileSync } from 'node:fs';
import { sanitise } from '../../src/secrets/sanitise.ts';
import { lineSplitter } from '../../src/tools/shell/run.ts';

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

/** Lines of a recording as a listener hears them: cut as the runner cuts, and sanitised. */
export function heard(folder: URL, name: string): string[] {
  const lines: string[] = [];
  const splitter = lineSplitter((line) => lines.push(sanitise(line)));
  splitter.push(Buffer.from(recorded(folder, name).text));
  splitter.end();
  return lines;
}
