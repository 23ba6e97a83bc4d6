/** Objects as JSON holds them. What these functions return shares everything with their argument that they do not change. */
export type Fields = Record<string, unknown>;

/** The name of an object; empty while a client has not given it one. */
export const nameOf = ({ metadata }: { metadata: { name?: string } }) => metadata.name ?? '';

export const isAbsent = (value: unknown): value is undefined | null => value === undefined || value === null;

/** Absent, or the empty text or number that Go writes for it. */
export const isZero = (value: unknown) => isAbsent(value) || value === '' || value === 0;

/** Sets one field; `undefined` takes it away. */
export function set<T extends object>(object: T, field: string, value: unknown): T {
  const fields = object as Fields;
  if (fields[field] === value) return object;
  if (value !== undefined) return { ...object, [field]: value };
  const { [field]: _, ...rest } = fields;
  return rest as T;
}

/** Fills in what is absent. */
export function fill<T extends object>(object: T, defaults: Fields): T {
  const fields = object as Fields;
  let filled: Fields | undefined;
  for (const field in defaults)
    if (isAbsent(fields[field]) && fields[field] !== defaults[field])
      (filled ??= { ...fields })[field] = defaults[field];
  return (filled ?? object) as T;
}

/** Fills in what is absent or zero: fields that Go does not hold by pointer. */
export function fillZero<T extends object>(object: T, defaults: Fields): T {
  const fields = object as Fields;
  let filled: Fields | undefined;
  for (const field in defaults)
    if (isZero(fields[field]) && fields[field] !== defaults[field]) (filled ??= { ...fields })[field] = defaults[field];
  return (filled ?? object) as T;
}

/** The list with each element replaced; the same list when none is. */
export function each<T>(list: readonly T[], change: (element: T, index: number) => T): T[] {
  let changed: T[] | undefined;
  for (let index = 0; index < list.length; index += 1) {
    const element = list[index] as T;
    const next = change(element, index);
    if (next !== element) (changed ??= list.slice())[index] = next;
  }
  return changed ?? (list as T[]);
}

/** Changes what stands at a field, when it is there. */
export function within<T extends object>(object: T, field: string, change: (value: Fields) => object): T {
  const value = (object as Fields)[field];
  return typeof value === 'object' && value !== null ? set(object, field, change(value as Fields)) : object;
}

/** Changes each element of the list at a field, when it is there. */
export function withinEach<T extends object>(object: T, field: string, change: (value: Fields) => object): T {
  const list = (object as Fields)[field];
  return Array.isArray(list) ? set(object, field, each(list as Fields[], change as (value: Fields) => Fields)) : object;
}

/** Without the fields that are absent. */
export function present<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
