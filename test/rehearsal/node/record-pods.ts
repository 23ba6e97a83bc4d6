/**
 * Records what a real cluster makes of the pods of recorded-manifests.ts: each status that was written, and the events.
 * `node test/rehearsal/node/record-pods.ts NAMESPACE SECONDS > test/rehearsal/node/recorded/pods.json` with KUBECONFIG set;
 * the image postgres:17 must be there, and the namespace is made and deleted.
 */
import { execFileSync, spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { KubernetesObject } from '../../../src/kubernetes/objects.ts';
import { lifeOf } from './condense.ts';
import { recordedCases } from './recorded-manifests.ts';

const [namespace = 'rh-node-record', seconds = '150'] = process.argv.slice(2);
const kubectl = (args: string[], input?: object) =>
  execFileSync('kubectl', args, { encoding: 'utf8', ...(input === undefined ? {} : { input: JSON.stringify(input) }) });
const inNamespace = ['-n', namespace];

function watch(kind: string): KubernetesObject[] {
  const seen: KubernetesObject[] = [];
  const child = spawn('kubectl', ['get', '--raw', `/api/v1/namespaces/${namespace}/${kind}?watch=1`]);
  let rest = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const { type, object } = JSON.parse(line) as { type: string; object: KubernetesObject };
      seen.push({ ...object, watchType: type });
    }
  });
  children.push(child);
  return seen;
}
const children: { kill(): void }[] = [];

kubectl(['create', 'namespace', namespace]);
await pause(2000);
const pods = watch('pods');
const events = watch('events');
await pause(500);
const waits: Promise<void>[] = [];
for (const { name, spec, later, deleteAfter } of recordedCases) {
  const make = () => {
    if (later === undefined) return;
    const { kind, name: object, data } = later;
    kubectl([...inNamespace, 'create', '-f', '-'], {
      apiVersion: 'v1',
      kind,
      metadata: { name: object },
      ...(kind === 'Secret' ? { stringData: data } : { data }),
    });
  };
  if (later?.after === 0) make();
  kubectl([...inNamespace, 'create', '-f', '-'], {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { case: name } },
    spec,
  });
  if (later !== undefined && later.after > 0) waits.push(pause(later.after * 1000).then(make));
  if (deleteAfter !== undefined)
    waits.push(
      pause(deleteAfter * 1000).then(() => void kubectl([...inNamespace, 'delete', 'pod', name, '--wait=false'])),
    );
  await pause(700);
}
await Promise.all(waits);
await pause(Number(seconds) * 1000);
kubectl([...inNamespace, 'delete', 'pod', '--all']);
await pause(2000);
for (const child of children) child.kill();
const version = JSON.parse(kubectl(['version', '-o', 'json'])) as { serverVersion: { gitVersion: string } };
kubectl(['delete', 'namespace', namespace, '--wait=false']);
const lives = recordedCases.map(({ name }) =>
  lifeOf(
    name,
    pods.filter(({ metadata }) => metadata.name === name),
    events,
    namespace,
  ),
);
process.stdout.write(
  `${JSON.stringify({ recordedBy: 'test/rehearsal/node/record-pods.ts', server: version.serverVersion.gitVersion, date: new Date().toISOString().slice(0, 10), lives }, undefined, 2)}\n`,
);
