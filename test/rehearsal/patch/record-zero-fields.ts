import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format } from 'prettier';
import { Vault } from '../../../src/secrets/vault.ts';
import { createRun } from '../../../src/tools/shell/run.ts';
import { kubernetesTools } from '../../support/kubernetes-tools.ts';

/**
 * Records what an API server's own types hold when nobody has written it: structs that are no pointers (`status: {}`),
 * and fields without `omitempty` (`replicas: 0`, `containers: null`). OpenAPI v3 tells the first two by their default,
 * the last by being required. Also which fields hold raw JSON. Against the cluster of $KUBECONFIG:
 *
 *     node test/rehearsal/patch/record-zero-fields.ts
 */
const file = join(import.meta.dirname, '../../../src/rehearsal/patch/recorded/zero-fields.json');
const prefix = '#/components/schemas/';

interface Schema {
  $ref?: string;
  allOf?: Schema[];
  type?: string;
  default?: unknown;
  items?: Schema;
  additionalProperties?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
}

const { kubectl } = await kubernetesTools();
const run = createRun({ environment: process.env, vault: new Vault() });
const get = async (path: string): Promise<unknown> =>
  JSON.parse((await run([kubectl, 'get', '--raw', path])).stdout) as unknown;

/** The names of types.json. */
const shortName = (name: string) =>
  name
    .replace(/^io\.k8s\.(api|apimachinery\.pkg\.apis)\./, '')
    .replace(/^io\.k8s\.(apiextensions-apiserver|kube-aggregator)\.pkg\.apis\./, '')
    .replace(/^io\.k8s\.apimachinery\.pkg\./, '');

/** Types that are no structs on the wire, although OpenAPI has a schema for each. */
const scalars =
  /^(api\.resource\.Quantity|util\.intstr\.IntOrString|meta\.v1\.(FieldsV1|Time|MicroTime)|runtime\..*|apiextensions\.v1\.JSON.*)$/;
const isSchemaProps = (name: string) => name === 'apiextensions.v1.JSONSchemaProps';

const refOf = (schema: Schema) => {
  const ref = schema.$ref ?? schema.allOf?.[0]?.$ref;
  return ref === undefined ? undefined : shortName(ref.slice(prefix.length));
};

/** Undefined when the field is absent until somebody writes it. */
function zeroOf(schema: Schema, isRequired: boolean): unknown {
  const ref = refOf(schema);
  const isStruct = ref !== undefined && (!scalars.test(ref) || isSchemaProps(ref));
  if (isStruct && JSON.stringify(schema.default) === '{}') return {};
  if (schema.default === '' || schema.default === 0 || schema.default === false) return schema.default;
  const isNil =
    schema.type === 'array' || schema.additionalProperties !== undefined || isStruct || /Time$/.test(ref ?? '');
  return isRequired && isNil && schema.default === undefined ? null : undefined;
}

const { gitVersion } = (await get('/version')) as { gitVersion: string };
const { paths } = (await get('/openapi/v3')) as { paths: Record<string, { serverRelativeURL: string }> };
const types: Record<string, Record<string, unknown>> = {};
const raw: Record<string, string[]> = {};
for (const path of Object.keys(paths).filter((entry) => /^(api\/v1|apis\/[^/]+\/v\d[^/]*)$/.test(entry))) {
  const document = (await get(paths[path]?.serverRelativeURL ?? '')) as {
    components?: { schemas?: Record<string, Schema> };
  };
  for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
    const fields = Object.entries(schema.properties ?? {});
    const zeros = fields.flatMap(([field, value]) => {
      const zero = zeroOf(value, schema.required?.includes(field) ?? false);
      return zero === undefined ? [] : [[field, zero] as const];
    });
    if (zeros.length > 0) types[shortName(name)] = Object.fromEntries(zeros);
    const rawFields = fields.filter(([, value]) => refOf(value) === 'runtime.RawExtension').map(([field]) => field);
    if (rawFields.length > 0) raw[shortName(name)] = rawFields;
  }
}
const source = {
  server: gitVersion,
  date: new Date().toISOString().slice(0, 10),
  command: 'node test/rehearsal/patch/record-zero-fields.ts',
};
await mkdir(join(file, '..'), { recursive: true });
await writeFile(file, await format(JSON.stringify({ source, types, raw }), { parser: 'json', printWidth: 120 }));
