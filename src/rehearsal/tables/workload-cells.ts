import type { KubernetesObject } from '../../kubernetes/objects.ts';
import { age, containerCells, count, type Cell, type CellsOf } from './cell.ts';
import { humanDuration, since } from './elapsed.ts';
import { labelText, selectorCell, selectorText } from './label-text.ts';

/** Kinds that run pods, by group and resource. */
export const workloadCells: Readonly<Record<string, CellsOf>> = {
  'apps/deployments': (object, now) => [
    object.metadata.name,
    `${count(object.status?.readyReplicas)}/${count(object.spec.replicas)}`,
    count(object.status?.updatedReplicas),
    count(object.status?.availableReplicas),
    age(object, now),
    ...containerCells(object.spec.template?.spec),
    selectorText(object.spec.selector),
  ],
  'apps/replicasets': (object, now) => [...replicaCells(object, now), selectorCell(object.spec.selector)],
  '/replicationcontrollers': (object, now) => [...replicaCells(object, now), labelText(object.spec.selector)],
  'apps/statefulsets': (object, now) => [
    object.metadata.name,
    `${count(object.status?.readyReplicas)}/${count(object.spec.replicas)}`,
    age(object, now),
    ...containerCells(object.spec.template?.spec),
  ],
  'apps/daemonsets': (object, now) => [
    object.metadata.name,
    count(object.status?.desiredNumberScheduled),
    count(object.status?.currentNumberScheduled),
    count(object.status?.numberReady),
    count(object.status?.updatedNumberScheduled),
    count(object.status?.numberAvailable),
    labelText(object.spec.template?.spec?.nodeSelector),
    age(object, now),
    ...containerCells(object.spec.template?.spec),
    selectorCell(object.spec.selector),
  ],
  'apps/controllerrevisions': (object, now) => [
    object.metadata.name,
    controllerOf(object),
    count(object.revision),
    age(object, now),
  ],
  'batch/jobs': (object, now) => [
    object.metadata.name,
    jobWord(object),
    completions(object),
    jobDuration(object, now),
    age(object, now),
    ...containerCells(object.spec.template?.spec),
    selectorCell(object.spec.selector),
  ],
  'batch/cronjobs': (object, now) => [
    object.metadata.name,
    object.spec.schedule ?? '',
    object.spec.timeZone ?? '<none>',
    suspended(object.spec.suspend),
    count(object.status?.active?.length),
    object.status?.lastScheduleTime ? since(object.status.lastScheduleTime, now) : '<none>',
    age(object, now),
    ...containerCells(object.spec.jobTemplate?.spec?.template?.spec),
    selectorCell(object.spec.jobTemplate?.spec?.selector),
  ],
  '/podtemplates': (object) => [
    object.metadata.name,
    ...containerCells(object.template?.spec),
    labelText(object.template?.metadata?.labels),
  ],
};

function replicaCells(object: KubernetesObject, now: number): Cell[] {
  return [
    object.metadata.name,
    count(object.spec.replicas),
    count(object.status?.replicas),
    count(object.status?.readyReplicas),
    age(object, now),
    ...containerCells(object.spec.template?.spec),
  ];
}

function controllerOf({ metadata }: KubernetesObject): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return '<none>';
  const [group, version] = owner.apiVersion.split('/');
  const kind = version === undefined ? owner.kind : `${owner.kind}.${group}`;
  return `${kind.toLowerCase()}/${owner.name}`;
}

const suspended = (value: boolean | undefined) => (value === undefined ? '<unset>' : value ? 'True' : 'False');

interface JobStatus {
  succeeded?: number;
  startTime?: string;
  completionTime?: string;
  conditions?: { type: string; status: string }[];
}

const statusOf = (job: KubernetesObject): JobStatus => (job['status'] as JobStatus | undefined) ?? {};

function jobWord(job: KubernetesObject): string {
  const has = (wanted: string) => statusOf(job).conditions?.find(({ type }) => type === wanted)?.status === 'True';
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(has) ?? 'Running';
}

function completions(job: KubernetesObject): string {
  const succeeded = statusOf(job).succeeded ?? 0;
  const { completions: wanted, parallelism = 0 } = job.spec as { completions?: number; parallelism?: number };
  if (wanted !== undefined) return `${succeeded}/${wanted}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(job: KubernetesObject, now: number): string {
  const { startTime, completionTime } = statusOf(job);
  if (startTime === undefined) return '';
  return humanDuration((completionTime === undefined ? now : Date.parse(completionTime)) - Date.parse(startTime));
}
