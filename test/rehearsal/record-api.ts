import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format } from 'prettier';
import { Vault } from '../../src/secrets/vault.ts';
import { createRun } from '../../src/tools/shell/run.ts';
import { kubernetesTools } from '../support/kubernetes-tools.ts';

/**
 * Records what an API server says about its own built-in API: groups, resources and verbs (aggregated discovery), types
 * of every field (OpenAPI v3, without descriptions), columns of every table. The rehearsal cluster serves these, so that
 * nobody types them by hand. Against the cluster of $KUBECONFIG, which should have no custom resources:
 *
 *     node test/rehearsal/record-api.ts
 */
const folder = join(import.meta.dirname, '../../src/rehearsal/api/recorded');
const prefix = '#/components/schemas/';

interface Schema {
  $ref?: string;
  allOf?: Schema[];
  oneOf?: Schema[];
  type?: string;
  format?: string;
  enum?: string[];
  default?: unknown;
  items?: Schema;
  additionalProperties?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  'x-kubernetes-list-type'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-map-type'?: string;
  'x-kubernetes-patch-merge-key'?: string;
  'x-kubernetes-patch-strategy'?: string;
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
}

interface DiscoveredResource {
  resource: string;
  responseKind?: { group: string; version: string; kind: string };
  scope: 'Namespaced' | 'Cluster';
  singularResource: string;
  verbs: string[];
  shortNames?: string[];
  categories?: string[];
  subresources?: {
    subresource: string;
    responseKind?: { group: string; version: string; kind: string };
    verbs: string[];
  }[];
}

const { kubectl } = await kubernetesTools();
const run = createRun({ environment: process.env, vault: new Vault() });
const get = async (path: string): Promise<unknown> =>
  JSON.parse((await run([kubectl, 'get', '--raw', path])).stdout) as unknown;

/** `io.k8s.api.core.v1.Pod` -> `core.v1.Pod`; the names of the types say the rest. */
const shortName = (name: string) =>
  name
    .replace(/^io\.k8s\.(api|apimachinery\.pkg\.apis)\./, '')
    .replace(/^io\.k8s\.(apiextensions-apiserver|kube-aggregator)\.pkg\.apis\./, '')
    .replace(/^io\.k8s\.apimachinery\.pkg\./, '');

/** Types that are written as one JSON value, whatever their Go type holds. */
const scalars: Record<string, object> = {
  'meta.v1.Time': { type: 'string', format: 'date-time' },
  'meta.v1.MicroTime': { type: 'string', format: 'micro-time' },
  'api.resource.Quantity': { type: 'quantity' },
  'util.intstr.IntOrString': { type: 'int-or-string' },
  'meta.v1.FieldsV1': { type: 'any' },
  'runtime.RawExtension': { type: 'any' },
  'apiextensions.v1.JSON': { type: 'any' },
  'apiextensions.v1.JSONSchemaPropsOrBool': { type: 'any' },
  'apiextensions.v1.JSONSchemaPropsOrArray': { type: 'any' },
  'apiextensions.v1.JSONSchemaPropsOrStringArray': { type: 'any' },
};

function shapeOf(schema: Schema): Record<string, unknown> {
  const name = (schema.$ref ?? schema.allOf?.[0]?.$ref)?.slice(prefix.length);
  const isAtomic = schema['x-kubernetes-map-type'] === 'atomic';
  // `{}` and '' are Go's zero values, not defaults.
  const hasDefault =
    schema.default !== undefined && schema.default !== '' && JSON.stringify(schema.default) !== '{}' && !isZero(schema);
  const more = {
    ...(hasDefault ? { default: schema.default } : {}),
    ...(schema.enum === undefined ? {} : { enum: schema.enum }),
  };
  if (name !== undefined) {
    const scalar = scalars[shortName(name)];
    return { ...(scalar ?? { type: 'object', ref: shortName(name) }), ...(isAtomic ? { atomic: true } : {}), ...more };
  }
  if (schema.items !== undefined) {
    const strategy = schema['x-kubernetes-patch-strategy'];
    const key = schema['x-kubernetes-patch-merge-key'];
    const keys = schema['x-kubernetes-list-map-keys'];
    return {
      type: 'list',
      items: shapeOf(schema.items),
      listType: schema['x-kubernetes-list-type'] ?? 'atomic',
      ...(keys === undefined ? {} : { keys }),
      ...(strategy === undefined
        ? {}
        : { patch: { strategies: strategy.split(','), ...(key === undefined ? {} : { key }) } }),
      ...more,
    };
  }
  if (schema.additionalProperties !== undefined)
    return { type: 'map', values: shapeOf(schema.additionalProperties), ...(isAtomic ? { atomic: true } : {}) };
  const patch = schema['x-kubernetes-patch-strategy'];
  return {
    type: schema.type === undefined || schema.type === 'object' ? 'any' : schema.type,
    ...(schema.format === undefined ? {} : { format: schema.format }),
    ...(patch === undefined ? {} : { patch: { strategies: patch.split(',') } }),
    ...more,
  };
}

function isZero(schema: Schema): boolean {
  return schema.default === 0 || schema.default === false;
}

const { gitVersion } = (await get('/version')) as { gitVersion: string };
const source = { server: gitVersion, date: new Date().toISOString().slice(0, 10) };
const { paths } = (await get('/openapi/v3')) as { paths: Record<string, { serverRelativeURL: string }> };
const types: Record<string, object> = {};
const kinds: Record<string, string> = {};
for (const path of Object.keys(paths).filter((entry) => /^(api\/v1|apis\/[^/]+\/v\d[^/]*)$/.test(entry))) {
  const document = (await get(paths[path]?.serverRelativeURL ?? '')) as {
    components?: { schemas?: Record<string, Schema> };
  };
  for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
    const short = shortName(name);
    if (short in scalars) continue;
    const strategies = (field: Schema) => field['x-kubernetes-patch-strategy'];
    types[short] = {
      fields: Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([field, value]) => {
          const strategy = value.items === undefined ? strategies(value) : undefined;
          return [
            field,
            { ...shapeOf(value), ...(strategy === undefined ? {} : { patch: { strategies: strategy.split(',') } }) },
          ];
        }),
      ),
      ...(schema.required === undefined ? {} : { required: schema.required }),
      ...(schema['x-kubernetes-map-type'] === 'atomic' ? { atomic: true } : {}),
    };
    const own = schema['x-kubernetes-group-version-kind'];
    if (own?.length === 1 && own[0] !== undefined) {
      const { group, version, kind } = own[0];
      kinds[`${group === '' ? '' : `${group}/`}${version} ${kind}`] = short;
    }
  }
}

const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
const server = await openProxy();
const groups: object[] = [];
const columns: Record<string, object[]> = {};
for (const path of ['/api', '/apis']) {
  const { items } = (await server.get(path, accept)) as {
    items: { metadata: { name?: string }; versions: { version: string; resources: DiscoveredResource[] }[] }[];
  };
  for (const { metadata, versions } of items) {
    groups.push({
      group: metadata.name ?? '',
      versions: versions.map(({ version, resources }) => ({ version, resources: resources.map(resourceOf) })),
    });
    for (const { version, resources } of versions)
      for (const { resource, verbs } of resources.filter((entry) => entry.verbs.includes('list'))) {
        const base = metadata.name === undefined || metadata.name === '' ? '/api' : `/apis/${metadata.name}`;
        const answer = (await server.get(`${base}/${version}/${resource}?limit=1`, table)) as {
          columnDefinitions?: { name: string; type: string; format: string; priority: number }[];
        };
        if (!verbs.includes('list') || answer.columnDefinitions === undefined) continue;
        columns[`${metadata.name ?? ''}/${version}/${resource}`] = answer.columnDefinitions.map(
          ({ name, type, format: how, priority }) => ({ name, type, format: how, priority }),
        );
      }
  }
}
server.close();
await write('types.json', { source, kinds, types });
await write('resources.json', { source, groups });
await write('columns.json', { source, columns });

function resourceOf(resource: DiscoveredResource) {
  const { group = '', version = '', kind = '' } = resource.responseKind ?? {};
  return {
    name: resource.resource,
    singular: resource.singularResource,
    kind,
    ...(group === '' && version === '' ? {} : {}),
    namespaced: resource.scope === 'Namespaced',
    verbs: resource.verbs,
    shortNames: resource.shortNames ?? [],
    categories: resource.categories ?? [],
    subresources: (resource.subresources ?? []).map(({ subresource, responseKind, verbs }) => ({
      name: subresource,
      kind: responseKind?.kind ?? '',
      group: responseKind?.group ?? '',
      version: responseKind?.version ?? '',
      verbs,
    })),
  };
}

/** Headers cannot be set with `kubectl get --raw`; through the proxy they can. */
async function openProxy() {
  const { spawn } = await import('node:child_process');
  const proxy = spawn(kubectl, ['proxy', '--port=0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise<string>((resolve) => {
    proxy.stdout.on('data', (chunk: Buffer) => {
      const found = /127\.0\.0\.1:\d+/.exec(chunk.toString());
      if (found !== null) resolve(`http://${found[0]}`);
    });
  });
  return {
    get: async (path: string, accepted: string): Promise<unknown> =>
      (await fetch(address + path, { headers: { accept: accepted } })).json(),
    close: () => void proxy.kill(),
  };
}

async function write(name: string, value: object): Promise<void> {
  await writeFile(join(folder, name), await format(JSON.stringify(value), { parser: 'json', printWidth: 120 }));
}
