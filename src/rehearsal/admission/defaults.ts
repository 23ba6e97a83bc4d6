import { forbidden } from '../api/status-error.ts';
import type { KindName, Reader } from '../controllers/client.ts';
import { compareQuantities, parseQuantity, zeroQuantity } from '../kinds/quantity.ts';
import type { PodSpec, ResourceList, Toleration } from '../kinds/pod/types.ts';
import { set } from '../kinds/sharing.ts';
import type { StoredObject } from '../objects.ts';
import { isEqual } from '../store/equal.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import { newPod, withSpec } from './pods.ts';

const lostNodes = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

const tolerates = ({ key = '', effect = '' }: Toleration, taint: string) =>
  (key === '' || key === taint) && (effect === '' || effect === 'NoExecute');

/** Pods stay on a lost node for five minutes (plugin/pkg/admission/defaulttolerationseconds). */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  mutate({ operation, resource, subresource, object }) {
    if (object === undefined || resource.storage !== '/pods' || subresource !== undefined || operation === 'DELETE')
      return object;
    const spec = (object['spec'] ?? {}) as PodSpec;
    const tolerations = spec.tolerations ?? [];
    const missing = lostNodes.filter((taint) => !tolerations.some((toleration) => tolerates(toleration, taint)));
    if (missing.length === 0) return object;
    const added = missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }));
    return withSpec(object, { ...spec, tolerations: [...tolerations, ...added] });
  },
};

interface ClassSpec {
  overhead?: { podFixed?: ResourceList };
  scheduling?: { nodeSelector?: Record<string, string>; tolerations?: Toleration[] };
}

/** Whether everything that the second tolerates is tolerated by the first. */
function includes(first: Toleration, second: Toleration): boolean {
  if (isEqual(first, second)) return true;
  const isAny = (first.key ?? '') === '' && first.operator === 'Exists';
  if (first.key !== second.key && !isAny) return false;
  if ((first.effect ?? '') !== '' && first.effect !== second.effect) return false;
  const { tolerationSeconds: most } = first;
  if (first.effect === 'NoExecute' && most !== undefined && (second.tolerationSeconds ?? Infinity) > most) return false;
  return first.operator === 'Exists' || (second.operator === 'Equal' && first.value === second.value);
}

/** Without those that others include (`MergeTolerations` of pkg/util/tolerations). */
const merged = (all: readonly Toleration[]) =>
  all.reduce<Toleration[]>((kept, toleration, index) => {
    const isLess = (other: Toleration) => !isEqual(other, toleration) && includes(other, toleration);
    const isNeeded = !kept.some((other) => includes(other, toleration)) && !all.slice(index + 1).some(isLess);
    return isNeeded ? [...kept, toleration] : kept;
  }, []);

/** Pods take over what their runtime class demands (plugin/pkg/admission/runtimeclass). */
export const runtimeClass: AdmissionPlugin = {
  name: 'RuntimeClass',
  mutate(request, reader) {
    const { object, resource, name } = request;
    const spec = newPod(request);
    const { runtimeClassName } = spec ?? {};
    if (spec === undefined) return object;
    const refused = (why: string) => forbidden(resource, name, `pod rejected: ${why}`);
    if (runtimeClassName === undefined) {
      if (spec.overhead !== undefined)
        throw refused('Pod Overhead set without corresponding RuntimeClass defined Overhead');
      return object;
    }
    const found = reader.get('node.k8s.io/v1 RuntimeClass', undefined, runtimeClassName) as
      (StoredObject & ClassSpec) | undefined;
    if (found === undefined) throw refused(`RuntimeClass "${runtimeClassName}" not found`);
    const { overhead, scheduling } = found;
    let next = spec;
    if (overhead?.podFixed !== undefined) {
      if (spec.overhead !== undefined && !isEqual(spec.overhead, overhead.podFixed))
        throw refused("Pod's Overhead doesn't match RuntimeClass's defined Overhead");
      next = { ...next, overhead: overhead.podFixed };
    }
    if (scheduling?.nodeSelector !== undefined) {
      const own = spec.nodeSelector ?? {};
      const conflicting = Object.entries(scheduling.nodeSelector).find(([key, value]) => (own[key] ?? value) !== value);
      if (conflicting !== undefined)
        throw forbidden(
          resource,
          name,
          `conflict: runtimeClass.scheduling.nodeSelector[${conflicting[0]}] = ${conflicting[1]}; pod.spec.nodeSelector[${conflicting[0]}] = ${own[conflicting[0]]}`,
        );
      next = { ...next, nodeSelector: { ...own, ...scheduling.nodeSelector } };
    }
    if (scheduling?.tolerations !== undefined)
      next = { ...next, tolerations: merged([...(next.tolerations ?? []), ...scheduling.tolerations]) };
    return withSpec(object, next);
  },
};

const isNew = ({ operation, resource, subresource }: AdmissionRequest, storage: string) =>
  operation === 'CREATE' && resource.storage === storage && subresource === undefined;

/** The newest of the classes that are marked as default; of those of the same second, the first by name. */
function defaultOf(reader: Reader, kind: KindName, annotations: readonly string[]): string | undefined {
  const marked = reader
    .list(kind)
    .filter(({ metadata }) => annotations.some((annotation) => metadata.annotations?.[annotation] === 'true'));
  return marked.toSorted((one, other) => {
    const [first, second] = [one.metadata.creationTimestamp, other.metadata.creationTimestamp];
    return first === second ? (one.metadata.name < other.metadata.name ? -1 : 1) : first > second ? -1 : 1;
  })[0]?.metadata.name;
}

const oldClass = 'volume.beta.kubernetes.io/storage-class';

/** Claims without a class get the default one (plugin/pkg/admission/storage/storageclass/setdefault). */
export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  mutate(request, reader) {
    const { object } = request;
    if (object === undefined || !isNew(request, '/persistentvolumeclaims')) return object;
    const spec = (object['spec'] ?? {}) as { storageClassName?: string };
    if (spec.storageClassName !== undefined || object.metadata.annotations?.[oldClass] !== undefined) return object;
    const storageClassName = defaultOf(reader, 'storage.k8s.io/v1 StorageClass', [
      'storageclass.kubernetes.io/is-default-class',
      'storageclass.beta.kubernetes.io/is-default-class',
    ]);
    return storageClassName === undefined ? object : set(object, 'spec', { ...spec, storageClassName });
  },
};

/** Ingresses without a class get the default one (plugin/pkg/admission/network/defaultingressclass). */
export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  mutate(request, reader) {
    const { object } = request;
    if (object === undefined || !isNew(request, 'networking.k8s.io/ingresses')) return object;
    const spec = (object['spec'] ?? {}) as { ingressClassName?: string };
    if (
      spec.ingressClassName !== undefined ||
      object.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined
    )
      return object;
    const ingressClassName = defaultOf(reader, 'networking.k8s.io/v1 IngressClass', [
      'ingressclass.kubernetes.io/is-default-class',
    ]);
    return ingressClassName === undefined ? object : set(object, 'spec', { ...spec, ingressClassName });
  },
};

const protection: Record<string, string> = {
  '/persistentvolumeclaims': 'kubernetes.io/pvc-protection',
  '/persistentvolumes': 'kubernetes.io/pv-protection',
};

/** Volumes and claims do not go while they are used (plugin/pkg/admission/storage/storageobjectinuseprotection). */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  mutate({ operation, resource, subresource, object }) {
    const finalizer = protection[resource.storage];
    if (object === undefined || finalizer === undefined || operation !== 'CREATE' || subresource !== undefined)
      return object;
    const finalizers = object.metadata.finalizers ?? [];
    if (finalizers.includes(finalizer)) return object;
    return { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, finalizer] } };
  },
};

/** Claims grow only when their class allows it (plugin/pkg/admission/storage/persistentvolume/resize). */
export const claimResize: AdmissionPlugin = {
  name: 'PersistentVolumeClaimResize',
  validate({ operation, resource, subresource, object, old, name }, reader) {
    if (operation !== 'UPDATE' || resource.storage !== '/persistentvolumeclaims' || subresource !== undefined) return;
    const sizeOf = (claim: StoredObject | undefined) => {
      const { resources } = (claim?.['spec'] ?? {}) as { resources?: { requests?: ResourceList } };
      const size = resources?.requests?.['storage'];
      return size === undefined ? zeroQuantity : parseQuantity(size);
    };
    if (compareQuantities(sizeOf(object), sizeOf(old)) <= 0) return;
    const { phase } = (old?.['status'] ?? {}) as { phase?: string };
    if (phase !== 'Bound') throw forbidden(resource, name, 'Only bound persistent volume claims can be expanded');
    const { storageClassName = '' } = (object?.['spec'] ?? {}) as { storageClassName?: string };
    const found = reader.get('storage.k8s.io/v1 StorageClass', undefined, storageClassName);
    if (found?.['allowVolumeExpansion'] !== true)
      throw forbidden(
        resource,
        name,
        'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize',
      );
  },
};

/** New nodes are not ready until somebody says so (plugin/pkg/admission/nodetaint). */
export const taintNodesByCondition: AdmissionPlugin = {
  name: 'TaintNodesByCondition',
  mutate(request) {
    const { object } = request;
    if (object === undefined || !isNew(request, '/nodes')) return object;
    const spec = (object['spec'] ?? {}) as { taints?: Toleration[] };
    const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
    if ((spec.taints ?? []).some(({ key, effect }) => key === taint.key && effect === taint.effect)) return object;
    return set(object, 'spec', { ...spec, taints: [...(spec.taints ?? []), taint] });
  },
};
