import type { StoredObject } from '../objects.ts';

type Entries = StoredObject['metadata']['managedFields'];

/**
 * Which fields an event has is what its managers have; events of one form share them, and those of one second the whole
 * entry.
 */
export class ManagedEntries {
  readonly #known = new Map<string, NonNullable<Entries>>();

  of(form: string, time: string): Entries {
    const known = this.#known.get(form);
    if (known === undefined || known[0]?.time === time) return known;
    const renewed = known.map((entry) => ({ ...entry, time }));
    this.#known.set(form, renewed);
    return renewed;
  }

  learn(form: string, entries: Entries): void {
    if (entries !== undefined && !this.#known.has(form)) this.#known.set(form, entries);
  }
}

/** Two events of one form have the same fields. */
export const formOf = (event: { involvedObject: object }): string =>
  `${Object.keys(event.involvedObject).join()} ${Object.keys(event).join()}`;
