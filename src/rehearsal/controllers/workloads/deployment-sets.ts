import { StatusError } from '../../api/status-error.ts';
import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import type { Client } from '../client.ts';
import { conditionOf } from '../conditions.ts';
import type { RehearsalClock } from '../../clock.ts';
import { controllerReference, isControlledBy } from '../owners.ts';
import { isNamespaceEnding } from '../pod-control.ts';
import { withDeploymentCondition } from './deployment-status.ts';
import {
  annotations,
  byAge,
  deploymentSpec,
  deploymentStatus,
  fenceposts,
  hasDeadline,
  hashLabel,
  newSetReplicas,
  revisionOf,
  sameTemplate,
  setSpec,
  type DeploymentStatus,
} from './deployment-view.ts';
import { templateHash } from './template-hash.ts';

/** Characters of the annotation that lists earlier revisions. */
const historyLength = 2000;

/** Annotations of a Deployment that its ReplicaSets do not take over. */
const own = new Set<string>(Object.values(annotations));

/** A Deployment with its ReplicaSets, as one reconciliation sees and changes them. */
export class DeploymentSets {
  deployment: StoredObject;
  old: StoredObject[] = [];
  newSet: StoredObject | undefined;
  readonly #client: Client;
  readonly #clock: RehearsalClock;

  constructor(client: Client, clock: RehearsalClock, deployment: StoredObject, sets: readonly StoredObject[]) {
    this.#client = client;
    this.#clock = clock;
    this.deployment = deployment;
    const { template } = deploymentSpec(deployment);
    const sorted = [...sets].sort(byAge);
    this.newSet = sorted.find((set) => sameTemplate(setSpec(set).template, template));
    this.old = sorted.filter((set) => set !== this.newSet);
  }

  get all(): readonly StoredObject[] {
    return this.newSet === undefined ? this.old : [...this.old, this.newSet];
  }

  writeStatus(status: DeploymentStatus): void {
    if (isEqual(status, this.deployment['status'] ?? {})) return;
    this.deployment = this.#client.updateStatus({ ...this.deployment, status });
  }

  /** Numbers the new set after all old ones, and the Deployment like it (deployment/sync.go, getNewReplicaSet). */
  syncRevision(creates: boolean): void {
    const revision = Math.max(0, ...this.old.map(revisionOf)) + 1;
    if (this.newSet === undefined) {
      if (creates) this.#createNewSet(revision);
      return;
    }
    const { minReadySeconds } = deploymentSpec(this.deployment);
    const renumbered = numbered(this.newSet, this.deployment, revision);
    const changed =
      setSpec(renumbered).minReadySeconds === minReadySeconds
        ? renumbered
        : {
            ...renumbered,
            spec: { ...setSpec(renumbered), ...(minReadySeconds === undefined ? {} : { minReadySeconds }) },
          };
    if (changed !== this.newSet) this.newSet = this.#client.update(changed);
    const status = deploymentStatus(this.deployment);
    const isNoted =
      !hasDeadline(deploymentSpec(this.deployment)) || conditionOf(status.conditions, 'Progressing') !== undefined;
    this.#noteRevision(
      this.newSet.metadata.annotations?.[annotations.revision] ?? String(revision),
      isNoted ? undefined : ['True', 'FoundNewReplicaSet', `Found new replica set "${this.newSet.metadata.name}"`],
    );
  }

  /** Gives a set another size and says so; notes the wished size in its annotations. */
  scale(set: StoredObject, replicas: number): StoredObject {
    const spec = deploymentSpec(this.deployment);
    const before = setSpec(set).replicas;
    const sized = before === replicas ? set : { ...set, spec: { ...setSpec(set), replicas } };
    const changed = withAnnotations(sized, sizeAnnotations(spec.replicas, spec.replicas + fenceposts(spec).surge));
    if (changed === set) return set;
    const updated = this.#client.update(changed);
    this.#replace(updated);
    if (before !== replicas)
      this.#client.event(this.deployment, {
        type: 'Normal',
        reason: 'ScalingReplicaSet',
        message: `Scaled ${before < replicas ? 'up' : 'down'} replica set ${set.metadata.name} from ${before} to ${replicas}`,
      });
    return updated;
  }

  #replace(set: StoredObject): void {
    if (this.newSet?.metadata.uid === set.metadata.uid) this.newSet = set;
    else this.old = this.old.map((other) => (other.metadata.uid === set.metadata.uid ? set : other));
  }

  #createNewSet(revision: number): void {
    const spec = deploymentSpec(this.deployment);
    const { collisionCount } = deploymentStatus(this.deployment);
    const hash = templateHash(spec.template, collisionCount);
    const labels = { ...spec.template.metadata?.labels, [hashLabel]: hash };
    const name = `${this.deployment.metadata.name.slice(0, 253 - 1 - hash.length)}-${hash}`;
    const replicas = newSetReplicas(spec, this.old, 0);
    const { namespace } = this.deployment.metadata;
    try {
      this.newSet = this.#client.create({
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: {
          name,
          ...(namespace === undefined ? {} : { namespace }),
          labels,
          annotations: {
            ...inherited(this.deployment),
            [annotations.revision]: String(revision),
            ...sizeAnnotations(spec.replicas, spec.replicas + fenceposts(spec).surge),
          },
          ownerReferences: [controllerReference(this.deployment)],
        },
        spec: {
          replicas,
          ...(spec.minReadySeconds === undefined ? {} : { minReadySeconds: spec.minReadySeconds }),
          selector: { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [hashLabel]: hash } },
          template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
        },
      });
    } catch (error) {
      if (error instanceof StatusError) this.#notCreated(error, name);
      throw error;
    }
    if (replicas > 0)
      this.#client.event(this.deployment, {
        type: 'Normal',
        reason: 'ScalingReplicaSet',
        message: `Scaled up replica set ${name} from 0 to ${replicas}`,
      });
    this.#noteRevision(
      String(revision),
      hasDeadline(spec) ? ['True', 'NewReplicaSetCreated', `Created new replica set "${name}"`] : undefined,
    );
  }

  /** Another set has the name: the hash collided. Any other refusal is told in condition and event. */
  #notCreated(error: StatusError, name: string): void {
    if (isNamespaceEnding(error)) return;
    const status = deploymentStatus(this.deployment);
    if (error.reason === 'AlreadyExists') {
      const other = this.#client.get('apps/v1 ReplicaSet', this.deployment.metadata.namespace, name);
      if (other !== undefined && isControlledBy(other, this.deployment)) return;
      this.writeStatus({ ...status, collisionCount: (status.collisionCount ?? 0) + 1 });
      return;
    }
    const message = `Failed to create new replica set "${name}": ${error.message}`;
    if (hasDeadline(deploymentSpec(this.deployment)))
      this.#noteRevision(undefined, ['False', 'ReplicaSetCreateError', message]);
    this.#client.event(this.deployment, { type: 'Warning', reason: 'ReplicaSetCreateError', message });
  }

  #noteRevision(revision: string | undefined, progressing?: ['True' | 'False', reason: string, message: string]): void {
    const { deployment } = this;
    const status = deploymentStatus(deployment);
    const numberedDeployment =
      revision === undefined ? deployment : withAnnotations(deployment, { [annotations.revision]: revision });
    const [state, reason, message] = progressing ?? [];
    const conditions =
      state === undefined || reason === undefined || message === undefined
        ? status.conditions
        : withDeploymentCondition(
            status.conditions ?? [],
            { type: 'Progressing', status: state, reason, message },
            this.#clock.timestamp(),
          );
    if (numberedDeployment === deployment && conditions === status.conditions) return;
    this.deployment = this.#client.updateStatus({
      ...numberedDeployment,
      status: { ...status, ...(conditions === undefined ? {} : { conditions }) },
    });
  }
}

const sizeAnnotations = (desired: number, max: number) => ({
  [annotations.desired]: String(desired),
  [annotations.max]: String(max),
});

const inherited = ({ metadata }: StoredObject) =>
  Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([name]) => !own.has(name)));

function withAnnotations(object: StoredObject, wanted: Record<string, string>): StoredObject {
  const known = object.metadata.annotations ?? {};
  if (Object.entries(wanted).every(([name, value]) => known[name] === value)) return object;
  return { ...object, metadata: { ...object.metadata, annotations: { ...known, ...wanted } } };
}

/** The new set with the Deployment's annotations and its number; an earlier number goes into its history. */
function numbered(set: StoredObject, deployment: StoredObject, revision: number): StoredObject {
  const before = revisionOf(set);
  if (before >= revision) return withAnnotations(set, inherited(deployment));
  const known = set.metadata.annotations?.[annotations.history] ?? '';
  const earlier = known === '' ? [String(before)] : [...known.split(','), String(before)];
  while (earlier.join(',').length > historyLength) earlier.shift();
  return withAnnotations(set, {
    ...inherited(deployment),
    [annotations.revision]: String(revision),
    ...(set.metadata.annotations?.[annotations.revision] === undefined
      ? {}
      : { [annotations.history]: earlier.join(',') }),
  });
}
