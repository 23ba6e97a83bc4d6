import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import type { LabelSelector } from '../../store/selectors.ts';
import type { Condition } from '../conditions.ts';
import type { PodTemplate } from '../pods.ts';
import type { ReplicaSetStatus } from './replica-set.ts';

export type IntOrPercent = number | string;

export interface DeploymentSpec {
  replicas: number;
  selector: LabelSelector;
  template: PodTemplate;
  strategy: { type: string; rollingUpdate?: { maxSurge?: IntOrPercent; maxUnavailable?: IntOrPercent } };
  minReadySeconds?: number;
  revisionHistoryLimit?: number;
  progressDeadlineSeconds?: number;
  paused?: boolean;
}

export interface DeploymentStatus {
  observedGeneration?: number;
  replicas?: number;
  updatedReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  unavailableReplicas?: number;
  collisionCount?: number;
  conditions?: readonly Condition[];
}

interface ReplicaSetSpec {
  replicas: number;
  minReadySeconds?: number;
  template: PodTemplate;
}

export const hashLabel = 'pod-template-hash';
export const annotations = {
  revision: 'deployment.kubernetes.io/revision',
  history: 'deployment.kubernetes.io/revision-history',
  desired: 'deployment.kubernetes.io/desired-replicas',
  max: 'deployment.kubernetes.io/max-replicas',
  rollbackTo: 'deprecated.deployment.rollback.to',
  lastApplied: 'kubectl.kubernetes.io/last-applied-configuration',
} as const;

export const deploymentSpec = (deployment: StoredObject) => deployment['spec'] as DeploymentSpec;
export const deploymentStatus = (deployment: StoredObject) =>
  (deployment['status'] as DeploymentStatus | undefined) ?? {};
export const setSpec = (set: StoredObject) => set['spec'] as ReplicaSetSpec;
export const setStatus = (set: StoredObject) => (set['status'] as ReplicaSetStatus | undefined) ?? { replicas: 0 };

/** The whole number that a share of `total` stands for. */
export function resolved(value: IntOrPercent, total: number, roundsUp: boolean): number {
  if (typeof value === 'number') return value;
  const share = (Number.parseInt(value, 10) * total) / 100;
  return roundsUp ? Math.ceil(share) : Math.floor(share);
}

/** How many pods above the wish, and how many below it, an update may have: never both none (deploymentutil, ResolveFenceposts). */
export function fenceposts({ replicas, strategy }: DeploymentSpec): { surge: number; unavailable: number } {
  if (strategy.type !== 'RollingUpdate') return { surge: 0, unavailable: 0 };
  const surge = resolved(strategy.rollingUpdate?.maxSurge ?? '25%', replicas, true);
  const share = resolved(strategy.rollingUpdate?.maxUnavailable ?? '25%', replicas, false);
  const unavailable = surge === 0 && share === 0 ? 1 : share;
  return { surge, unavailable: Math.min(unavailable, replicas) };
}

export const hasDeadline = ({ progressDeadlineSeconds }: DeploymentSpec) =>
  progressDeadlineSeconds !== undefined && progressDeadlineSeconds !== 2_147_483_647;

/** Equal but for the label that the controller adds (deploymentutil, EqualIgnoreHash). */
export function sameTemplate(one: PodTemplate, other: PodTemplate): boolean {
  return isEqual(one.spec, other.spec) && isEqual(unhashed(one.metadata), unhashed(other.metadata));
}

function unhashed(metadata: PodTemplate['metadata']): object {
  const { labels, ...rest } = metadata ?? {};
  const { [hashLabel]: _, ...others } = labels ?? {};
  return { ...rest, labels: others };
}

export const revisionOf = ({ metadata }: StoredObject) =>
  Number(metadata.annotations?.[annotations.revision] ?? 0) || 0;
export const isActive = (set: StoredObject) => setSpec(set).replicas > 0;
export const wishedReplicas = (sets: readonly StoredObject[]) =>
  sets.reduce((sum, set) => sum + setSpec(set).replicas, 0);
export const actualReplicas = (sets: readonly StoredObject[]) =>
  sets.reduce((sum, set) => sum + setStatus(set).replicas, 0);
export const availableReplicas = (sets: readonly StoredObject[]) =>
  sets.reduce((sum, set) => sum + (setStatus(set).availableReplicas ?? 0), 0);

/** Oldest first. */
export const byAge = (one: StoredObject, other: StoredObject) =>
  one.metadata.creationTimestamp === other.metadata.creationTimestamp
    ? one.metadata.name.localeCompare(other.metadata.name)
    : one.metadata.creationTimestamp < other.metadata.creationTimestamp
      ? -1
      : 1;

/** Replicas that the new set may have now (deploymentutil, NewRSNewReplicas). */
export function newSetReplicas(spec: DeploymentSpec, sets: readonly StoredObject[], current: number): number {
  if (spec.strategy.type !== 'RollingUpdate') return spec.replicas;
  const room = spec.replicas + fenceposts(spec).surge - wishedReplicas(sets);
  if (room <= 0) return current;
  return current + Math.min(room, spec.replicas - current);
}
