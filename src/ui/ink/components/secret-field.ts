import { inspect } from 'node:util';
import { graphemes } from '../../text/width.ts';
import type { Key } from '../keys.ts';
import type { Cell } from '../layout/cells.ts';
import type { Theme } from '../theme.ts';
import { endCursor, manyLines } from './text-field.ts';

/** What has been typed into a secret field. Only `reveal` gives it out; a snapshot of the state shows a count. */
export class TypedSecret {
  readonly #graphemes: readonly string[];

  constructor(typed: readonly string[] = []) {
    this.#graphemes = typed;
  }

  get count(): number {
    return this.#graphemes.length;
  }

  reveal(): string {
    return this.#graphemes.join('');
  }

  with(text: string): TypedSecret {
    return new TypedSecret(graphemes(this.reveal() + text));
  }

  withoutLast(): TypedSecret {
    return new TypedSecret(this.#graphemes.slice(0, -1));
  }

  toJSON(): string {
    return `‹${this.count} characters›`;
  }

  [inspect.custom](): string {
    return this.toJSON();
  }
}

export interface SecretState {
  typed: TypedSecret;
  note?: string;
}

export type SecretPressed = { state: SecretState } | 'enter' | 'passed';

export function pressSecret(state: SecretState, key: Key): SecretPressed {
  const { typed } = state;
  switch (key.key) {
    case 'text':
      return { state: { typed: typed.with(key.text) } };
    case 'paste': {
      const text = key.text.replace(/[\r\n]+$/, '');
      return /[\r\n]/.test(text) ? { state: { typed, note: manyLines(text) } } : { state: { typed: typed.with(text) } };
    }
    case 'backspace':
      return { state: { typed: typed.withoutLast() } };
    case 'ctrl-u':
    case 'ctrl-w':
      return { state: { typed: new TypedSecret() } };
    case 'enter':
      return 'enter';
    default:
      return 'passed';
  }
}

/** A bullet for each grapheme, as many as fit. */
export function secretCells(count: number, columns: number, theme: Theme): Cell[] {
  return [{ text: '•'.repeat(Math.min(count, columns - 1)) }, endCursor(theme)];
}
