import { z } from 'zod';

/** Terms that several sections of a recipe share. */

/** Name of an entry, usable in expressions as it is: `images.backend`. */
export const Id = z
  .string()
  .regex(/^[a-z][a-zA-Z0-9-]*$/, 'an id starts with a lower-case letter and holds letters, digits and hyphens')
  .meta({ id: 'Id', description: 'Name by which expressions refer to this entry' });

/** Name of a Kubernetes object: RFC 1123 label; expressions allowed. */
export const ObjectName = z
  .string()
  .refine(
    (text) => text.includes('${') || /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/.test(text),
    'a Kubernetes name has lower-case letters, digits, hyphens and dots (RFC 1123)',
  )
  .meta({ id: 'ObjectName', description: 'Name of a Kubernetes object, or an expression for one' });

/** CEL without braces; the entry is left out when it is false. */
export const When = z
  .string()
  .min(1)
  .meta({ id: 'When', description: 'CEL condition over answers, environment, target and recipe; without ${}' });

/** A value that an expression may also give; the step's own parameters are checked again when it is filled in. */
export function orExpression<Schema extends z.ZodType>(schema: Schema) {
  return z.union([schema, z.string().regex(/\$\{/, 'an expression holds ${...}')]);
}

/** Text with `${...}`. */
export const Text = z.string();

/** A value for a chart, with `${...}` in its texts. */
export type Value = string | number | boolean | null | Value[] | { [key: string]: Value };
export const Value: z.ZodType<Value> = z
  .lazy(() => z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(Value), z.record(z.string(), Value)]))
  .meta({ id: 'Value', description: 'Any value; its texts may hold ${...}, entries of its lists a when' });

/** A file or folder of the recipe, relative to it. That it stays inside is checked when the recipe is read. */
export const Path = z.string().min(1).meta({ id: 'Path', description: 'Relative path inside the recipe folder' });

/** `90s`, `10m`, or seconds as a number. */
export const Duration = z
  .union([z.number().positive(), z.string().regex(/^\d+(s|m|h)$/, 'a duration is a number with s, m or h: 90s, 10m')])
  .transform((value): number => {
    if (typeof value === 'number') return value;
    const unit = { s: 1, m: 60, h: 3600 }[value.slice(-1)] ?? 1;
    return Number(value.slice(0, -1)) * unit;
  })
  .meta({ id: 'Duration', description: 'Seconds, or a number with s, m or h' });

/** Steps to wait for although no data flows from them, as `kind.id`. */
export const Needs = z
  .array(z.string().regex(/^[a-z-]+\.[A-Za-z0-9-]+$/, 'a step is named kind.id, for example addon.traefik'))
  .meta({ id: 'Needs', description: 'Steps to wait for although no data flows from them' });

/** A key of a Secret of this recipe, for what is not a pod: the step reads it from the cluster. It waits for that Secret. */
export const SecretOf = z
  .strictObject({ secret: Id, key: z.string().min(1) })
  .meta({ id: 'SecretOf', description: 'Id of an entry under secrets, and one of its keys' });
export type SecretOf = z.output<typeof SecretOf>;

/** Steps behind the Secrets that a section reads by `SecretOf`, besides those that it names itself. */
export function needsOf(needs: readonly string[] | undefined, ...secrets: (SecretOf | undefined)[]): string[] {
  const made = secrets.flatMap((of) => (of === undefined ? [] : [`secret.${of.secret}`]));
  return [...new Set([...(needs ?? []), ...made])];
}

/** Checks of answers that a recipe can name; `questions/validate` has one function for each. */
export const CheckName = z.enum(['hostname', 'kubernetes-name', 'email', 'url', 'postgres-url']);

export const Check = z
  .union([
    CheckName,
    z.strictObject({
      pattern: z.string().refine(isPattern, 'a regular expression of JavaScript'),
      message: z.string(),
    }),
  ])
  .meta({
    id: 'Check',
    description: 'What a given answer must look like: the name of a check, or a pattern and what it asks for',
  });

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false; // The one thing that the constructor throws for is a text that is no pattern.
  }
}

export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'SHA-256 as 64 lower-case hexadecimal digits');

/** Where a secret value comes from; the first entry whose `when` holds is taken. */
export const SecretSource = z
  .union([
    z
      .strictObject({
        ask: z.string(),
        why: z.string().optional(),
        check: Check.optional(),
        optional: z.boolean().optional(),
        format: z.enum(['asyncpg-url']).optional(),
        when: When.optional(),
      })
      .meta({ description: 'Asked from the person' }),
    z
      .strictObject({
        generate: z.strictObject({
          bytes: z.number().int().min(16).max(256),
          encode: z.enum(['base64', 'base64url', 'hex', 'alphanumeric']).default('base64url'),
        }),
        when: When.optional(),
      })
      .meta({ description: 'Generated once; kept in the cluster ever after' }),
    z
      .strictObject({ from: Text, format: z.enum(['asyncpg-url']).optional(), when: When.optional() })
      .meta({ description: 'Made from other secrets and answers: ${database.url}' }),
    z
      .strictObject({ file: Path, when: When.optional() })
      .meta({ description: 'Content of a file that an answer names, or of the recipe' }),
    z
      .strictObject({
        env: z.string().regex(/^[A-Z_][A-Z0-9_]*$/),
        optional: z.boolean().optional(),
        when: When.optional(),
      })
      .meta({
        description: 'Environment variable of the person',
      }),
    z
      .strictObject({
        existing: z.strictObject({ secret: ObjectName, key: z.string(), namespace: ObjectName.optional() }),
        when: When.optional(),
      })
      .meta({ description: 'A key of a Secret that is in the cluster already' }),
  ])
  .meta({ id: 'SecretSource', description: 'Where a secret value comes from' });
export type SecretSource = z.output<typeof SecretSource>;
