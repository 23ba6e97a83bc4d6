import type { Failure } from '../events/events.ts';
import { diagnose } from './diagnosis/index.ts';
import type { KubernetesObject } from './objects.ts';
import { podsOf } from './rollout/pods.ts';
import { rolloutStatus, waitingDetail } from './rollout/index.ts';
import type { RolloutStatus } from './rollout/status.ts';
import type { ClusterReader, KindRef } from './watch/cluster-reader.ts';
import type { Snapshot } from './watch/snapshot.ts';

export interface UntilReadyRequest {
  objects: KubernetesObject[];
  namespace: string;
  cluster: Pick<ClusterReader, 'view' | 'logs'>;
  signal: AbortSignal;
  rollout(change: {
    object: string;
    state: RolloutStatus['state'];
    waitingFor?: string;
    ready?: number;
    wanted?: number;
  }): void;
  waiting(blocker: string): void;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Kinds that explain why a workload is not ready, watched beside it. */
const explaining: KindRef[] = [
  { apiVersion: 'v1', kind: 'Pod' },
  { apiVersion: 'v1', kind: 'Event' },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
];

/** Graces run out by time alone, without any change in the cluster. */
const clockMilliseconds = 1000;

/**
 * Watches the objects until each is ready. Resolves with undefined then, or with the failure of the first that the
 * cluster cannot heal; rejects when the signal ends it.
 */
export async function untilReady(request: UntilReadyRequest): Promise<Failure | undefined> {
  const { objects, namespace, cluster, signal } = request;
  if (objects.length === 0) return undefined;
  const kinds = new Map(
    [...objects.map(({ apiVersion, kind }) => ({ apiVersion, kind })), ...explaining].map((ref) => [ref.kind, ref]),
  );
  const view = cluster.view([...kinds.values()], namespace);
  const said = new Map<string, string>();
  try {
    return await new Promise<Failure | undefined>((resolve, reject) => {
      const settle = (snapshot: Snapshot) => {
        if (!snapshot.isComplete) return;
        const verdicts = objects.map((object) => say(object, snapshot, request, said));
        const bad = verdicts.find(({ status }) => status.state === 'failed');
        if (bad !== undefined) {
          explain(bad.object, bad.status, snapshot, request).then(resolve, reject);
          return;
        }
        const open = verdicts.filter(({ status }) => status.state !== 'ready');
        if (open.length === 0) resolve(undefined);
        else request.waiting(blockerOf(open, snapshot, request));
      };
      const stop = view.subscribe(settle);
      const clock = setInterval(() => settle(view.snapshot()), clockMilliseconds);
      const end = () => {
        stop();
        clearInterval(clock);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) end();
    });
  } finally {
    view.close();
  }
}

interface Verdict {
  object: KubernetesObject;
  status: RolloutStatus;
}

function say(
  wanted: KubernetesObject,
  snapshot: Snapshot,
  request: UntilReadyRequest,
  said: Map<string, string>,
): Verdict {
  const object = snapshot.find(wanted.kind, wanted.metadata.name);
  const status: RolloutStatus =
    object === undefined
      ? { state: 'progressing', waitingFor: 'the API server to show it' }
      : rolloutStatus(object, snapshot, request.now());
  const name = `${wanted.kind}/${wanted.metadata.name}`;
  const text = JSON.stringify(status);
  if (said.get(name) !== text) {
    said.set(name, text);
    request.rollout({
      object: name,
      state: status.state,
      ...('waitingFor' in status ? { waitingFor: status.waitingFor } : {}),
      ...('ready' in status && status.ready !== undefined ? { ready: status.ready } : {}),
      ...('wanted' in status && status.wanted !== undefined ? { wanted: status.wanted } : {}),
    });
  }
  return { object: object ?? wanted, status };
}

function blockerOf(open: Verdict[], snapshot: Snapshot, { now }: UntilReadyRequest): string {
  return open
    .map(({ object, status }) => {
      const detail = waitingDetail(object, snapshot, now());
      const what = 'waitingFor' in status ? status.waitingFor : '';
      return `${object.metadata.name}: ${what}${detail === undefined || detail === what ? '' : ` (${detail})`}`;
    })
    .join('; ');
}

/** The cause of a failed rollout: the table of known failures, with the log of the pod that fails at hand. */
async function explain(
  object: KubernetesObject,
  status: RolloutStatus,
  snapshot: Snapshot,
  { cluster, namespace, now }: UntilReadyRequest,
): Promise<Failure> {
  const logs = await lastLogs(object, snapshot, cluster, namespace);
  const diagnosis = diagnose(object, snapshot, now(), logs);
  if (diagnosis !== undefined) {
    const { code, cause, evidence, remedy } = diagnosis;
    return { code, cause, evidence, remedy };
  }
  return {
    code: 'rollout-failed',
    cause: `${object.kind} ${object.metadata.name} does not become ready: ${'reason' in status ? status.reason : ''}`,
    evidence: Object.entries(logs).flatMap(([name, lines]) => lines.slice(-3).map((line) => `${name}: ${line}`)),
    remedy: [`kubectl -n ${namespace} describe ${object.kind.toLowerCase()} ${object.metadata.name}`],
  };
}

/** Last lines of every container that has restarted, by `pod/container`. A log that cannot be read is left out. */
async function lastLogs(
  object: KubernetesObject,
  snapshot: Snapshot,
  cluster: Pick<ClusterReader, 'logs'>,
  namespace: string,
): Promise<Record<string, string[]>> {
  const failing = podsOf(object, snapshot).flatMap((pod) =>
    ((pod['status']?.containerStatuses ?? []) as { name: string; ready: boolean; restartCount: number }[])
      .filter(({ ready, restartCount }) => !ready && restartCount > 0)
      .map(({ name }) => ({ pod: pod.metadata.name, container: name })),
  );
  const read = await Promise.allSettled(
    failing.slice(0, 4).map(async ({ pod, container }) => ({
      name: `${pod}/${container}`,
      lines: await cluster.logs(namespace, pod, container, { previous: true, lines: 30 }),
    })),
  );
  return Object.fromEntries(
    read.flatMap((result) => (result.status === 'fulfilled' ? [[result.value.name, result.value.lines]] : [])),
  );
}
