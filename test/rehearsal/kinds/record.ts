import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format } from 'prettier';
import { Registry } from '../../../src/rehearsal/api/registry.ts';
import { openApiServer, sourceOf, type Answer } from './api-server.ts';
import { changed, type Case, type Fields } from './case.ts';
import { cases } from './cases/index.ts';

/**
 * Records what a real API server makes of objects of every kind, good and bad: each case of cases/ is created (or changed,
 * after it was really created) with dryRun=All, and the answer is kept. Against the cluster of $KUBECONFIG; it works in
 * the namespace rh-kinds and makes a few cluster objects named `case`, which it deletes again.
 *
 *     node test/rehearsal/kinds/record.ts
 */
const namespace = 'rh-kinds';
const registry = new Registry();
const server = await openApiServer();
const source = sourceOf(server, 'test/rehearsal/kinds/record.ts');

export interface Recorded {
  name: string;
  /** What was there, as it was stored. */
  old?: Fields;
  sent: Fields;
  isReal?: true;
  code: number;
  answer: Fields;
  warnings?: string[];
}

const asked = (path: string) => `${path}?fieldManager=kubectl-create&fieldValidation=Strict`;
const dry = (path: string) => `${asked(path)}&dryRun=All`;

const pathOf = (object: Fields, name?: string): string => {
  const resource = registry.ofKind(`${String(object['apiVersion'])} ${String(object['kind'])}`);
  if (resource === undefined) throw new Error(`no resource for ${String(object['kind'])}`);
  const base = resource.group === '' ? '/api' : `/apis/${resource.group}`;
  const place = resource.isNamespaced ? `/namespaces/${namespace}` : '';
  return `${base}/${resource.version}${place}/${resource.plural}${name === undefined ? '' : `/${name}`}`;
};

await server.send('DELETE', `/api/v1/namespaces/${namespace}`);
while ((await server.send('GET', `/api/v1/namespaces/${namespace}`)).code !== 404);
await server.send('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
while ((await server.send('GET', `/api/v1/namespaces/${namespace}/serviceaccounts/default`)).code !== 200);
while ((await server.send('GET', `/api/v1/namespaces/${namespace}/configmaps/kube-root-ca.crt`)).code !== 200);
const taken = await server.send('POST', `/api/v1/namespaces/${namespace}/services`, {
  metadata: { name: 'taken' },
  spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 31_234 }] },
});
const read = async (path: string) => (await server.send('GET', path)).body;
const world = [
  await read(`/api/v1/namespaces/${namespace}`),
  await read(`/api/v1/namespaces/${namespace}/serviceaccounts/default`),
  await read('/api/v1/namespaces/default/services/kubernetes'),
  taken.body,
  ...((await read('/apis/storage.k8s.io/v1/storageclasses'))['items'] as Fields[]).map((item) => ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    ...item,
  })),
];
await write('world', { source, objects: world.map(withoutManaged) });
for (const [file, list] of Object.entries(cases)) {
  const recorded: Recorded[] = [];
  for (const entry of list) recorded.push(await record(entry));
  await write(file, { source, cases: recorded });
}
await server.send('DELETE', `/api/v1/namespaces/${namespace}`);
server.close();

async function record({ name, object, change, isReal }: Case): Promise<Recorded> {
  if (isReal === true) {
    const answer = await server.send('POST', asked(pathOf(object)), object);
    if (answer.code === 201) await remove(pathOf(object, String((object['metadata'] as Fields)['name'])));
    return { ...recorded(name, object, answer), isReal };
  }
  if (change === undefined) return recorded(name, object, await server.send('POST', dry(pathOf(object)), object));
  const made = await server.send('POST', pathOf(object), object);
  if (made.code !== 201) throw new Error(`${name}: ${JSON.stringify(made.body)}`);
  const path = pathOf(object, String((object['metadata'] as Fields)['name']));
  // A controller may be writing to it: the answer counts only if the object was the same before and after.
  for (;;) {
    const before = await read(path);
    const sent = changed(before, change);
    const answer = await server.send('PUT', dry(path), sent);
    const after = await read(path);
    const versionOf = ({ metadata }: Fields) => (metadata as Fields)['resourceVersion'];
    if (versionOf(before) !== versionOf(after)) continue;
    await remove(path);
    return recorded(name, sent, answer, before);
  }
}

async function remove(path: string): Promise<void> {
  await server.send('DELETE', path, { gracePeriodSeconds: 0, propagationPolicy: 'Background' });
  for (;;) {
    const { code, body } = await server.send('GET', path);
    if (code === 404) return;
    const { finalizers } = body['metadata'] as { finalizers?: string[] };
    if (finalizers !== undefined)
      await server.send('PATCH', path, { metadata: { finalizers: null } }, 'application/merge-patch+json');
  }
}

function recorded(name: string, sent: Fields, { code, body, warnings }: Answer, old?: Fields): Recorded {
  return {
    name,
    ...(old === undefined ? {} : { old: withoutManaged(old) }),
    sent: shortened(withoutManaged(sent)),
    code,
    answer: code < 300 ? withoutManaged(body) : body,
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

function withoutManaged(object: Fields): Fields {
  const { managedFields: _, ...metadata } = (object['metadata'] ?? {}) as Fields;
  return { ...object, metadata };
}

/** Texts that are only there to be too long are written as how long they are: `x*262145`. */
function shortened(object: Fields): Fields {
  return JSON.parse(JSON.stringify(object), (_, value: unknown) =>
    typeof value === 'string' && value.length > 1000 ? `${value.slice(0, 4)}*${value.length}` : value,
  ) as Fields;
}

async function write(name: string, value: object): Promise<void> {
  const file = join(import.meta.dirname, 'recorded', `${name}.json`);
  await writeFile(file, await format(JSON.stringify(value), { parser: 'json', printWidth: 120 }));
}
