import { join } from 'node:path';
import { openApiServer, sourceOf } from './api-server.ts';
import type { Fields } from './case.ts';
import { cases } from './cases/index.ts';
import { createRecorder, withoutManaged, writeRecording, type Recorded } from './recorder.ts';

/**
 * Records what a real API server makes of objects of every kind, good and bad: each case of cases/ is created (or changed,
 * after it was really created) with dryRun=All, and the answer is kept. Against the cluster of $KUBECONFIG; it works in
 * the namespace rh-kinds and makes a few cluster objects named `case`, which it deletes again.
 *
 *     node test/rehearsal/kinds/record.ts
 */
const namespace = 'rh-kinds';
const server = await openApiServer();
const { read, record, make, openNamespace, closeNamespace } = createRecorder(server, namespace);
const source = sourceOf(server, 'test/rehearsal/kinds/record.ts');
const fileOf = (name: string) => join(import.meta.dirname, 'recorded', `${name}.json`);

await openNamespace();
const taken = await make({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'taken' },
  spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 31_234 }] },
});
const classes = (await read('/apis/storage.k8s.io/v1/storageclasses'))['items'] as Fields[];
const world = [
  await read(`/api/v1/namespaces/${namespace}`),
  await read(`/api/v1/namespaces/${namespace}/serviceaccounts/default`),
  await read('/api/v1/namespaces/default/services/kubernetes'),
  taken,
  ...classes.map((item) => ({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', ...item })),
];
await writeRecording(fileOf('world'), { source, objects: world.map(withoutManaged) });
for (const [file, list] of Object.entries(cases)) {
  const recorded: Recorded[] = [];
  for (const entry of list) recorded.push(await record(entry));
  await writeRecording(fileOf(file), { source, cases: recorded });
}
await closeNamespace();
server.close();
