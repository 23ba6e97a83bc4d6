import type { Chance } from '../chance.ts';
import type { Resource } from './resource.ts';

/** How often the server tries to make a name that is free (registry/generic/registry/store.go, since 1.32 for every kind). */
const tries = 8;

interface Named {
  resource: Pick<Resource, 'storage'>;
  namespace: string | undefined;
  name: string | undefined;
  generateName: string | undefined;
}

/**
 * What a new object is called and known by. Each has a source of chance of its own, made of its resource, its namespace, its
 * name or the beginning of it, and how many of these came before: what else is created meanwhile makes no difference.
 */
export class Identities {
  readonly #chance: Chance;
  readonly #counts = new Map<string, number>();

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** `isTaken` says of a generated name whether an object has it. */
  next({ resource, namespace = '', name, generateName }: Named, isTaken: (name: string) => boolean) {
    const place = `${resource.storage} ${namespace} `;
    if (name !== undefined || generateName === undefined) {
      const own = this.#sourceOf(`${place}${name ?? ''}`, resource);
      return { name: name ?? '', uid: own.uuid(), chance: own };
    }
    const own = this.#sourceOf(`${place}${generateName}*`, resource);
    const start = generateName.slice(0, 58);
    let made = `${start}${own.suffix(5)}`;
    for (let count = 1; count < tries && isTaken(made); count += 1) made = `${start}${own.suffix(5)}`;
    return { name: made, uid: own.uuid(), chance: own };
  }

  /** Of an object that is there already. */
  of(uid: string): Chance {
    return this.#chance.fork(uid);
  }

  #sourceOf(key: string, { storage }: Pick<Resource, 'storage'>): Chance {
    // Events have the instant in their names; there are too many of them to be counted.
    if (storage === '/events') return this.#chance.fork(key);
    const count = this.#counts.get(key) ?? 0;
    this.#counts.set(key, count + 1);
    return this.#chance.fork(count === 0 ? key : `${key} ${count}`);
  }
}
