const escapes: Record<string, string> = {
  '\x07': '\\a',
  '\x0b': '\\v',
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
};

/** A string as Go's `%q` prints it. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(/\\u00([0-7][0-9a-f])/g, (_, code: string) => {
    const character = String.fromCharCode(Number.parseInt(code, 16));
    return escapes[character] ?? `\\x${code}`;
  });
}

/** A value as Go's `encoding/json` writes it: keys of maps in order, `<`, `>` and `&` escaped. */
export function toJson(value: unknown): string {
  return (JSON.stringify(sorted(value)) ?? 'null').replace(/[<>&]/g, (character) => escapes[character] ?? character);
}

/** Structs keep the order in which they declare their fields; of those that are printed, these are not in alphabetical order. */
const declared = ['matchLabels', 'matchExpressions', 'key', 'operator', 'values', 'type', 'rollingUpdate'];

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = value as Record<string, unknown>;
  const names = Object.keys(fields).filter((name) => fields[name] !== undefined);
  const isStruct = names.every((name) => declared.includes(name));
  const rank = (name: string) => (isStruct ? declared.indexOf(name) : 0);
  names.sort((one, other) => rank(one) - rank(other) || (one < other ? -1 : 1));
  return Object.fromEntries(names.map((name) => [name, sorted(fields[name])]));
}
