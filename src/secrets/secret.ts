import { inspect } from 'node:util';

/**
 * A value that must never be printed. Every way in which JavaScript turns an object into text yields `‹secret name›`;
 * the value comes out by `reveal()` alone, inside a step.
 */
export class Secret {
  readonly name: string;
  readonly #value: string;

  constructor(name: string, value: string) {
    this.name = name;
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return `‹secret ${this.name}›`;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.toPrimitive](): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}

/** Stands for a secret wherever plain data is needed: answers, plan, events, journal. */
export interface SecretRef {
  /** Key in the vault, for example `secrets.backend.database-url`. */
  secretRef: string;
}

export function isSecretRef(value: unknown): value is SecretRef {
  return typeof value === 'object' && value !== null && typeof (value as SecretRef).secretRef === 'string';
}
