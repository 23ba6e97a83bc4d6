import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import { conditionOf, withCondition, type Condition } from '../conditions.ts';
import type { Client } from '../client.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { isPodReady, podSpec, podStatus } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';
import { taintsOf, type Taint } from '../workloads/node-fit.ts';

interface NodeStatus {
  conditions?: (Condition & { lastHeartbeatTime?: string })[];
}

/** Milliseconds without a sign of life until a node is Unknown (--node-monitor-grace-period, --node-startup-grace-period). */
const gracePeriod = 50_000;
const startupGracePeriod = 60_000;
/** A kubelet without a Lease posts its unchanged status this often. */
const reportPeriod = 300_000;
/** Milliseconds between two looks (--node-monitor-period). */
const monitorPeriod = 5000;

const key = (name: string) => `node.kubernetes.io/${name}`;
/** Which condition puts which taint (nodelifecycle, nodeConditionToTaintKeyStatusMap). */
const taintOfCondition: Record<string, Partial<Record<Condition['status'], string>>> = {
  Ready: { False: key('not-ready'), Unknown: key('unreachable') },
  MemoryPressure: { True: key('memory-pressure') },
  DiskPressure: { True: key('disk-pressure') },
  NetworkUnavailable: { True: key('network-unavailable') },
  PIDPressure: { True: key('pid-pressure') },
};
const managedTaints = new Set([
  key('unschedulable'),
  ...Object.values(taintOfCondition).flatMap((byStatus) => Object.values(byStatus)),
]);
const evicting = new Set([key('not-ready'), key('unreachable')]);

const conditionsOf = (node: StoredObject) => (node['status'] as NodeStatus | undefined)?.conditions ?? [];
const readiness = (node: StoredObject) => conditionOf(conditionsOf(node), 'Ready')?.status ?? 'Unknown';

/** Watches over nodes: what they no longer say of themselves, and the taints that follow: pkg/controller/nodelifecycle. */
export function nodeLifecycleController(): Controller {
  return {
    name: 'node-lifecycle-controller',
    start(context) {
      const { client, clock } = context;
      const queue = new Reconciler(clock, (name) => {
        const node = client.get('v1 Node', undefined, name);
        if (node === undefined) return;
        const judged = judge(context, node);
        taint(context, judged);
        if (readiness(judged) !== 'True') markPods(client, judged, clock.timestamp());
        queue.addAfter(name, monitorPeriod);
      });
      client.watch('v1 Node', ({ type, object, before }) => {
        const { name } = object.metadata;
        if (type === 'ADDED') tell(client, object, 'RegisteredNode', `Registered Node ${name} in Controller`);
        if (type === 'DELETED') return tell(client, object, 'RemovingNode', `Removing Node ${name} from Controller`);
        queue.add(name);
        // The last healthy node decides for all whether pods are evicted.
        if (before !== undefined && readiness(before) !== readiness(object))
          for (const other of client.list('v1 Node')) queue.add(other.metadata.name);
      });
    },
  };
}

/** Events about a node name it by its name instead of its uid (util/node, RecordNodeEvent). */
const tell = (client: Client, node: StoredObject, reason: string, message: string) =>
  client.event(node, { type: 'Normal', reason, message: `Node ${node.metadata.name} event: ${message}` });

/** The node with conditions Unknown, when it has not been heard of for too long. */
function judge({ client, clock }: ControllerContext, node: StoredObject): StoredObject {
  const now = clock.now();
  const conditions = conditionsOf(node);
  const ready = conditionOf(conditions, 'Ready') as (Condition & { lastHeartbeatTime?: string }) | undefined;
  const lease = client.get('coordination.k8s.io/v1 Lease', 'kube-node-lease', node.metadata.name);
  const renewed = Date.parse((lease?.['spec'] as { renewTime?: string } | undefined)?.renewTime ?? '');
  const posted = Date.parse(ready?.lastHeartbeatTime ?? '');
  const lastSeen = Math.max(
    Number.isNaN(renewed) ? 0 : renewed + gracePeriod,
    Number.isNaN(posted) ? 0 : posted + gracePeriod + (Number.isNaN(renewed) ? reportPeriod : 0),
    ready === undefined ? Date.parse(node.metadata.creationTimestamp) + startupGracePeriod : 0,
  );
  if (lastSeen > now || ready?.status === 'Unknown') return node;
  const time = clock.timestamp();
  let next: readonly Condition[] = conditions;
  for (const type of ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure']) {
    const known = conditionOf(conditions, type);
    const [reason, message] =
      known === undefined
        ? ['NodeStatusNeverUpdated', 'Kubelet never posted node status.']
        : ['NodeStatusUnknown', 'Kubelet stopped posting node status.'];
    const first = known === undefined ? { lastHeartbeatTime: node.metadata.creationTimestamp } : {};
    next = withCondition(next, { ...first, type, status: 'Unknown', reason, message }, time);
  }
  const updated = client.updateStatus({
    ...node,
    status: { ...(node['status'] as object | undefined), conditions: next },
  });
  if (ready?.status === 'True')
    client.event(updated, {
      type: 'Normal',
      reason: 'NodeNotReady',
      message: `Node ${node.metadata.name} status is now: NodeNotReady`,
    });
  return updated;
}

/** Puts the taints that conditions and a cordon ask for, and takes away those that they no longer do. */
function taint({ client, clock }: ControllerContext, node: StoredObject): void {
  const wanted: Taint[] = [];
  for (const { type, status } of conditionsOf(node)) {
    const name = taintOfCondition[type]?.[status];
    if (name !== undefined) wanted.push({ key: name, effect: 'NoSchedule' });
  }
  if ((node['spec'] as { unschedulable?: boolean } | undefined)?.unschedulable === true)
    wanted.push({ key: key('unschedulable'), effect: 'NoSchedule' });
  // Where no node is ready the fault is thought to be elsewhere: nothing is evicted (nodelifecycle, handleDisruption).
  const isDisrupted = client.list('v1 Node').every((other) => readiness(other) !== 'True');
  if (!isDisrupted)
    wanted.push(...wanted.filter((one) => evicting.has(one.key)).map((one) => ({ ...one, effect: 'NoExecute' })));
  const known = taintsOf(node);
  const same = (one: Taint, other: Taint) => one.key === other.key && one.effect === other.effect;
  const kept = known.filter((one) => !managedTaints.has(one.key) || wanted.some((other) => same(one, other)));
  const added = wanted
    .filter((one) => !known.some((other) => same(one, other)))
    .map((one) => ({ ...one, timeAdded: clock.timestamp() }));
  const taints = [...kept, ...added];
  if (isEqual(taints, known)) return;
  const { taints: _, ...spec } = (node['spec'] ?? {}) as { taints?: Taint[] };
  client.update({ ...node, spec: { ...spec, ...(taints.length === 0 ? {} : { taints }) } });
}

/** Pods of a node that is not ready are not ready either: no Service sends anything to them. */
function markPods(client: Client, node: StoredObject, time: string): void {
  for (const pod of client.list('v1 Pod')) {
    if (podSpec(pod).nodeName !== node.metadata.name || !isPodReady(pod)) continue;
    const status = podStatus(pod);
    const conditions = (status.conditions ?? []).map((condition) =>
      condition.type === 'Ready' ? { ...condition, status: 'False' as const, lastTransitionTime: time } : condition,
    );
    client.updateStatus({ ...pod, status: { ...status, conditions } });
    client.event(pod, { type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready' });
  }
}
