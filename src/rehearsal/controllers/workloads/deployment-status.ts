import type { StoredObject } from '../../objects.ts';
import { conditionOf, withoutCondition, type Condition } from '../conditions.ts';
import {
  actualReplicas,
  availableReplicas,
  deploymentSpec,
  deploymentStatus,
  fenceposts,
  hasDeadline,
  setStatus,
  wishedReplicas,
  type DeploymentSpec,
  type DeploymentStatus,
} from './deployment-view.ts';

interface Moment {
  now: number;
  /** RFC 3339 */
  time: string;
}

interface Sets {
  newSet: StoredObject | undefined;
  /** The old ones, then the new one. */
  all: readonly StoredObject[];
}

/**
 * A condition with another status or reason goes to the end of the list; one with the same stays as it is, also its
 * message (deploymentutil, SetDeploymentCondition).
 */
export function withDeploymentCondition(
  conditions: readonly Condition[],
  condition: Pick<Condition, 'type' | 'status' | 'reason' | 'message'>,
  time: string,
): readonly Condition[] {
  const known = conditionOf(conditions, condition.type);
  if (known?.status === condition.status && known.reason === condition.reason) return conditions;
  return [
    ...withoutCondition(conditions, condition.type),
    {
      ...condition,
      lastUpdateTime: time,
      lastTransitionTime: known?.status === condition.status ? (known.lastTransitionTime ?? time) : time,
    },
  ];
}

const count = (name: keyof DeploymentStatus, value: number) => (value === 0 ? {} : { [name]: value });

/** Counts and availability (deployment/sync.go, calculateStatus). 1.34 does not count terminating pods: the gate is off. */
export function countedStatus(deployment: StoredObject, { newSet, all }: Sets, { time }: Moment): DeploymentStatus {
  const spec = deploymentSpec(deployment);
  const { collisionCount, conditions = [] } = deploymentStatus(deployment);
  const available = availableReplicas(all);
  const isAvailable = available >= spec.replicas - fenceposts(spec).unavailable;
  return {
    ...(deployment.metadata.generation === undefined ? {} : { observedGeneration: deployment.metadata.generation }),
    ...count('replicas', actualReplicas(all)),
    ...count('updatedReplicas', newSet === undefined ? 0 : setStatus(newSet).replicas),
    ...count(
      'readyReplicas',
      all.reduce((sum, set) => sum + (setStatus(set).readyReplicas ?? 0), 0),
    ),
    ...count('availableReplicas', available),
    ...count('unavailableReplicas', Math.max(0, wishedReplicas(all) - available)),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: withDeploymentCondition(
      conditions,
      isAvailable
        ? {
            type: 'Available',
            status: 'True',
            reason: 'MinimumReplicasAvailable',
            message: 'Deployment has minimum availability.',
          }
        : {
            type: 'Available',
            status: 'False',
            reason: 'MinimumReplicasUnavailable',
            message: 'Deployment does not have minimum availability.',
          },
      time,
    ),
  };
}

/** Every wished pod is new and available, and no other is there (deploymentutil, DeploymentComplete). */
export function isComplete({ metadata, ...deployment }: StoredObject, status: DeploymentStatus): boolean {
  const { replicas } = deployment['spec'] as DeploymentSpec;
  return (
    (status.updatedReplicas ?? 0) === replicas &&
    (status.replicas ?? 0) === replicas &&
    (status.availableReplicas ?? 0) === replicas &&
    (status.observedGeneration ?? 0) >= (metadata.generation ?? 0)
  );
}

function hasProgressed(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const updated = (status: DeploymentStatus) => status.updatedReplicas ?? 0;
  const old = (status: DeploymentStatus) => (status.replicas ?? 0) - updated(status);
  return (
    updated(after) > updated(before) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

/** Milliseconds since 1970 at which the rollout is out of time; undefined without a deadline or before it began. */
export function deadlineOf(deployment: StoredObject): number | undefined {
  const spec = deploymentSpec(deployment);
  const condition = conditionOf(deploymentStatus(deployment).conditions, 'Progressing');
  if (!hasDeadline(spec) || condition === undefined) return undefined;
  return Date.parse(condition.lastUpdateTime ?? '') + (spec.progressDeadlineSeconds ?? 0) * 1000;
}

function isTimedOut(deployment: StoredObject, status: DeploymentStatus, now: number): boolean {
  const condition = conditionOf(status.conditions, 'Progressing');
  if (condition === undefined || condition.reason === 'NewReplicaSetAvailable') return false;
  if (condition.reason === 'ProgressDeadlineExceeded') return true;
  return (deadlineOf({ ...deployment, status }) ?? Infinity) < now;
}

/** The status during a rollout: what was counted, and whether it gets on (deployment/progress.go, syncRolloutStatus). */
export function rolloutStatus(deployment: StoredObject, sets: Sets, moment: Moment): DeploymentStatus {
  const { time, now } = moment;
  const spec = deploymentSpec(deployment);
  const status = countedStatus(deployment, sets, moment);
  const before = deploymentStatus(deployment);
  const current = conditionOf(before.conditions, 'Progressing');
  const subject =
    sets.newSet === undefined
      ? `Deployment "${deployment.metadata.name}"`
      : `ReplicaSet "${sets.newSet.metadata.name}"`;
  let conditions = status.conditions ?? [];
  const progressing = (state: Condition['status'], reason: string, text: string) => {
    conditions = withDeploymentCondition(
      conditions,
      { type: 'Progressing', status: state, reason, message: `${subject} ${text}` },
      time,
    );
  };
  if (!hasDeadline(spec)) conditions = withoutCondition(conditions, 'Progressing');
  const wasComplete =
    (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && current?.reason === 'NewReplicaSetAvailable';
  if (hasDeadline(spec) && !wasComplete) {
    if (isComplete(deployment, status)) progressing('True', 'NewReplicaSetAvailable', 'has successfully progressed.');
    else if (hasProgressed(before, status)) {
      // Progress with the same reason moves the time from which the deadline counts.
      conditions = withoutCondition(conditions, 'Progressing');
      progressing('True', 'ReplicaSetUpdated', 'is progressing.');
      if (current?.status === 'True')
        conditions = conditions.map((condition) =>
          condition.type === 'Progressing'
            ? { ...condition, lastTransitionTime: current.lastTransitionTime ?? time }
            : condition,
        );
    } else if (isTimedOut(deployment, status, now))
      progressing('False', 'ProgressDeadlineExceeded', 'has timed out progressing.');
  }
  const failure = replicaFailure(sets);
  conditions =
    failure === undefined ? withoutCondition(conditions, 'ReplicaFailure') : withReplicaFailure(conditions, failure);
  return { ...status, conditions };
}

function replicaFailure({ newSet, all }: Sets): Condition | undefined {
  const sets = newSet === undefined ? all : [newSet, ...all];
  return sets
    .map((set) => conditionOf(setStatus(set).conditions, 'ReplicaFailure'))
    .find((condition) => condition !== undefined);
}

function withReplicaFailure(conditions: readonly Condition[], failure: Condition): readonly Condition[] {
  const known = conditionOf(conditions, failure.type);
  if (known?.status === failure.status && known.reason === failure.reason) return conditions;
  const time = failure.lastTransitionTime ?? null;
  return [...withoutCondition(conditions, failure.type), { ...failure, lastUpdateTime: time }];
}
