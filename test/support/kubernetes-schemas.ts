import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';

/** test/recipes/fixtures/kubernetes-schemas.json, made by record-kubernetes-schemas.ts. */
export interface RecordedSchemas {
  recorded: { commands: string[]; server: string; date: string };
  /** `apps/v1 Deployment` -> name of its definition. */
  kinds: Record<string, string>;
  schemas: Record<string, Record<string, unknown>>;
}

/** What is wrong with an object, one text each: `/spec/replicas must be integer`. Empty when it is as the API server wants it. */
export type ValidateObject = (object: unknown) => string[];

export async function readRecordedSchemas(): Promise<RecordedSchemas> {
  const file = join(import.meta.dirname, '..', 'recipes', 'fixtures', 'kubernetes-schemas.json');
  return JSON.parse(await readFile(file, 'utf8')) as RecordedSchemas;
}

/** Strict: a field that the kind does not have is an error, as with `kubectl apply --validate=strict`. */
export function strictValidator({ kinds, schemas }: RecordedSchemas): ValidateObject {
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
  const closed = Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, close(schema)]));
  ajv.addSchema({ $id: 'kubernetes', components: { schemas: closed } });

  const compiled = new Map<string, ValidateFunction>();
  return (object) => {
    const { apiVersion, kind, metadata } = (object ?? {}) as Record<string, unknown>;
    const type = `${String(apiVersion)} ${String(kind)}`;
    const name = kinds[type];
    if (name === undefined) return [`${type} is not among the recorded kinds`];

    const validate = compiled.get(type) ?? ajv.compile({ $ref: `kubernetes#/components/schemas/${name}` });
    compiled.set(type, validate);
    const problems = validate(object) ? [] : (validate.errors ?? []).map(describe);
    // The schema leaves it open, for `generateName`, which Helm cannot upgrade.
    const { name: given } = (metadata ?? {}) as { name?: unknown };
    return typeof given === 'string' ? problems : [...problems, '/metadata must have a name'];
  };
}

/** An object schema with fields has no others. One without (a map, any JSON) stays open. */
function close(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(close);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, close(value)]));
  const isRecord =
    typeof inner['properties'] === 'object' && !('additionalProperties' in inner) && inner['type'] === 'object';
  return isRecord ? { ...inner, additionalProperties: false } : inner;
}

function describe(error: ErrorObject): string {
  const { additionalProperty, allowedValues } = error.params as {
    additionalProperty?: string;
    allowedValues?: unknown[];
  };
  const detail = additionalProperty ?? allowedValues?.join(', ');
  return `${error.instancePath} ${error.message ?? error.keyword}${detail === undefined ? '' : `: ${detail}`}`;
}
