/** A plain value with every text in it, at any depth, passed through `redact`. Names of fields stay. */
export function redactIn<T>(value: T, redact: ((text: string) => string) | undefined): T {
  return redact === undefined ? value : (walk(value, redact) as T);
}

function walk(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item) => walk(item, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, redact)]));
}
