export type Fields = Record<string, unknown>;

/** What is asked of the API server: to make an object, or to change one that is there. */
export interface Case {
  name: string;
  /** The object to be made, or the one that is there before it is changed. */
  object: Fields;
  /** Set for a change: fields of the object as it is stored, by path. */
  change?: Fields;
  /** Not as a dry run: some checks are left out in one. */
  isReal?: boolean;
}

/** A copy with some fields set by path: `spec.containers.0.image`; `undefined` takes a field away. */
export function changed(object: Fields, fields: Fields): Fields {
  const copy = structuredClone(object);
  for (const [path, value] of Object.entries(fields)) {
    const parts = path.split('/');
    let place: Fields = copy;
    for (const part of parts.slice(0, -1)) place = (place[part] ??= {}) as Fields;
    const last = parts.at(-1) ?? '';
    if (value === undefined) delete place[last];
    else place[last] = value;
  }
  return copy;
}

/** Cases of one kind of object: each is the base with some fields set. */
export function casesOf(base: Fields, table: Record<string, Fields>, isReal = false): Case[] {
  return Object.entries(table).map(([name, fields]) => ({
    name: `${String(base['kind'])}: ${name}`,
    object: changed(base, fields),
    ...(isReal ? { isReal } : {}),
  }));
}

/** Changes of the base, or of the base with the fields of `from`. */
export function changesOf(base: Fields, table: Record<string, Fields | { from: Fields; to: Fields }>): Case[] {
  return Object.entries(table).map(([name, change]) => {
    const isPair = 'from' in change && 'to' in change;
    return {
      name: `${String(base['kind'])} changed: ${name}`,
      object: isPair ? changed(base, change['from'] as Fields) : base,
      change: isPair ? (change['to'] as Fields) : change,
    };
  });
}
