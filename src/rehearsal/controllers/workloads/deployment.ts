import type { StoredObject } from '../../objects.ts';
import type { Client } from '../client.ts';
import { conditionOf } from '../conditions.ts';
import { namesOf, type Controller, type ControllerContext } from '../controller.ts';
import { claim, controlledBy, controllerOf, watchDependents } from '../owners.ts';
import { isPodTerminal } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';
import { isScalingEvent, scaleNewSet, scaleOldSets, scaleProportionally } from './deployment-scaling.ts';
import { DeploymentSets } from './deployment-sets.ts';
import { countedStatus, deadlineOf, isComplete, rolloutStatus, withDeploymentCondition } from './deployment-status.ts';
import {
  actualReplicas,
  annotations,
  byAge,
  deploymentSpec,
  deploymentStatus,
  hasDeadline,
  hashLabel,
  isActive,
  revisionOf,
  sameTemplate,
  setSpec,
  setStatus,
} from './deployment-view.ts';

const kind = 'apps/v1 Deployment';

export function deploymentController(): Controller {
  return {
    name: 'deployment-controller',
    start(context) {
      const { client, clock } = context;
      const queue = new Reconciler(clock, (key) => reconcile(key, context, dependents.orphans, queue));
      const dependents = watchDependents(client, {
        dependent: 'apps/v1 ReplicaSet',
        owner: kind,
        selectorOf: (deployment) => deploymentSpec(deployment).selector,
        enqueue: (key) => queue.add(key),
      });
      client.watch(kind, ({ object, type }) => {
        if (type !== 'DELETED') queue.add(keyFor(object));
      });
      // Recreate waits for the last old pod, also for one that is terminating and counts nowhere.
      client.watch('v1 Pod', ({ object, type }) => {
        if (type !== 'DELETED') return;
        const owner = deploymentOf(client, object);
        if (owner !== undefined && deploymentSpec(owner).strategy.type === 'Recreate') queue.add(keyFor(owner));
      });
    },
  };
}

const keyFor = ({ metadata }: StoredObject) => `${metadata.namespace}/${metadata.name}`;

function deploymentOf(client: Client, pod: StoredObject): StoredObject | undefined {
  const reference = controllerOf(pod);
  if (reference?.kind !== 'ReplicaSet') return undefined;
  const set = client.get('apps/v1 ReplicaSet', pod.metadata.namespace, reference.name);
  const owner = set === undefined ? undefined : controllerOf(set);
  return owner?.kind === 'Deployment' ? client.get(kind, pod.metadata.namespace, owner.name) : undefined;
}

function reconcile(
  key: string,
  context: ControllerContext,
  orphans: (namespace: string) => Iterable<StoredObject>,
  queue: Reconciler,
): void {
  const { client, clock } = context;
  const found = client.get(kind, ...namesOf(key));
  if (found === undefined) return;
  const moment = { now: clock.now(), time: clock.timestamp() };
  const owned = controlledBy(client, found, 'ReplicaSet');
  const claimed = claim(client, found, deploymentSpec(found).selector, owned, orphans(found.metadata.namespace ?? ''));
  const sets = new DeploymentSets(client, clock, found, claimed);
  if (found.metadata.deletionTimestamp !== undefined) {
    sets.writeStatus(countedStatus(sets.deployment, sets, moment));
    return;
  }
  notePause(sets, moment.time);
  if (deploymentSpec(sets.deployment).paused === true) return resize(sets, client, moment);
  if (rollBack(sets, client)) return;
  sets.syncRevision(false);
  if (isScalingEvent(sets)) return resize(sets, client, moment);
  const isMoving =
    deploymentSpec(sets.deployment).strategy.type === 'Recreate' ? recreate(sets, client) : rollingUpdate(sets);
  if (!isMoving && isComplete(sets.deployment, deploymentStatus(sets.deployment))) cleanUp(sets, client);
  sets.writeStatus(rolloutStatus(sets.deployment, sets, moment));
  const deadline = deadlineOf(sets.deployment);
  const status = deploymentStatus(sets.deployment);
  if (deadline === undefined || isComplete(sets.deployment, status)) return;
  const reason = conditionOf(status.conditions, 'Progressing')?.reason;
  // Of a rollout that was complete once nothing is estimated any more (deployment/progress.go, isTimedOut).
  if (reason === 'ProgressDeadlineExceeded' || reason === 'NewReplicaSetAvailable') return;
  // One second more, as upstream adds it, so that whole seconds have passed.
  queue.addAfter(key, Math.max(0, deadline - moment.now) + 1000);
}

function resize(sets: DeploymentSets, client: Client, moment: { now: number; time: string }): void {
  sets.syncRevision(false);
  scaleProportionally(sets);
  if (deploymentSpec(sets.deployment).paused === true) cleanUp(sets, client);
  sets.writeStatus(countedStatus(sets.deployment, sets, moment));
}

/** True while something was scaled: what follows waits for it. */
function rollingUpdate(sets: DeploymentSets): boolean {
  sets.syncRevision(true);
  return scaleNewSet(sets) || scaleOldSets(sets);
}

function recreate(sets: DeploymentSets, client: Client): boolean {
  const active = sets.old.filter(isActive);
  for (const set of active) sets.scale(set, 0);
  if (active.length > 0 || hasOldPods(sets, client)) return true;
  if (sets.newSet === undefined) sets.syncRevision(true);
  if (sets.newSet !== undefined) sets.scale(sets.newSet, deploymentSpec(sets.deployment).replicas);
  return false;
}

const hasOldPods = ({ old }: DeploymentSets, client: Client) =>
  actualReplicas(old) > 0 || old.some((set) => controlledBy(client, set, 'Pod').some((pod) => !isPodTerminal(pod)));

/** Says that the rollout was paused or resumed, so that the pause does not count as lack of progress. */
function notePause(sets: DeploymentSets, time: string): void {
  const spec = deploymentSpec(sets.deployment);
  const status = deploymentStatus(sets.deployment);
  const reason = conditionOf(status.conditions, 'Progressing')?.reason;
  if (!hasDeadline(spec) || reason === 'ProgressDeadlineExceeded') return;
  const isPaused = spec.paused === true;
  if (isPaused === (reason === 'DeploymentPaused')) return;
  const [next, message] = isPaused
    ? ['DeploymentPaused', 'Deployment is paused']
    : ['DeploymentResumed', 'Deployment is resumed'];
  sets.writeStatus({
    ...status,
    conditions: withDeploymentCondition(
      status.conditions ?? [],
      { type: 'Progressing', status: 'Unknown', reason: next, message },
      time,
    ),
  });
}

/** Deletes what `revisionHistoryLimit` does not keep of old sets without pods. */
function cleanUp({ deployment, old }: DeploymentSets, client: Client): void {
  const { revisionHistoryLimit = 10 } = deploymentSpec(deployment);
  const alive = old.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const excess = alive.length - revisionHistoryLimit;
  if (excess <= 0) return;
  const sorted = alive.sort((one, other) => revisionOf(one) - revisionOf(other) || byAge(one, other));
  for (const set of sorted.slice(0, excess)) {
    const { replicas, observedGeneration = 0 } = setStatus(set);
    if (replicas === 0 && !isActive(set) && (set.metadata.generation ?? 0) <= observedGeneration) client.delete(set);
  }
}

/** The deprecated rollback by annotation (deployment/rollback.go); `kubectl rollout undo` patches the template instead. */
function rollBack(sets: DeploymentSets, client: Client): boolean {
  const { deployment } = sets;
  const asked = deployment.metadata.annotations?.[annotations.rollbackTo] ?? '';
  if (!/^\d+$/.test(asked)) return false;
  sets.syncRevision(true);
  const revisions = sets.all.map(revisionOf).sort((one, other) => other - one);
  const wanted = Number(asked) === 0 ? (revisions[1] ?? 0) : Number(asked);
  const target = wanted === 0 ? undefined : sets.all.find((set) => revisionOf(set) === wanted);
  const current = sets.deployment;
  const { [annotations.rollbackTo]: _, ...others } = current.metadata.annotations ?? {};
  const cleared = { ...current, metadata: { ...current.metadata, annotations: others } };
  const warn = (reason: string, message: string) => client.event(deployment, { type: 'Warning', reason, message });
  if (target === undefined) {
    warn(
      'DeploymentRollbackRevisionNotFound',
      wanted === 0 ? 'Unable to find last revision.' : 'Unable to find the revision to rollback to.',
    );
    client.update(cleared);
    return true;
  }
  const { template } = setSpec(target);
  if (sameTemplate(template, deploymentSpec(current).template)) {
    warn(
      'DeploymentRollbackTemplateUnchanged',
      `The rollback revision contains the same template as current deployment "${current.metadata.name}"`,
    );
    client.update(cleared);
    return true;
  }
  const { [hashLabel]: __, ...labels } = template.metadata?.labels ?? {};
  client.update({
    ...cleared,
    spec: { ...deploymentSpec(current), template: { ...template, metadata: { ...template.metadata, labels } } },
  });
  client.event(deployment, {
    type: 'Normal',
    reason: 'DeploymentRollback',
    message: `Rolled back deployment "${current.metadata.name}" to revision ${wanted}`,
  });
  return true;
}
