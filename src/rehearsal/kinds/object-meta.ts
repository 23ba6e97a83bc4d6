import type { Resource } from '../api/resource.ts';
import type { FieldError } from '../api/status-error.ts';
import type { OwnerReference, StoredMeta, StoredObject } from '../objects.ts';
import { FieldErrors } from './field-errors.ts';
import { dns1035Label, dnsLabel, dnsSubdomain, pathSegment, qualifiedName, type NameCheck } from './names.ts';
import { checkLabels } from './selectors.ts';
import { isEqual } from '../store/equal.ts';
import { nameOf } from './sharing.ts';

/** Kinds whose names are not DNS subdomains. */
const nameChecks: Record<string, NameCheck> = {
  '/namespaces': dnsLabel,
  '/services': dns1035Label,
  'apps/statefulsets': dnsLabel,
  '/events': dnsSubdomain,
  'rbac.authorization.k8s.io/roles': pathSegment,
  'rbac.authorization.k8s.io/rolebindings': pathSegment,
  'rbac.authorization.k8s.io/clusterroles': pathSegment,
  'rbac.authorization.k8s.io/clusterrolebindings': pathSegment,
  'policy/poddisruptionbudgets': pathSegment,
  'certificates.k8s.io/certificatesigningrequests': pathSegment,
};

/** Groups whose kinds also want every finalizer without a domain to be a known one (`validateKubeFinalizerName`). */
const standardFinalizers = ['kubernetes', 'orphan', 'foregroundDeletion'];

const totalAnnotationSize = 256 * 1024;

const annotationBytes = (annotations: Record<string, string>) =>
  Object.entries(annotations).reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);

export function checkAnnotations(
  errors: FieldErrors,
  path: string,
  annotations: Record<string, string> | undefined | null,
): void {
  if (annotations === undefined || annotations === null) return;
  for (const key in annotations) errors.each(path, key, qualifiedName(key.toLowerCase()));
  if (annotationBytes(annotations) > totalAnnotationSize) errors.tooLong(path, totalAnnotationSize);
}

function checkOwners(errors: FieldErrors, path: string, owners: readonly OwnerReference[]): void {
  let controller = '';
  for (const owner of owners) {
    const { apiVersion = '', kind = '', name = '', uid = '' } = owner as Partial<OwnerReference>;
    if (apiVersion === '') errors.invalid(`${path}.apiVersion`, apiVersion, 'version must not be empty');
    if (kind === '') errors.invalid(`${path}.kind`, kind, 'must not be empty');
    if (name === '') errors.invalid(`${path}.name`, name, 'must not be empty');
    if (uid === '') errors.invalid(`${path}.uid`, uid, 'must not be empty');
    if (apiVersion === 'v1' && kind === 'Event')
      errors.invalidText(path, ownerText(owner), '/v1, Kind=Event is disallowed from being an owner');
    if (owner.controller !== true) continue;
    const current = `${kind}/${name}`;
    if (controller === '') controller = current;
    else
      errors.invalidText(
        path,
        `[${owners.map(ownerText).join(',')}]`,
        `Only one reference can have Controller set to true. Found "true" in references for ${controller} and ${current}`,
      );
  }
}

const ownerText = ({ apiVersion, kind, name, uid, controller, blockOwnerDeletion }: OwnerReference) =>
  JSON.stringify({ apiVersion, kind, name, uid, controller, blockOwnerDeletion });

function checkFinalizers(errors: FieldErrors, path: string, finalizers: readonly string[], isStandard: boolean): void {
  for (const finalizer of finalizers) errors.each(path, finalizer, qualifiedName(finalizer));
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion'))
    errors.invalid(path, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set');
  if (isStandard)
    for (const [index, name] of finalizers.entries()) checkFinalizerName(errors, `${path}[${index}]`, name);
}

/** Finalizers without a domain are Kubernetes' own. */
export function checkFinalizerName(errors: FieldErrors, path: string, finalizer: string): void {
  if (!finalizer.includes('/') && !standardFinalizers.includes(finalizer))
    errors.invalid(path, finalizer, 'name is neither a standard finalizer name nor is it fully qualified');
}

function checkManagedFields(errors: FieldErrors, path: string, { managedFields = [] }: Partial<StoredMeta>): void {
  for (const [index, { operation, fieldsType }] of managedFields.entries()) {
    // eslint-disable-next-line typescript/no-unnecessary-condition -- what a client sends
    if (operation !== 'Apply' && operation !== 'Update')
      errors.invalid(`${path}[${index}].operation`, operation ?? '', 'must be `Apply` or `Update`');
    // eslint-disable-next-line typescript/no-unnecessary-condition -- what a client sends
    if (fieldsType !== undefined && fieldsType !== 'FieldsV1')
      errors.invalid(`${path}[${index}].fieldsType`, fieldsType, 'must be `FieldsV1`');
  }
}

function checkNew(
  errors: FieldErrors,
  meta: StoredMeta,
  resource: Pick<Resource, 'isNamespaced'>,
  name: NameCheck,
  isStandard: boolean,
): void {
  const { generateName } = meta;
  if (generateName !== undefined && generateName !== '')
    errors.each('metadata.generateName', generateName, name(generateName, true));
  const own = nameOf({ metadata: meta });
  if (own === '') errors.required('metadata.name', 'name or generateName is required');
  else errors.each('metadata.name', own, name(own));
  if (resource.isNamespaced) {
    if (meta.namespace === undefined || meta.namespace === '') errors.required('metadata.namespace');
    else errors.each('metadata.namespace', meta.namespace, dnsLabel(meta.namespace));
  } else if (meta.namespace !== undefined && meta.namespace !== '')
    errors.forbidden('metadata.namespace', 'not allowed on this type');
  errors.nonNegative('metadata.generation', meta.generation);
  checkLabels(errors, 'metadata.labels', meta.labels);
  checkAnnotations(errors, 'metadata.annotations', meta.annotations);
  checkOwners(errors, 'metadata.ownerReferences', meta.ownerReferences ?? []);
  checkFinalizers(errors, 'metadata.finalizers', meta.finalizers ?? [], isStandard);
  checkManagedFields(errors, 'metadata.managedFields', meta);
}

const fixed = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

function checkChange(errors: FieldErrors, meta: StoredMeta, old: StoredMeta, isStandard: boolean): void {
  if (old.deletionTimestamp !== undefined) {
    const extra = [...new Set(meta.finalizers)].filter((name) => !(old.finalizers ?? []).includes(name)).sort();
    if (extra.length > 0)
      errors.forbidden(
        'metadata.finalizers',
        `no new finalizers can be added if the object is being deleted, found new finalizers []string{${extra.map((name) => JSON.stringify(name)).join(', ')}}`,
      );
  }
  for (const field of fixed) errors.immutable(`metadata.${field}`, meta[field], !isEqual(meta[field], old[field]));
  checkLabels(errors, 'metadata.labels', meta.labels);
  checkAnnotations(errors, 'metadata.annotations', meta.annotations);
  checkOwners(errors, 'metadata.ownerReferences', meta.ownerReferences ?? []);
  checkManagedFields(errors, 'metadata.managedFields', meta);
  if (isStandard)
    for (const [index, name] of (meta.finalizers ?? []).entries())
      checkFinalizerName(errors, `metadata.finalizers[${index}]`, name);
}

/**
 * What is wrong with the metadata of an object of any kind, built-in or custom
 * (k8s.io/apimachinery/pkg/api/validation/objectmeta.go, and `ValidateObjectMeta` of pkg/apis/core/validation).
 */
export function metaErrors(object: StoredObject, old: StoredObject | undefined, resource: Resource): FieldError[] {
  if (old !== undefined && isSame(object.metadata, old.metadata)) return [];
  const errors = new FieldErrors();
  const isStandard = resource.custom === undefined && resource.group !== 'apiextensions.k8s.io';
  const name = resource.custom === undefined ? (nameChecks[resource.storage] ?? dnsSubdomain) : dnsSubdomain;
  if (old === undefined) checkNew(errors, object.metadata, resource, name, isStandard);
  else checkChange(errors, object.metadata, old.metadata, isStandard);
  return errors.list;
}

const isSame = (one: StoredMeta, other: StoredMeta) =>
  one.labels === other.labels &&
  one.annotations === other.annotations &&
  one.finalizers === other.finalizers &&
  one.ownerReferences === other.ownerReferences &&
  one.managedFields === other.managedFields &&
  fixed.every((field) => one[field] === other[field]);
