import type { KubernetesObject } from '../objects.ts';
import type { Snapshot } from '../watch/snapshot.ts';
import type { Pod } from './shapes.ts';
import { instant } from './times.ts';

/**
 * The pods that make up what was wished last: of the new revision, without those that are being deleted. Pods of an older
 * revision serve or stop meanwhile, and what befalls them says nothing of the rollout. In the order of their names.
 */
export function podsOf(workload: KubernetesObject, snapshot: Snapshot): Pod[] {
  return newPods(workload, snapshot)
    .filter((pod) => pod.metadata.deletionTimestamp === undefined && !isLeftover(pod))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** Pods that a node sent away or refused stay as records while their controller makes others. */
const sentAway = /^(Evicted|NodeAffinity|NodeShutdown|Terminated|Preempting|UnexpectedAdmissionError|OutOf\w+)$/;

function isLeftover({ status, metadata }: Pod): boolean {
  const isReplaced = metadata.ownerReferences?.some(({ controller }) => controller === true) === true;
  return isReplaced && status?.phase === 'Failed' && sentAway.test(status.reason ?? '');
}

function newPods(workload: KubernetesObject, snapshot: Snapshot): Pod[] {
  const find = finders[workload.kind] ?? ofChildren;
  return find(workload, snapshot);
}

type Finder = (workload: KubernetesObject, snapshot: Snapshot) => Pod[];

const finders: Record<string, Finder> = {
  Pod: (pod) => [pod as Pod],
  ReplicaSet: ownPods,
  Job: ownPods,
  Deployment(deployment, snapshot) {
    const replicaSet = newReplicaSet(deployment, snapshot);
    return replicaSet === undefined ? [] : ownPods(replicaSet, snapshot);
  },
  StatefulSet: (set, snapshot) => labelled(ownPods(set, snapshot), revisionLabel, set['status']?.updateRevision),
  DaemonSet: (set, snapshot) =>
    labelled(ownPods(set, snapshot), 'pod-template-generation', set.metadata.annotations?.[templateGeneration]),
  CronJob(cronJob, snapshot) {
    const jobs = snapshot.ownedBy(cronJob.metadata.uid ?? '', 'Job').sort(byAge);
    const latest = jobs.at(-1);
    return latest === undefined ? [] : ownPods(latest, snapshot);
  },
  PersistentVolumeClaim: (claim, snapshot) => podsWithClaim(claim.metadata.name, snapshot),
  Service: (service, snapshot) => selectedPods(service, snapshot),
};

const revisionLabel = 'controller-revision-hash';
// DaemonSet controller: deprecated for clients, still the one mark that both the set and its pods carry.
const templateGeneration = 'deprecated.daemonset.template.generation';
const revision = 'deployment.kubernetes.io/revision';

function ownPods(owner: KubernetesObject, snapshot: Snapshot): Pod[] {
  return snapshot.ownedBy(owner.metadata.uid ?? '', 'Pod') as Pod[];
}

/** An unknown kind (an operator's) stands above workloads that we know. */
function ofChildren(object: KubernetesObject, snapshot: Snapshot): Pod[] {
  const uid = object.metadata.uid;
  if (uid === undefined) return [];
  const workloads = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job'].flatMap((kind) => snapshot.ownedBy(uid, kind));
  return [...ownPods(object, snapshot), ...workloads.flatMap((workload) => newPods(workload, snapshot))];
}

function labelled(pods: Pod[], label: string, value: string | undefined): Pod[] {
  return value === undefined ? pods : pods.filter(({ metadata }) => metadata.labels?.[label] === value);
}

/**
 * The ReplicaSet of the wished template: by the revision that the Deployment names; a rollback reuses an old one, so age
 * says nothing. While the annotation is behind, by the template itself, the oldest first (kubectl, deployment util).
 */
export function newReplicaSet(deployment: KubernetesObject, snapshot: Snapshot): KubernetesObject | undefined {
  const all = snapshot.ownedBy(deployment.metadata.uid ?? '', 'ReplicaSet').sort(byAge);
  const template = templateText(deployment);
  const alike = all.filter((replicaSet) => templateText(replicaSet) === template);
  const wanted = deployment.metadata.annotations?.[revision];
  const named = all.find(({ metadata }) => wanted !== undefined && metadata.annotations?.[revision] === wanted);
  const isObserved = (deployment['status']?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0);
  return isObserved && named !== undefined ? named : alike[0];
}

function templateText(owner: KubernetesObject): string {
  const template = owner['spec']?.template ?? {};
  const { 'pod-template-hash': _hash, ...labels } = (template.metadata?.labels ?? {}) as Record<string, string>;
  return canonical({ ...template, metadata: { ...template.metadata, labels } });
}

/** JSON with sorted keys: the order in which a server writes fields means nothing. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, field]) => field !== undefined && field !== null);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`)
    .join()}}`;
}

const byAge = (a: KubernetesObject, b: KubernetesObject): number =>
  (instant(a.metadata.creationTimestamp) ?? 0) - (instant(b.metadata.creationTimestamp) ?? 0) ||
  (a.metadata.name < b.metadata.name ? -1 : 1);

export function podsWithClaim(claim: string, snapshot: Snapshot): Pod[] {
  const pods = snapshot.objects('Pod') as Pod[];
  return pods.filter(({ spec }) => spec.volumes?.some((volume) => volume.persistentVolumeClaim?.claimName === claim));
}

function selectedPods(service: KubernetesObject, snapshot: Snapshot): Pod[] {
  const selector = Object.entries((service['spec']?.selector ?? {}) as Record<string, string>);
  if (selector.length === 0) return [];
  const pods = snapshot.objects('Pod') as Pod[];
  return pods.filter(({ metadata }) => selector.every(([label, value]) => metadata.labels?.[label] === value));
}
