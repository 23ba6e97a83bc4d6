import { z } from 'zod';
import { defineStepPlan } from '../../plan/step-plan.ts';
import type { Question } from '../../questions/question.ts';
import { Id, ObjectName, SecretSource, When } from '../../recipe/terms.ts';
import type { Source } from '../../secrets/sources.ts';
import { applyCommand } from '../write-commands.ts';

const Sources = z
  .union([SecretSource, z.array(SecretSource).min(1)])
  .transform((value) => (Array.isArray(value) ? value : [value]));

/** One key of a Secret and the sources that may give it, in order. */
export interface SecretKey {
  key: string;
  sources: z.output<typeof Sources>;
}

const Secret = z.union([
  z.strictObject({
    name: ObjectName.optional(),
    namespace: ObjectName.optional(),
    type: z.string().default('Opaque'),
    keys: z.record(
      z.string().regex(/^[-._a-zA-Z0-9]+$/, 'a key of a Secret has letters, digits, hyphens, dots and underscores'),
      Sources,
    ),
    when: When.optional(),
  }),
  z.strictObject({
    name: ObjectName.optional(),
    namespace: ObjectName.optional(),
    pull: z
      .strictObject({ registry: z.string(), username: Sources, password: Sources })
      .meta({ description: 'Login to a registry, as kubernetes.io/dockerconfigjson' }),
    when: When.optional(),
  }),
]);

/** Id of the question that asks for a key: `secrets.backend.database-url`. */
export function secretQuestionId(secret: string, key: string): string {
  return `secrets.${secret}.${key}`;
}

export const secretPlan = defineStepPlan({
  kind: 'secret',
  key: 'secrets',
  section: z.record(Id, Secret),
  params: z.strictObject({
    name: z.string(),
    namespace: z.string(),
    type: z.string(),
    keys: z.array(z.strictObject({ key: z.string(), sources: z.array(z.json()) })),
  }),
  timeout: 60,
  why: 'Passwords and keys belong into a Secret: pods read them from there, and nothing of them is kept on this machine. What is generated is generated once and kept.',
  questions: (section) =>
    Object.entries(section).flatMap(([id, secret]) =>
      keysOf(secret).flatMap(({ key, sources }) => askedSources(id, key, sources, secret.when)),
    ),
  known: (section, { namespace }) => ({
    secrets: Object.fromEntries(
      Object.entries(section).map(([id, secret]) => [
        id,
        { name: secret.name ?? id, namespace: secret.namespace ?? namespace },
      ]),
    ),
  }),
  expand: (section, { namespace }) =>
    Object.entries(section).map(([id, secret]) => ({
      id: 'pull' in secret ? `pull-secret.${id}` : `secret.${id}`,
      kind: 'pull' in secret ? ('pull-secret' as const) : ('secret' as const),
      params: {
        name: secret.name ?? id,
        namespace: secret.namespace ?? namespace,
        ...('pull' in secret ? { registry: secret.pull.registry } : { type: secret.type }),
        keys: keysOf(secret).map(({ key, sources }) => ({ key, sources: exclusive(sources).map(withNamed) })),
      },
      ...(secret.when === undefined ? {} : { when: secret.when }),
      // The version changes whenever the content does, so that pods which read it are replaced then.
      provides: [`secrets.${id}`, `secrets.${id}.version`],
      at: ['secrets', id],
    })),
  describe: ({ name, keys }, { kubectl }) => ({
    verb: 'create',
    title: `Secret ${name}`,
    detail: `${keys.length} ${keys.length === 1 ? 'value' : 'values'}: ${keys.map(({ key }) => key).join(', ')}`,
    commands: [applyCommand(kubectl)],
  }),
});

function keysOf(secret: z.output<typeof Secret>): SecretKey[] {
  const keys = 'pull' in secret ? { username: secret.pull.username, password: secret.pull.password } : secret.keys;
  return Object.entries(keys).map(([key, sources]) => ({ key, sources }));
}

function askedSources(id: string, key: string, sources: SecretKey['sources'], whole: string | undefined): Question[] {
  return exclusive(sources).flatMap((source): Question[] => {
    if (!('ask' in source)) return [];
    const conditions = [whole, source.when].filter((when) => when !== undefined);
    return [
      {
        id: secretQuestionId(id, key),
        ask: source.ask.endsWith('?') ? source.ask : `${source.ask}?`,
        why: source.why ?? `It becomes the key ${key} of the Secret; it is kept in the cluster only.`,
        type: 'secret',
        ...(conditions.length === 0 ? {} : { when: conditions.map((when) => `(${when})`).join(' && ') }),
        ...(source.check === undefined ? {} : { check: source.check }),
        ...(source.optional === true ? { isOptional: true } : {}),
      },
    ];
  });
}

/** Whose file it is can be told only while the expression is still there. */
function withNamed(source: SecretKey['sources'][number]): SecretKey['sources'][number] | Source {
  return 'file' in source && source.file.includes('${') ? { ...source, named: true } : source;
}

/** The first source whose condition holds is taken: each gets the condition that no earlier one was. */
function exclusive(sources: SecretKey['sources']): SecretKey['sources'] {
  const firstAlways = sources.findIndex(({ when }) => when === undefined);
  return sources.slice(0, firstAlways === -1 ? sources.length : firstAlways + 1).map((source, index) => {
    const conditions = [
      ...sources.slice(0, index).map(({ when }) => `!(${when})`),
      ...(source.when === undefined ? [] : [index === 0 ? source.when : `(${source.when})`]),
    ];
    return conditions.length === 0 ? source : { ...source, when: conditions.join(' && ') };
  });
}
