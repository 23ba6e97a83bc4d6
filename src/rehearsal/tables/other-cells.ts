import type { KubernetesObject } from '../../kubernetes/objects.ts';
import { age, count, type Cell, type CellsOf } from './cell.ts';
import { autoscalerCells } from './autoscaler-cells.ts';
import { eventCells } from './event-cells.ts';

const rolePrefix = 'node-role.kubernetes.io/';

/** Kinds of the cluster itself and of settings, by group and resource. */
export const otherCells: Readonly<Record<string, CellsOf>> = {
  '/configmaps': (object, now) => [
    object.metadata.name,
    entries(object['data']).length + entries(object['binaryData']).length,
    age(object, now),
  ],
  '/secrets': (object, now) => [
    object.metadata.name,
    (object['type'] as string | undefined) ?? '',
    entries(object['data']).length,
    age(object, now),
  ],
  '/namespaces': (object, now) => [object.metadata.name, object['status']?.phase ?? '', age(object, now)],
  '/nodes': nodeCells,
  '/events': eventCells,
  'events.k8s.io/events': eventCells,
  '/resourcequotas': quotaCells,
  '/componentstatuses': componentCells,
  'autoscaling/horizontalpodautoscalers': autoscalerCells,
  'policy/poddisruptionbudgets': (object, now) => [
    object.metadata.name,
    String(object.spec.minAvailable ?? 'N/A'),
    String(object.spec.maxUnavailable ?? 'N/A'),
    count(object.status?.disruptionsAllowed),
    age(object, now),
  ],
  'scheduling.k8s.io/priorityclasses': (object, now) => [
    object.metadata.name,
    count(object['value'] as number | undefined),
    object['globalDefault'] === true,
    age(object, now),
    (object['preemptionPolicy'] as string | undefined) ?? '',
  ],
  'coordination.k8s.io/leases': (object, now) => [
    object.metadata.name,
    object.spec?.holderIdentity ?? '',
    age(object, now),
  ],
  'node.k8s.io/runtimeclasses': (object, now) => [
    object.metadata.name,
    (object['handler'] as string | undefined) ?? '',
    age(object, now),
  ],
  'resource.k8s.io/deviceclasses': named,
  'resource.k8s.io/resourceclaims': (object, now) => [object.metadata.name, claimWords(object), age(object, now)],
  'resource.k8s.io/resourceclaimtemplates': named,
  'resource.k8s.io/resourceslices': (object, now) => [
    object.metadata.name,
    object.spec.nodeName ?? '',
    object.spec.driver ?? '',
    object.spec.pool?.name ?? '',
    age(object, now),
  ],
};

const entries = (map: unknown) => Object.keys((map as object | null | undefined) ?? {});

function named(object: KubernetesObject, now: number): Cell[] {
  return [object.metadata.name, age(object, now)];
}

interface NodeStatus {
  conditions?: { type: string; status: string }[];
  addresses?: { type: string; address: string }[];
  nodeInfo?: { kubeletVersion?: string; osImage?: string; kernelVersion?: string; containerRuntimeVersion?: string };
}

function nodeCells(object: KubernetesObject, now: number): Cell[] {
  const { conditions, addresses, nodeInfo } = (object['status'] ?? {}) as NodeStatus;
  const ready = conditions?.findLast(({ type }) => type === 'Ready')?.status;
  const word = ready === undefined ? 'Unknown' : ready === 'True' ? 'Ready' : 'NotReady';
  const address = (wanted: string) => addresses?.find(({ type }) => type === wanted)?.address ?? '<none>';
  return [
    object.metadata.name,
    object.spec?.unschedulable === true ? `${word},SchedulingDisabled` : word,
    rolesOf(object),
    age(object, now),
    nodeInfo?.kubeletVersion ?? '',
    address('InternalIP'),
    address('ExternalIP'),
    nodeInfo?.osImage || '<unknown>',
    nodeInfo?.kernelVersion || '<unknown>',
    nodeInfo?.containerRuntimeVersion || '<unknown>',
  ];
}

function rolesOf({ metadata }: KubernetesObject): string {
  const roles = Object.entries(metadata.labels ?? {}).map(([label, value]) =>
    label.startsWith(rolePrefix) ? label.slice(rolePrefix.length) : label === 'kubernetes.io/role' ? value : '',
  );
  return [...new Set(roles.filter((role) => role !== ''))].sort().join(',') || '<none>';
}

function quotaCells(object: KubernetesObject, now: number): Cell[] {
  const { hard = {}, used = {} } = (object['status'] ?? {}) as {
    hard?: Record<string, string>;
    used?: Record<string, string>;
  };
  const names = Object.keys(hard).sort();
  const text = (chosen: string[]) => chosen.map((name) => `${name}: ${used[name] ?? '0'}/${hard[name]}`).join(', ');
  const isLimit = (name: string) => name.startsWith('limits.');
  return [
    object.metadata.name,
    text(names.filter((name) => !isLimit(name))),
    text(names.filter(isLimit)),
    age(object, now),
  ];
}

function componentCells(object: KubernetesObject): Cell[] {
  const conditions = (object['conditions'] ?? []) as {
    type: string;
    status: string;
    message?: string;
    error?: string;
  }[];
  const healthy = conditions.find(({ type }) => type === 'Healthy');
  if (healthy === undefined) return [object.metadata.name, 'Unknown', '', ''];
  const word = healthy.status === 'True' ? 'Healthy' : 'Unhealthy';
  return [object.metadata.name, word, healthy.message ?? '', healthy.error ?? ''];
}

function claimWords({ metadata, status }: KubernetesObject): string {
  const { allocation, reservedFor = [] } = (status ?? {}) as { allocation?: object; reservedFor?: object[] };
  const isDeleted = metadata.deletionTimestamp !== undefined;
  const words = isDeleted ? ['deleted'] : [];
  if (allocation !== undefined) words.push('allocated', ...(reservedFor.length > 0 ? ['reserved'] : []));
  else if (!isDeleted) words.push('pending');
  return words.join(',');
}
