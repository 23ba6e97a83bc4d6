/**
 * The line of a template that is behind a rendered reference: Helm keeps no map from output to source, so the most
 * telling text that the template holds literally decides. Counts from 1; undefined when nothing matches.
 */
export function templateLine(template: string, hints: readonly string[]): number | undefined {
  const lines = template.split('\n');
  for (const hint of hints) {
    const at = lines.findIndex((line) => line.includes(hint) && !/^\s*(#|\{\{-?\s*\/\*)/.test(line));
    if (at >= 0) return at + 1;
  }
  return undefined;
}
