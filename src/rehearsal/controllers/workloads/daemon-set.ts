import { StatusError } from '../../api/status-error.ts';
import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import type { Client } from '../client.ts';
import { namesOf, type Controller, type ControllerContext } from '../controller.ts';
import { claim, controlledBy, watchDependents } from '../owners.ts';
import { createPod, deletePod, isNamespaceEnding, podFromTemplate, slowStart } from '../pod-control.ts';
import { isPodAvailable, isPodReady, isTerminating, phaseOf, untilAvailable } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';
import {
  daemonSetSpec,
  fitOf,
  generationAnnotation,
  hashLabel,
  isUpdated,
  nodeOf,
  rollingUpdate,
  surplus,
  templateForNode,
} from './daemon-pods.ts';
import { taintsOf } from './node-fit.ts';
import { currentRevision, truncateHistory } from './revisions.ts';

const kind = 'apps/v1 DaemonSet';
/** Milliseconds after which a failed pod is replaced: doubled each time, up to the second. */
const firstBackOff = 1000;
const lastBackOff = 900_000;

export function daemonSetController(): Controller {
  return {
    name: 'daemonset-controller',
    start(context) {
      const { client, clock } = context;
      const backOffs = new Map<string, { wait: number; at: number }>();
      const queue = new Reconciler(clock, (key) => reconcile(key, context, dependents.orphans, queue, backOffs));
      const dependents = watchDependents(client, {
        dependent: 'v1 Pod',
        owner: kind,
        selectorOf: (set) => daemonSetSpec(set).selector,
        enqueue: (key) => queue.add(key),
      });
      const keyFor = ({ metadata }: StoredObject) => `${metadata.namespace}/${metadata.name}`;
      client.watch(kind, ({ object, type }) => {
        if (type !== 'DELETED') queue.add(keyFor(object));
      });
      client.watch('v1 Node', ({ type, object, before }) => {
        const isSame =
          type === 'MODIFIED' &&
          isEqual(object.metadata.labels, before?.metadata.labels) &&
          before !== undefined &&
          isEqual(taintsOf(object), taintsOf(before));
        if (!isSame) for (const set of client.list(kind)) queue.add(keyFor(set));
      });
    },
  };
}

function reconcile(
  key: string,
  context: ControllerContext,
  orphans: (namespace: string) => Iterable<StoredObject>,
  queue: Reconciler,
  backOffs: Map<string, { wait: number; at: number }>,
): void {
  const { client, clock } = context;
  const set = client.get(kind, ...namesOf(key));
  if (set === undefined || isTerminating(set)) return;
  const spec = daemonSetSpec(set);
  const now = clock.now();
  const pods = claim(
    client,
    set,
    spec.selector,
    controlledBy(client, set, 'Pod'),
    orphans(set.metadata.namespace ?? ''),
  );
  const generation = set.metadata.annotations?.[generationAnnotation];
  const collisions = (set['status'] as { collisionCount?: number } | undefined)?.collisionCount;
  const { revision, collisionCount } = currentRevision(
    client,
    set,
    spec.template,
    { hashLabel, annotations: generation === undefined ? undefined : set.metadata.annotations },
    collisions,
  );
  const hash = revision.metadata.labels?.[hashLabel] ?? '';
  const nodes = client.list('v1 Node').map((node) => ({ name: node.metadata.name, ...fitOf(set, node) }));
  const podsOn = grouped(pods);
  const desired = nodes.filter(({ runs }) => runs).length;
  const missing: string[] = [];
  const doomed: StoredObject[] = [];
  for (const { name, runs, stays } of nodes) {
    const here = podsOn.get(name) ?? [];
    if (runs && here.length === 0) missing.push(name);
    else if (!stays) doomed.push(...here.filter((pod) => !isTerminating(pod)));
    else
      doomed.push(
        ...ended(context, set, name, here, backOffs, (wait) => queue.addAfter(key, wait)),
        ...surplus(set, here, hash, now),
      );
  }
  const known = new Set(nodes.map(({ name }) => name));
  doomed.push(
    ...pods.filter((pod) => !isTerminating(pod) && phaseOf(pod) === 'Pending' && !known.has(nodeOf(pod) ?? '')),
  );
  let refusal = apply(client, set, missing, doomed, hash);
  if (refusal === undefined && missing.length + doomed.length === 0 && spec.updateStrategy?.type !== 'OnDelete') {
    const runs = (node: string) => nodes.some(({ name, runs: isWanted }) => name === node && isWanted);
    const next = rollingUpdate(set, podsOn, runs, hash, desired, now);
    refusal = apply(client, set, next.surging, next.doomed, hash);
  }
  truncateHistory(
    client,
    set,
    new Set([
      revision.metadata.name,
      ...pods.map(({ metadata }) => `${set.metadata.name}-${metadata.labels?.[hashLabel]}`),
    ]),
    spec.revisionHistoryLimit ?? 10,
  );
  writeStatus(context, set, nodes, hash, collisionCount);
  if (refusal !== undefined) throw refusal;
  const wait = untilAvailable(pods, spec.minReadySeconds ?? 0, now);
  if (wait !== undefined) queue.addAfter(key, wait);
}

function grouped(pods: readonly StoredObject[]): Map<string, StoredObject[]> {
  const groups = new Map<string, StoredObject[]>();
  for (const pod of pods) {
    const node = nodeOf(pod);
    if (node === undefined) continue;
    groups.set(node, [...(groups.get(node) ?? []), pod]);
  }
  return groups;
}

/** Pods that have ended: those that failed are replaced later and later. */
function ended(
  { client, clock }: ControllerContext,
  set: StoredObject,
  node: string,
  pods: readonly StoredObject[],
  backOffs: Map<string, { wait: number; at: number }>,
  again: (milliseconds: number) => void,
): StoredObject[] {
  return pods.filter((pod) => {
    if (isTerminating(pod)) return false;
    const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
    if (phaseOf(pod) === 'Succeeded') {
      client.event(set, {
        type: 'Normal',
        reason: 'SucceededDaemonPod',
        message: `Found succeeded daemon pod ${name} on node ${node}, will try to delete it`,
      });
      return true;
    }
    if (phaseOf(pod) !== 'Failed') return false;
    const key = `${set.metadata.uid}/${node}`;
    const known = backOffs.get(key);
    const left = known === undefined ? 0 : known.at + known.wait - clock.now();
    if (left > 0) {
      again(left);
      return false;
    }
    backOffs.set(key, {
      at: clock.now(),
      wait: known === undefined ? firstBackOff : Math.min(lastBackOff, known.wait * 2),
    });
    client.event(set, {
      type: 'Warning',
      reason: 'FailedDaemonPod',
      message: `Found failed daemon pod ${name} on node ${node}, will try to kill it`,
    });
    return true;
  });
}

function apply(
  client: Client,
  set: StoredObject,
  nodes: readonly string[],
  doomed: readonly StoredObject[],
  hash: string,
): StatusError | undefined {
  const refusal = slowStart(nodes.length, (index) => {
    try {
      createPod(client, set, podFromTemplate(set, templateForNode(set, nodes[index] ?? '', hash)));
    } catch (error) {
      if (!(error instanceof StatusError) || !isNamespaceEnding(error)) throw error;
    }
  });
  for (const pod of doomed) deletePod(client, set, pod);
  return refusal;
}

function writeStatus(
  { client, clock }: ControllerContext,
  set: StoredObject,
  nodes: readonly { name: string; runs: boolean }[],
  hash: string,
  collisionCount: number | undefined,
): void {
  const { minReadySeconds = 0 } = daemonSetSpec(set);
  const podsOn = grouped(controlledBy(client, set, 'Pod'));
  const oldest = ({ name }: { name: string }) =>
    [...(podsOn.get(name) ?? [])].sort((one, other) =>
      one.metadata.creationTimestamp < other.metadata.creationTimestamp ? -1 : 1,
    )[0];
  const wanted = nodes.filter(({ runs }) => runs);
  const present = wanted.flatMap((node) => oldest(node) ?? []);
  const count = (test: (pod: StoredObject) => boolean) => present.filter(test).length;
  const available = count((pod) => isPodAvailable(pod, minReadySeconds, clock.now()));
  const updated = count((pod) => isUpdated(pod, set, hash));
  const notZero = (name: string, value: number) => (value === 0 ? {} : { [name]: value });
  const status = {
    currentNumberScheduled: present.length,
    numberMisscheduled: nodes.filter((node) => !node.runs && oldest(node) !== undefined).length,
    desiredNumberScheduled: wanted.length,
    numberReady: count(isPodReady),
    ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    ...notZero('updatedNumberScheduled', updated),
    ...notZero('numberAvailable', available),
    ...notZero('numberUnavailable', wanted.length - available),
    ...(collisionCount === undefined ? {} : { collisionCount }),
  };
  if (!isEqual(status, set['status'])) client.updateStatus({ ...set, status });
}
