import { UserError } from '../errors/errors.ts';
import type { Secret } from './secret.ts';
import { asyncpgUrl } from './formats.ts';
import { generateSecret, type SecretEncoding } from './generate.ts';

/** One place that the value of a key comes from; see the section `secrets` of a recipe. */
export type Source =
  | { ask: string; optional?: boolean; format?: 'asyncpg-url' }
  | { generate: { bytes: number; encode: SecretEncoding } }
  | { from: string; format?: 'asyncpg-url' }
  /** `named`: an answer names it, so it is the person's own file. */
  | { file: string; named?: boolean }
  | { env: string; optional?: boolean }
  | { existing: { secret: string; key: string; namespace?: string } };

/** What reading a source needs; the context of a step gives it. */
export interface SourceReader {
  asked(questionId: string): Secret | undefined;
  evaluate(template: string): Promise<Secret>;
  readFile(path: string, isNamed: boolean): Promise<string>;
  environment(name: string): string | undefined;
  existing(secret: string, key: string, namespace: string | undefined): Promise<string | undefined>;
}

export type Wanted =
  /** The value must be this. */
  | { is: 'value'; value: string }
  /** Any value will do; one is generated only when there is none. */
  | { is: 'any'; generate: () => string }
  /** Nothing is wanted: an optional key without an answer. */
  | { is: 'nothing' }
  /** It was asked in an earlier run and is in the cluster only. */
  | { is: 'kept' };

/** What a key should hold. */
export async function wantedValue(questionId: string, source: Source, reader: SourceReader): Promise<Wanted> {
  if ('generate' in source)
    return {
      is: 'any',
      generate: () => generateSecret({ bytes: source.generate.bytes, encoding: source.generate.encode }),
    };
  if ('ask' in source) {
    const asked = reader.asked(questionId);
    if (asked !== undefined) return { is: 'value', value: formatted(asked.reveal(), source.format) };
    return source.optional === true ? { is: 'nothing' } : { is: 'kept' };
  }
  if ('from' in source)
    return { is: 'value', value: formatted((await reader.evaluate(source.from)).reveal(), source.format) };
  if ('file' in source) return { is: 'value', value: await reader.readFile(source.file, source.named === true) };
  if ('env' in source) {
    const value = reader.environment(source.env);
    if (value !== undefined && value !== '') return { is: 'value', value };
    if (source.optional === true) return { is: 'nothing' };
    throw new UserError(`The environment variable ${source.env} is not set`, { next: [`export ${source.env}=…`] });
  }
  const { secret, key, namespace } = source.existing;
  const value = await reader.existing(secret, key, namespace);
  if (value !== undefined) return { is: 'value', value };
  throw new UserError(`Secret ${secret} has no key ${key}`, {
    next: [`kubectl get secret ${secret}${namespace === undefined ? '' : ` -n ${namespace}`}`],
  });
}

function formatted(value: string, format: 'asyncpg-url' | undefined): string {
  return format === 'asyncpg-url' ? asyncpgUrl(value) : value;
}
