import { forbidden } from '../api/status-error.ts';
import type { Reader } from '../controllers/client.ts';
import { isEqual } from '../store/equal.ts';
import type { PodSpec } from '../kinds/pod/types.ts';
import type { StoredObject } from '../objects.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';
import { newPod, withSpec } from './pods.ts';

interface PriorityClass {
  value?: number;
  globalDefault?: boolean;
  preemptionPolicy?: string;
}

type StoredClass = StoredObject & PriorityClass;

/** Of several defaults, the one with the lowest value. */
function defaultClass(reader: Reader): StoredClass | undefined {
  let found: StoredClass | undefined;
  for (const object of reader.list('scheduling.k8s.io/v1 PriorityClass') as readonly StoredClass[])
    if (object.globalDefault === true && (found === undefined || (found.value ?? 0) > (object.value ?? 0)))
      found = object;
  return found;
}

function withPriority(
  { resource, name, object }: AdmissionRequest,
  spec: PodSpec,
  reader: Reader,
): StoredObject | undefined {
  const { priorityClassName: named = '' } = spec;
  const found =
    named === ''
      ? defaultClass(reader)
      : (reader.get('scheduling.k8s.io/v1 PriorityClass', undefined, named) as StoredClass | undefined);
  if (named !== '' && found === undefined)
    throw forbidden(resource, name, `no PriorityClass with name ${named} was found`);
  const priority = found?.value ?? 0;
  const preemptionPolicy = found === undefined ? 'PreemptLowerPriority' : found.preemptionPolicy;
  if (spec.priority !== undefined && spec.priority !== priority)
    throw forbidden(
      resource,
      name,
      `the integer value of priority (${spec.priority}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`,
    );
  if (
    spec.preemptionPolicy !== undefined &&
    preemptionPolicy !== undefined &&
    spec.preemptionPolicy !== preemptionPolicy
  )
    throw forbidden(
      resource,
      name,
      `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`,
    );
  return withSpec(object, {
    ...spec,
    ...(found === undefined ? {} : { priorityClassName: found.metadata.name }),
    priority,
    ...(preemptionPolicy === undefined ? {} : { preemptionPolicy }),
  });
}

/** What a replaced pod leaves out is kept. */
function withFormer(object: StoredObject | undefined, old: StoredObject | undefined): StoredObject | undefined {
  const [spec, before] = [(object?.['spec'] ?? {}) as PodSpec, (old?.['spec'] ?? {}) as PodSpec];
  if (spec === before || isEqual(spec, before)) return object;
  return withSpec(object, {
    ...spec,
    ...(spec.priority === undefined && before.priority !== undefined ? { priority: before.priority } : {}),
    ...(spec.preemptionPolicy === undefined && before.preemptionPolicy !== undefined
      ? { preemptionPolicy: before.preemptionPolicy }
      : {}),
  });
}

/** Turns names of priority classes into priorities (plugin/pkg/admission/priority). */
export const priority: AdmissionPlugin = {
  name: 'Priority',
  mutate(request, reader) {
    const spec = newPod(request);
    if (spec !== undefined) return withPriority(request, spec, reader);
    const { resource, subresource, operation, object, old } = request;
    return resource.storage === '/pods' && subresource === undefined && operation === 'UPDATE'
      ? withFormer(object, old)
      : object;
  },
  validate({ operation, resource, subresource, object, name }, reader) {
    if (resource.storage !== 'scheduling.k8s.io/priorityclasses' || subresource !== undefined) return;
    if (operation === 'DELETE' || (object as StoredClass | undefined)?.globalDefault !== true) return;
    const found = defaultClass(reader);
    if (found !== undefined && (operation === 'CREATE' || found.metadata.name !== name))
      throw forbidden(
        resource,
        name,
        `PriorityClass ${found.metadata.name} is already marked as default. Only one default can exist`,
      );
  },
};
