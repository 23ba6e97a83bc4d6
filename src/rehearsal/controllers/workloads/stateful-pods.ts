import { StatusError } from '../../api/status-error.ts';
import type { OwnerReference, StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import type { LabelSelector } from '../../store/selectors.ts';
import type { Client, NewObject } from '../client.ts';
import { podFromTemplate } from '../pod-control.ts';
import type { PodTemplate, Volume } from '../pods.ts';

export interface StatefulSetSpec {
  replicas: number;
  selector: LabelSelector;
  serviceName?: string;
  template: PodTemplate;
  podManagementPolicy?: string;
  updateStrategy?: { type?: string; rollingUpdate?: { partition?: number } };
  minReadySeconds?: number;
  revisionHistoryLimit?: number;
  volumeClaimTemplates?: {
    metadata: { name: string; labels?: Record<string, string>; annotations?: Record<string, string> };
    spec: object;
  }[];
  persistentVolumeClaimRetentionPolicy?: { whenDeleted?: string; whenScaled?: string };
  ordinals?: { start?: number };
}

export const revisionLabel = 'controller-revision-hash';
const nameLabel = 'statefulset.kubernetes.io/pod-name';
const indexLabel = 'apps.kubernetes.io/pod-index';

export const statefulSetSpec = (set: StoredObject) => set['spec'] as StatefulSetSpec;
export const firstOrdinal = (set: StoredObject) => statefulSetSpec(set).ordinals?.start ?? 0;
export const isWanted = (set: StoredObject, ordinal: number) =>
  ordinal >= firstOrdinal(set) && ordinal < firstOrdinal(set) + statefulSetSpec(set).replicas;

/** The number at the end of the pod's name; undefined for a pod that is not named after the set. */
export function ordinalOf(set: StoredObject, { metadata }: { metadata: { name: string } }): number | undefined {
  const prefix = `${set.metadata.name}-`;
  const rest = metadata.name.startsWith(prefix) ? metadata.name.slice(prefix.length) : '';
  return /^\d+$/.test(rest) ? Number(rest) : undefined;
}

const claimName = (set: StoredObject, template: string, ordinal: number) =>
  `${template}-${set.metadata.name}-${ordinal}`;

/** A pod with the name, address and volumes of its ordinal (statefulset/stateful_set_utils.go). */
export function statefulPod(set: StoredObject, template: PodTemplate, revision: string, ordinal: number): NewObject {
  const { serviceName = '', volumeClaimTemplates = [] } = statefulSetSpec(set);
  const name = `${set.metadata.name}-${ordinal}`;
  const claims = volumeClaimTemplates.map(({ metadata }): Volume => ({
    name: metadata.name,
    persistentVolumeClaim: { claimName: claimName(set, metadata.name, ordinal) },
  }));
  const own = new Set(claims.map((volume) => volume.name));
  const volumes = [...claims, ...(template.spec.volumes ?? []).filter((volume) => !own.has(volume.name))];
  const pod = podFromTemplate(
    set,
    {
      metadata: {
        ...template.metadata,
        labels: {
          ...template.metadata?.labels,
          [nameLabel]: name,
          [indexLabel]: String(ordinal),
          [revisionLabel]: revision,
        },
      },
      spec: {
        ...template.spec,
        hostname: name,
        ...(serviceName === '' ? {} : { subdomain: serviceName }),
        ...(volumes.length === 0 ? {} : { volumes }),
      },
    },
    name,
  );
  return { ...pod, metadata: { ...pod.metadata, generateName: `${set.metadata.name}-` } };
}

/** Puts back the labels that make a pod the one of its ordinal. */
export function keepIdentity(client: Client, pod: StoredObject, ordinal: number): void {
  const labels = pod.metadata.labels ?? {};
  if (labels[nameLabel] === pod.metadata.name) return;
  client.update({
    ...pod,
    metadata: { ...pod.metadata, labels: { ...labels, [nameLabel]: pod.metadata.name, [indexLabel]: String(ordinal) } },
  });
}

type Verb = 'create' | 'delete';
const past = (verb: Verb, succeeded: boolean) =>
  `${succeeded ? 'Successful' : 'Failed'}${verb === 'create' ? 'Create' : 'Delete'}`;

export function deleteStatefulPod(client: Client, set: StoredObject, pod: StoredObject): void {
  tell(client, set, 'delete', pod.metadata.name, () => client.delete(pod));
}

/** The claims first: a pod without its claims would not be scheduled. */
export function createStatefulPod(client: Client, set: StoredObject, pod: NewObject, ordinal: number): StoredObject {
  const name = pod.metadata.name ?? '';
  let created: StoredObject | undefined;
  tell(client, set, 'create', name, () => {
    createClaims(client, set, name, ordinal);
    created = client.create(pod);
  });
  return created as StoredObject;
}

function tell(client: Client, set: StoredObject, verb: Verb, pod: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    if (error instanceof StatusError && error.reason !== 'AlreadyExists')
      client.event(set, {
        type: 'Warning',
        reason: past(verb, false),
        message: `${verb} Pod ${pod} in StatefulSet ${set.metadata.name} failed error: ${error.message}`,
      });
    throw error;
  }
  client.event(set, {
    type: 'Normal',
    reason: past(verb, true),
    message: `${verb} Pod ${pod} in StatefulSet ${set.metadata.name} successful`,
  });
}

/** Creates the claims of a pod that are missing. */
export function createClaims(client: Client, set: StoredObject, pod: string, ordinal: number): void {
  const { volumeClaimTemplates = [], selector } = statefulSetSpec(set);
  for (const { metadata, spec } of volumeClaimTemplates) {
    const name = claimName(set, metadata.name, ordinal);
    const { namespace } = set.metadata;
    if (client.get('v1 PersistentVolumeClaim', namespace, name) !== undefined) continue;
    const report = (succeeded: boolean, text: string) =>
      client.event(set, { type: succeeded ? 'Normal' : 'Warning', reason: past('create', succeeded), message: text });
    try {
      client.create({
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: {
          name,
          ...(namespace === undefined ? {} : { namespace }),
          labels: { ...metadata.labels, ...selector.matchLabels },
          ...(metadata.annotations === undefined ? {} : { annotations: metadata.annotations }),
        },
        spec,
      });
    } catch (error) {
      if (error instanceof StatusError)
        report(
          false,
          `create Claim ${name} for Pod ${pod} in StatefulSet ${set.metadata.name} failed error: ${error.message}`,
        );
      throw error;
    }
    report(true, `create Claim ${name} Pod ${pod} in StatefulSet ${set.metadata.name} success`);
  }
}

/** Makes the claims of a pod go with the set or with the pod, as the retention policy wants it. */
export function keepRetention(client: Client, set: StoredObject, pod: StoredObject, ordinal: number): void {
  const { persistentVolumeClaimRetentionPolicy: policy, volumeClaimTemplates = [] } = statefulSetSpec(set);
  const [whenDeleted, whenScaled] = [policy?.whenDeleted ?? 'Retain', policy?.whenScaled ?? 'Retain'];
  const isScaledDown = !isWanted(set, ordinal);
  const owner = whenScaled === 'Delete' && isScaledDown ? pod : whenDeleted === 'Delete' ? set : undefined;
  for (const { metadata } of volumeClaimTemplates) {
    const claim = client.get(
      'v1 PersistentVolumeClaim',
      set.metadata.namespace,
      claimName(set, metadata.name, ordinal),
    );
    if (claim === undefined) continue;
    const known = claim.metadata.ownerReferences ?? [];
    const others = known.filter(({ uid }) => uid !== set.metadata.uid && uid !== pod.metadata.uid);
    const wanted = owner === undefined ? others : [...others, controllerOf(owner)];
    if (isEqual(known, wanted)) continue;
    const { ownerReferences: _, ...rest } = claim.metadata;
    client.update({
      ...claim,
      metadata: { ...rest, ...(wanted.length === 0 ? {} : { ownerReferences: wanted }) },
    } as StoredObject);
  }
}

const controllerOf = ({ apiVersion, kind, metadata }: StoredObject): OwnerReference => ({
  apiVersion,
  kind,
  name: metadata.name,
  uid: metadata.uid,
  controller: true,
});
