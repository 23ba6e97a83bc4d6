import type { StoredObject } from '../../objects.ts';
import type { DeploymentSets } from './deployment-sets.ts';
import {
  actualReplicas,
  annotations,
  availableReplicas,
  byAge,
  deploymentSpec,
  fenceposts,
  isActive,
  newSetReplicas,
  setSpec,
  setStatus,
  wishedReplicas,
} from './deployment-view.ts';

/** The wish was changed by somebody else than a rollout: a set still carries the earlier one. */
export function isScalingEvent({ deployment, all }: DeploymentSets): boolean {
  const { replicas } = deploymentSpec(deployment);
  return all.filter(isActive).some(({ metadata }) => {
    const desired = metadata.annotations?.[annotations.desired];
    return desired !== undefined && Number(desired) !== replicas;
  });
}

/** Brings the sets to a changed size without getting on with a rollout (deployment/sync.go, scale). */
export function scaleProportionally(sets: DeploymentSets): void {
  const spec = deploymentSpec(sets.deployment);
  const active = sets.all.filter(isActive);
  const newest = sets.newSet ?? [...sets.old].sort(byAge).at(-1);
  const only = active.length === 1 ? active[0] : active.length === 0 ? newest : undefined;
  if (only !== undefined) {
    if (setSpec(only).replicas !== spec.replicas) sets.scale(only, spec.replicas);
    return;
  }
  if (active.length === 0) return;
  if (isSaturated(sets)) {
    for (const old of sets.old.filter(isActive)) sets.scale(old, 0);
    return;
  }
  if (spec.strategy.type === 'RollingUpdate') distribute(sets, active);
}

function isSaturated({ deployment, newSet }: DeploymentSets): boolean {
  const { replicas } = deploymentSpec(deployment);
  return (
    newSet !== undefined &&
    setSpec(newSet).replicas === replicas &&
    Number(newSet.metadata.annotations?.[annotations.desired]) === replicas &&
    (setStatus(newSet).availableReplicas ?? 0) === replicas
  );
}

function distribute(sets: DeploymentSets, active: readonly StoredObject[]): void {
  const spec = deploymentSpec(sets.deployment);
  const allowed = spec.replicas > 0 ? spec.replicas + fenceposts(spec).surge : 0;
  const toAdd = allowed - wishedReplicas(active);
  const byNewest = toAdd > 0 ? -1 : 1;
  const sorted = [...active].sort(
    (one, other) => setSpec(other).replicas - setSpec(one).replicas || byNewest * byAge(one, other),
  );
  let added = 0;
  const sizes = sorted.map((set) => {
    const share = toAdd === 0 || toAdd === added ? 0 : proportion(set, sets, toAdd - added);
    added += share;
    return setSpec(set).replicas + share;
  });
  // What rounding has left over goes to the largest set.
  sorted.forEach((set, index) => sets.scale(set, Math.max(0, (sizes[index] ?? 0) + (index === 0 ? toAdd - added : 0))));
}

/** The share of one set, within what is left to be added or (negative) taken away. */
function proportion(set: StoredObject, { deployment, all }: DeploymentSets, left: number): number {
  const spec = deploymentSpec(deployment);
  const { replicas } = setSpec(set);
  const noted = Number(set.metadata.annotations?.[annotations.max] ?? 0) || actualReplicas(all);
  const share =
    spec.replicas === 0
      ? -replicas
      : noted === 0
        ? 0
        : Math.round((replicas * (spec.replicas + fenceposts(spec).surge)) / noted) - replicas;
  return left > 0 ? Math.min(share, left) : Math.max(share, left);
}

/** True when the new set was given another size. */
export function scaleNewSet(sets: DeploymentSets): boolean {
  const { newSet, deployment, all } = sets;
  if (newSet === undefined) return false;
  const spec = deploymentSpec(deployment);
  const current = setSpec(newSet).replicas;
  const next = current >= spec.replicas ? spec.replicas : newSetReplicas(spec, all, current);
  if (next === current) return false;
  sets.scale(newSet, next);
  return true;
}

/** Takes away as many old pods as availability allows, unhealthy ones first (deployment/rolling.go). True when it did. */
export function scaleOldSets(sets: DeploymentSets): boolean {
  const spec = deploymentSpec(sets.deployment);
  const { newSet } = sets;
  const minimum = spec.replicas - fenceposts(spec).unavailable;
  if (newSet === undefined || wishedReplicas(sets.old) === 0) return false;
  const unavailableNew = setSpec(newSet).replicas - (setStatus(newSet).availableReplicas ?? 0);
  const most = wishedReplicas(sets.all) - minimum - unavailableNew;
  if (most <= 0) return false;
  let unhealthy = 0;
  for (const set of sets.old.filter(isActive).sort(byAge)) {
    const { replicas } = setSpec(set);
    const excess = Math.min(most - unhealthy, replicas - (setStatus(set).availableReplicas ?? 0));
    if (excess <= 0) continue;
    sets.scale(set, replicas - excess);
    unhealthy += excess;
  }
  const active = sets.old.filter(isActive).sort(byAge);
  const spare = availableReplicas([...active, ...(sets.newSet === undefined ? [] : [sets.newSet])]) - minimum;
  let healthy = 0;
  for (const set of active) {
    if (healthy >= spare) break;
    const { replicas } = setSpec(set);
    const excess = Math.min(replicas, spare - healthy);
    sets.scale(set, replicas - excess);
    healthy += excess;
  }
  return unhealthy + healthy > 0;
}
