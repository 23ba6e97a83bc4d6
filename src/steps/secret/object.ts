import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  blocked,
  done,
  StepFailure,
  todo,
  type Check,
  type LedgerEntry,
  type Making,
  type StepContext,
  type StepResult,
  type UndoContext,
} from '../../engine/step.ts';
import { messageOf, UserError } from '../../errors/errors.ts';
import { labels, managedBy, type KubernetesObject } from '../../kubernetes/objects.ts';
import { wantedValue, type Source, type SourceReader, type Wanted } from '../../secrets/sources.ts';
import { removeMade } from '../remove-made.ts';
import { secretQuestionId, type SecretKey } from './plan.ts';

/** A Secret as a step wants it: where each value comes from, and how the values become its data. */
export interface SecretObject {
  name: string;
  namespace: string;
  type: string;
  keys: SecretKey[];
  /** Values by key of the recipe to data of the Secret. */
  content: (values: Record<string, string>) => Record<string, string>;
  /** And back: what the Secret holds, by key of the recipe. */
  values: (data: Record<string, string>) => Record<string, string>;
}

const kind = { apiVersion: 'v1', kind: 'Secret' };

/** A Secret that holds all that is wanted is done; its resource version is handed on, so that pods follow a change. */
export async function checkSecret(secret: SecretObject, context: StepContext): Promise<Check> {
  const found = await context.cluster.get(kind, secret.name, secret.namespace);
  if (found === undefined) return todo('there is no such Secret', makes(secret, undefined));
  const { data, differs } = await compose(secret, found, context);
  if (differs.length === 0) return done(outputs(context, found));
  if (found.metadata.labels?.[labels.managedBy] !== managedBy) {
    return blocked({
      code: 'secret-foreign',
      cause: `Secret ${secret.name} is there already, was not made by this program, and differs in ${differs.join(', ')}`,
      evidence: [`keys: ${Object.keys(data).join(', ')}`],
      remedy: ['Give it the missing keys yourself, delete it, or choose another namespace.'],
      answers: ['namespace'],
    });
  }
  return todo(`${differs.join(', ')} ${differs.length === 1 ? 'differs' : 'differ'}`);
}

export async function writeSecret(secret: SecretObject, context: StepContext): Promise<StepResult> {
  const found = await context.cluster.get(kind, secret.name, secret.namespace);
  const { data } = await compose(secret, found, context);
  const object: KubernetesObject = {
    ...kind,
    metadata: { name: secret.name, namespace: secret.namespace, labels: { [labels.managedBy]: managedBy } },
    type: secret.type,
    data: encoded(data, found),
  };
  const [made] = await context.kubectl.apply([object], { signal: context.signal });
  return { ...makes(secret, made?.metadata.uid), ...(made === undefined ? {} : { outputs: outputs(context, made) }) };
}

function makes({ name, namespace, keys }: SecretObject, uid: string | undefined): Making {
  return {
    made: [{ ...kind, name, namespace, ...(uid === undefined ? {} : { uid }) }],
    undo: {},
    // A generated value may be what data is encrypted with: it goes when the data goes.
    holdsData: keys.some(({ sources }) => sources[0] !== undefined && 'generate' in sources[0]),
  };
}

/** A value that stays keeps its very bytes, which need not be text. */
function encoded(data: Record<string, string>, found: KubernetesObject | undefined): Record<string, string> {
  const current = decode(found);
  const bytes = (found?.['data'] ?? {}) as Record<string, string>;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      current[key] === value ? (bytes[key] ?? '') : Buffer.from(value).toString('base64'),
    ]),
  );
}

/** The values of the keys as the cluster has them, by expression path. */
export async function secretsOf(secret: SecretObject, { cluster, step }: StepContext): Promise<Record<string, string>> {
  const found = await cluster.get(kind, secret.name, secret.namespace);
  const id = step.id.split('.')[1] ?? '';
  return Object.fromEntries(Object.entries(decode(found)).map(([key, value]) => [`secrets.${id}.keys.${key}`, value]));
}

export async function undoSecret({ made, holdsData }: LedgerEntry, context: UndoContext): Promise<void> {
  if (holdsData && !context.withData) return;
  for (const object of made) {
    context.progress(`Secret ${object.name}`);
    await removeMade(object, context);
  }
}

/** Data that the Secret should have, and the keys in which the one that is there differs. */
async function compose(
  secret: SecretObject,
  found: KubernetesObject | undefined,
  context: StepContext,
): Promise<{ data: Record<string, string>; differs: string[] }> {
  const stored = decode(found);
  const current = secret.values(stored);
  const id = context.step.id.split('.')[1] ?? '';
  const values: Record<string, string> = {};
  for (const { key, sources } of secret.keys) {
    const source = sources[0] as Source | undefined;
    const wanted: Wanted =
      source === undefined ? { is: 'nothing' } : await wantedValue(secretQuestionId(id, key), source, reader(context));
    const value = settle(wanted, current[key], () => notAsked(secret, key, secretQuestionId(id, key)));
    if (value !== undefined) {
      values[key] = value;
      context.protect(`secrets.${id}.keys.${key}`, value);
    }
  }
  const data = secret.content(values);
  const differs = Object.entries(data).flatMap(([key, value]) => (stored[key] === value ? [] : [key]));
  return { data, differs };
}

function settle(wanted: Wanted, current: string | undefined, missing: () => StepFailure): string | undefined {
  switch (wanted.is) {
    case 'value':
      return wanted.value;
    case 'any':
      return current ?? wanted.generate();
    case 'kept':
      if (current === undefined) throw missing();
      return current;
    case 'nothing':
      return current;
    default:
      return wanted satisfies never;
  }
}

function notAsked({ name, namespace }: SecretObject, key: string, question: string): StepFailure {
  return new StepFailure({
    code: 'secret-missing',
    cause: `Secret ${name} in namespace ${namespace} has no ${key}, and it was not asked for in this run`,
    evidence: [],
    remedy: [
      `Run up again and answer ${question}, or name it in an answers file: secrets: { ${question}: { env: NAME } }`,
    ],
    answers: [question],
  });
}

function reader(context: StepContext): SourceReader {
  return {
    asked: (questionId) => context.asked(questionId),
    evaluate: (template) => context.secret(template),
    readFile: (path, isNamed) =>
      readFile(isNamed ? named(path, context) : join(context.folder, path), 'utf8').catch((error: unknown) => {
        throw new UserError(`The file ${path} of a secret cannot be read`, { why: messageOf(error) });
      }),
    environment: (name) => context.environment(name),
    existing: async (secret, key, namespace) =>
      decode(await context.cluster.get(kind, secret, namespace ?? context.namespace))[key],
  };
}

/** As a shell reads it. */
function named(path: string, { directory }: StepContext): string {
  return resolve(directory, path.replace(/^~(?=\/)/, homedir()));
}

function outputs({ step }: StepContext, object: KubernetesObject): Record<string, string> {
  return { [`secrets.${step.id.split('.')[1]}.version`]: object.metadata.resourceVersion ?? '' };
}

export function decode(object: KubernetesObject | undefined): Record<string, string> {
  const data = (object?.['data'] ?? {}) as Record<string, string>;
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}
