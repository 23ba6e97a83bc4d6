import type { Ledger } from '../engine/journal/ledger.ts';
import { exitCodes, type ExitCode } from '../errors/exit-codes.ts';
import type { KubernetesObject } from '../kubernetes/objects.ts';
import { rolloutStatus, waitingDetail } from '../kubernetes/rollout/index.ts';
import { paramText } from '../plan/plan.ts';
import type { KindRef } from '../kubernetes/watch/cluster-reader.ts';
import type { Snapshot } from '../kubernetes/watch/snapshot.ts';
import { answersTo } from '../steps/rollout/addresses.ts';
import type { Connection } from './connection.ts';
import { withDeployments } from './deployments.ts';
import type { Program } from './program.ts';

const kinds: KindRef[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  { apiVersion: 'batch/v1', kind: 'Job' },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
  { apiVersion: 'v1', kind: 'Pod' },
  { apiVersion: 'v1', kind: 'Event' },
];
const shown = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'];

/** What is deployed, how healthy, where it answers. Exit 0 only when all of it is ready. */
export async function status(program: Program): Promise<ExitCode> {
  const code = await withDeployments(program, async (connection, ledgers) => {
    if (ledgers.length === 0) {
      program.frontend.say({
        level: 'info',
        text: `Nothing is deployed on ${connection.target.name}`,
        next: ['deploy-wizard up'],
      });
      return exitCodes.stepFailed;
    }
    const ready = await Promise.all(ledgers.map((ledger) => statusOf(program, connection, ledger)));
    return ready.every(Boolean) ? exitCodes.ok : exitCodes.stepFailed;
  });
  return code ?? exitCodes.interrupted;
}

/** Says what one deployment is like; whether all of it is ready. */
async function statusOf(
  { frontend, kill, time }: Program,
  { reader, provider, cluster, target, helm }: Connection,
  ledger: Ledger,
): Promise<boolean> {
  const snapshot = await snapshotOf(reader, ledger.namespace);
  const names = ledger.entries.flatMap(({ kind, undo }) => (kind === 'release' ? [paramText(undo, 'name')] : []));
  const releases = await Promise.all(
    names.map(async (name) => ({ name, state: await helm.status(name, ledger.namespace) })),
  );
  const manifests = await Promise.all(
    releases.flatMap(({ name, state }) => (state === undefined ? [] : [helm.manifest(name, ledger.namespace)])),
  );
  const wanted = new Set([
    ...manifests.flat().map(({ kind, metadata }) => `${kind} ${metadata.name}`),
    ...ledger.entries.flatMap(({ made }) => made.map(({ kind, name }) => `${kind} ${name}`)),
  ]);
  const lines: string[] = [];
  let isReady = true;
  for (const name of [...wanted].filter((text) => shown.includes(text.split(' ')[0] ?? ''))) {
    const [kind = '', object = ''] = name.split(' ');
    const found = snapshot.find(kind, object);
    const state = found === undefined ? undefined : rolloutStatus(found, snapshot, time.now());
    const detail = found === undefined ? undefined : waitingDetail(found, snapshot, time.now());
    isReady &&= state?.state === 'ready';
    const text =
      state === undefined
        ? 'is gone'
        : state.state === 'ready'
          ? `ready, ${counts(found)}`
          : `${state.state}: ${'waitingFor' in state ? state.waitingFor : ''}${detail === undefined ? '' : ` (${detail})`}`;
    lines.push(`${kind} ${object}: ${text}`);
  }
  for (const { name, state } of releases) {
    isReady &&= state?.status === 'deployed';
    lines.push(`release ${name}: ${state === undefined ? 'is gone' : `${state.status}, revision ${state.revision}`}`);
  }
  const addresses = await provider.nodeAddresses(cluster, kill);
  for (const { title, service, path, scheme } of ledger.endpoints) {
    const object = await reader.get({ apiVersion: 'v1', kind: 'Service' }, service, ledger.namespace);
    const port = ((object?.['spec']?.ports ?? []) as { nodePort?: number }[])[0]?.nodePort;
    const urls =
      port === undefined ? [] : addresses.map((address) => `${scheme}://${address}:${port}${path === '/' ? '' : path}`);
    const answers = await Promise.all(urls.map((url) => answersTo(url, kill)));
    const url = urls.find((_, index) => answers[index] === true);
    lines.push(`${title}: ${url ?? `only by forwarding: deploy-wizard open ${ledger.recipe.name}`}`);
  }
  frontend.say({
    level: isReady ? 'info' : 'warning',
    text: `${ledger.recipe.title} (${ledger.environment}) on ${target.name}, namespace ${ledger.namespace}: ${isReady ? 'ready' : 'not ready'}`,
    detail: lines,
  });
  return isReady;
}

function counts(object: KubernetesObject | undefined): string {
  const [spec, now] = [object?.['spec'], object?.['status']];
  switch (object?.kind) {
    case 'DaemonSet':
      return `${now?.numberReady ?? 0} of ${now?.desiredNumberScheduled ?? 0} pods`;
    case 'Job':
      return `${now?.succeeded ?? 0} of ${spec?.completions ?? 1} pods done`;
    default:
      return `${now?.readyReplicas ?? 0} of ${spec?.replicas ?? 1} pods`;
  }
}

async function snapshotOf(reader: Connection['reader'], namespace: string): Promise<Snapshot> {
  const view = reader.view(kinds, namespace);
  try {
    return await new Promise<Snapshot>((resolve) => {
      const stop = view.subscribe((snapshot) => {
        if (!snapshot.isComplete) return;
        queueMicrotask(() => stop());
        resolve(snapshot);
      });
    });
  } finally {
    view.close();
  }
}
