import { join } from 'node:path';
import { openApiServer, sourceOf } from '../kinds/api-server.ts';
import type { Fields } from '../kinds/case.ts';
import { createRecorder, withoutManaged, writeRecording, type Recorded } from '../kinds/recorder.ts';
import { object, type Scenario } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';

/**
 * Records what a real API server admits: the objects of each scenario of scenarios/ are really made, in the namespace
 * rh-admission or in the cluster; then its cases are tried with dryRun=All. Against the cluster of $KUBECONFIG.
 *
 *     node test/rehearsal/admission/record.ts
 */
const namespace = 'rh-admission';
const server = await openApiServer();
const { read, make, record, remove, pathOfMade, openNamespace, closeNamespace } = createRecorder(server, namespace);
const source = sourceOf(server, 'test/rehearsal/admission/record.ts');
const fileOf = (name: string) => join(import.meta.dirname, 'recorded', `${name}.json`);

/** The quota controller has looked at what is there. */
const isSettled = ({ kind, spec, status }: Fields) =>
  kind !== 'ResourceQuota' || JSON.stringify((status as Fields)['hard']) === JSON.stringify((spec as Fields)['hard']);

const listed = async (path: string, apiVersion: string, kind: string) =>
  ((await read(path))['items'] as Fields[]).map((item) => ({ apiVersion, kind, ...item }));

async function play({ name, labels, objects, cases }: Scenario) {
  await openNamespace(labels);
  // Quotas come last: what is there when they come is counted at once.
  const isQuota = ({ kind }: Fields) => kind === 'ResourceQuota';
  const ordered = [...objects.filter((each) => !isQuota(each)), ...objects.filter(isQuota)];
  for (const each of ordered) await make(each);
  // Webhooks and limits are cached by the server: it knows them once it acts by them, which is soon.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const world: Fields[] = [];
  for (const each of ordered) {
    let found = await read(pathOfMade(each));
    while (!isSettled(found)) found = await read(pathOfMade(each));
    world.push(found);
  }
  const results: Recorded[] = [];
  for (const entry of cases) results.push(await record(entry));
  for (const each of ordered) await remove(pathOfMade(each));
  return {
    name,
    world: [
      await read(`/api/v1/namespaces/${namespace}`),
      await read(`/api/v1/namespaces/${namespace}/serviceaccounts/default`),
      { ...(await read(`/api/v1/namespaces/${namespace}/configmaps/kube-root-ca.crt`)), data: {} },
      ...world,
    ].map(withoutManaged),
    cases: results,
  };
}

const shared = [
  ...(await listed('/apis/storage.k8s.io/v1/storageclasses', 'storage.k8s.io/v1', 'StorageClass')),
  ...(await listed('/apis/networking.k8s.io/v1/ingressclasses', 'networking.k8s.io/v1', 'IngressClass')),
  ...(await listed('/apis/scheduling.k8s.io/v1/priorityclasses', 'scheduling.k8s.io/v1', 'PriorityClass')),
];
await writeRecording(fileOf('world'), { source, objects: shared.map(withoutManaged) });
for (const [file, list] of Object.entries(scenarios)) {
  const played = [];
  for (const scenario of list) played.push(await play(scenario));
  await writeRecording(fileOf(file), { source, scenarios: played });
}
await closeNamespace();

const map = object('v1', 'ConfigMap', 'case', {});
const missing = createRecorder(server, 'rh-admission-missing');
const ending = createRecorder(server, 'rh-admission-ending');
await ending.openNamespace();
const held = await ending.make({ ...map, metadata: { name: 'held', finalizers: ['example.com/held'] } });
await ending.closeNamespace();
const gone = await server.send('DELETE', '/api/v1/namespaces/kube-system?dryRun=All');
await writeRecording(fileOf('namespaces'), {
  source,
  missing: await missing.record({ name: 'missing', object: map }),
  ending: {
    namespace: withoutManaged(await read('/api/v1/namespaces/rh-admission-ending')),
    ...(await ending.record({ name: 'ending', object: map })),
  },
  immortal: { code: gone.code, answer: gone.body },
});
await ending.remove(ending.pathOfMade(held));
server.close();
