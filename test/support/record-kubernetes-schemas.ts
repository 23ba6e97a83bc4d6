import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Vault } from '../../src/secrets/vault.ts';
import { createRun } from '../../src/tools/shell/run.ts';
import { kubernetesTools } from './kubernetes-tools.ts';
import type { RecordedSchemas } from './kubernetes-schemas.ts';

/**
 * Records the schemas that an API server publishes, reduced to the kinds that recipes render and to what decides about an object
 * (no descriptions). Against the cluster of $KUBECONFIG:
 *
 *     node test/support/record-kubernetes-schemas.ts
 */
const kinds: Record<string, string[]> = {
  '/openapi/v3/api/v1': [
    'ConfigMap',
    'Namespace',
    'PersistentVolumeClaim',
    'Pod',
    'Secret',
    'Service',
    'ServiceAccount',
  ],
  '/openapi/v3/apis/apps/v1': ['Deployment', 'StatefulSet'],
  '/openapi/v3/apis/autoscaling/v2': ['HorizontalPodAutoscaler'],
  '/openapi/v3/apis/batch/v1': ['CronJob', 'Job'],
  '/openapi/v3/apis/networking.k8s.io/v1': ['Ingress', 'NetworkPolicy'],
  '/openapi/v3/apis/policy/v1': ['PodDisruptionBudget'],
};
const deciding = new Set([
  '$ref',
  'additionalProperties',
  'allOf',
  'enum',
  'format',
  'items',
  'oneOf',
  'properties',
  'required',
  'type',
]);
const prefix = '#/components/schemas/';

type Schema = Record<string, unknown>;

const { kubectl } = await kubernetesTools();
const run = createRun({ environment: process.env, vault: new Vault() });
const recorded: RecordedSchemas = { recorded: { commands: [], server: '', date: '' }, kinds: {}, schemas: {} };

const version = JSON.parse((await run([kubectl, 'version', '--output', 'json'])).stdout) as {
  serverVersion: { gitVersion: string };
};
recorded.recorded.server = version.serverVersion.gitVersion;
recorded.recorded.date = new Date().toISOString().slice(0, 10);

for (const [path, wanted] of Object.entries(kinds)) {
  const argv = ['get', '--raw', path];
  recorded.recorded.commands.push(['kubectl', ...argv].join(' '));
  const { components } = JSON.parse((await run([kubectl, ...argv])).stdout) as {
    components: { schemas: Record<string, Schema> };
  };
  for (const kind of wanted) {
    const [name, group] = definitionOf(components.schemas, kind, path);
    recorded.kinds[`${group} ${kind}`] = name;
    keep(components.schemas, name);
  }
}
recorded.schemas = Object.fromEntries(Object.entries(recorded.schemas).sort(([a], [b]) => a.localeCompare(b, 'en')));
const file = join(import.meta.dirname, '..', 'recipes', 'fixtures', 'kubernetes-schemas.json');
await writeFile(file, `${JSON.stringify(recorded, null, 1)}\n`);

function definitionOf(schemas: Record<string, Schema>, kind: string, path: string): [name: string, apiVersion: string] {
  const apiVersion = path.replace(/^\/openapi\/v3\/apis?\//, '');
  for (const [name, schema] of Object.entries(schemas)) {
    const served = (schema['x-kubernetes-group-version-kind'] ?? []) as {
      group: string;
      version: string;
      kind: string;
    }[];
    const isIt = (one: (typeof served)[number]) =>
      one.kind === kind && (one.group === '' ? one.version : `${one.group}/${one.version}`) === apiVersion;
    if (served.some(isIt)) return [name, apiVersion];
  }
  throw new Error(`${path} has no ${kind}`);
}

/** Takes a definition and all that it refers to. */
function keep(schemas: Record<string, Schema>, name: string): void {
  if (recorded.schemas[name] !== undefined) return;
  const reduced = reduce(schemas[name] ?? {}) as Schema;
  recorded.schemas[name] = reduced;
  for (const [, other] of JSON.stringify(reduced).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)) {
    keep(schemas, other ?? '');
  }
}

function reduce(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema as Schema).filter(([key]) => deciding.has(key));
  const reduced = Object.fromEntries(entries.map(([key, value]) => [key, reduceValue(key, value)]));
  // Written so by the API server to hang a description on a reference.
  const { allOf, ...rest } = reduced as { allOf?: { $ref?: string }[] };
  const only = allOf?.length === 1 ? allOf[0]?.$ref : undefined;
  return only?.startsWith(prefix) && Object.keys(rest).length === 0 ? { $ref: only } : reduced;
}

function reduceValue(key: string, value: unknown): unknown {
  if (key === 'properties') {
    return Object.fromEntries(Object.entries(value as Schema).map(([name, property]) => [name, reduce(property)]));
  }
  if (key === 'allOf' || key === 'oneOf') return (value as unknown[]).map(reduce);
  return key === 'items' || key === 'additionalProperties' ? reduce(value) : value;
}
