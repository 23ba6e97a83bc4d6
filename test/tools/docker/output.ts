import { sanitise } from '../../../src/secrets/sanitise.ts';
import { lineSplitter } from '../../../src/tools/shell/run.ts';
import { recorded } from '../../support/recorded.ts';

export const folder = new URL('recorded/', import.meta.url);

/** Lines of a recording as a listener hears them: cut as the runner cuts, and sanitised. */
export function heard(fixture: string): string[] {
  const lines: string[] = [];
  const splitter = lineSplitter((line) => lines.push(sanitise(line)));
  splitter.push(Buffer.from(recorded(folder, `${fixture}.txt`).text));
  splitter.end();
  return lines;
}
