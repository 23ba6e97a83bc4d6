import type { Json } from '../objects.ts';

/** `%v` of Go's fmt for a JSON value held in Go's generic maps and slices. */
export function goValue(value: Json | undefined): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goValue).join(' ')}]`;
  if (typeof value === 'object') {
    const fields = Object.keys(value).sort();
    return `map[${fields.map((field) => `${field}:${goValue(value[field])}`).join(' ')}]`;
  }
  return String(value);
}

/** The Go type that `encoding/json` gives a value, as `%T` prints it. */
export function goType(value: Json): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'object') return 'map[string]interface {}';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return 'string';
}

/** `%#v` of Go's fmt. */
export function goSyntax(value: Json): string {
  if (value === null) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (typeof value === 'object') {
    const fields = Object.keys(value).sort();
    return `map[string]interface {}{${fields.map((field) => `${goQuoted(field)}:${goSyntax(value[field] ?? null)}`).join(', ')}}`;
  }
  return typeof value === 'string' ? goQuoted(value) : String(value);
}

/** What Go's `encoding/json` calls a value that does not fit where it is to go: `cannot unmarshal number into ...`. */
export function jsonKind(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}

/** `%q` of Go's fmt. */
export const goQuoted = (text: string): string => JSON.stringify(text);

const escapes: Readonly<Record<string, string>> = {
  '<': String.raw`\u003c`,
  '>': String.raw`\u003e`,
  '&': String.raw`\u0026`,
  '\u2028': String.raw`\u2028`,
  '\u2029': String.raw`\u2029`,
};

/** JSON as Go's `encoding/json` writes it: fields sorted, `<`, `>` and `&` escaped. */
export function goJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.keys(value).sort();
    return `{${fields.map((field) => `${goJson(field)}:${goJson(value[field] ?? null)}`).join(',')}}`;
  }
  return JSON.stringify(value).replaceAll(/[<>&\u2028\u2029]/g, (character) => escapes[character] ?? character);
}
