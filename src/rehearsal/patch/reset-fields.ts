import type { Resource } from '../api/resource.ts';
import { below, elementsOf, fieldSetOf, has, leaf, NodeBuilder, noFields, recursiveDifference } from './field-set.ts';
import type { FieldSet } from './field-set.ts';
import { fieldElement, type PathElement } from './path-element.ts';

/** Takes out of a set what a writer cannot own. */
export type FieldFilter = (set: FieldSet) => FieldSet;

const paths = (...dotted: string[]): FieldSet =>
  fieldSetOf(...dotted.map((path) => path.split('.').map((name) => fieldElement(name))));

const spec = paths('spec');
const status = paths('status');
const specAndMetadata = paths('spec', 'metadata');

/**
 * What else than the rule: `GetResetFields` of the strategies in kubernetes/kubernetes, pkg/registry, apiextensions-apiserver
 * and kube-aggregator, v1.34. By the resource, and the subresource behind a slash.
 */
const exceptions: Readonly<Record<string, FieldSet>> = {
  'pods/status': paths('spec', 'metadata.deletionTimestamp', 'metadata.ownerReferences'),
  'deployments.apps/status': paths('spec', 'metadata.labels'),
  'namespaces/finalize': status,
  'certificatesigningrequests.certificates.k8s.io': paths('spec', 'status'),
  'certificatesigningrequests.certificates.k8s.io/status': paths('spec', 'status.conditions'),
  'certificatesigningrequests.certificates.k8s.io/approval': paths('spec', 'status.certificate'),
  'volumeattachments.storage.k8s.io/status': specAndMetadata,
  'flowschemas.flowcontrol.apiserver.k8s.io/status': specAndMetadata,
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io/status': specAndMetadata,
  'validatingadmissionpolicies.admissionregistration.k8s.io/status': specAndMetadata,
  'customresourcedefinitions.apiextensions.k8s.io/status': specAndMetadata,
  'apiservices.apiregistration.k8s.io/status': specAndMetadata,
  // The strategy names the group `networking`, which no object is of.
  'servicecidrs.networking.k8s.io': noFields,
  'servicecidrs.networking.k8s.io/status': noFields,
};

const any = '*';

/** Writers that own nothing but these. */
const only: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'pods/ephemeralcontainers': [['spec', 'ephemeralContainers']],
  'pods/resize': [
    ['spec', 'containers', any, 'resources'],
    ['spec', 'containers', any, 'resizePolicy'],
    ['spec', 'initContainers', any, 'resources'],
    ['spec', 'initContainers', any, 'resizePolicy'],
  ],
};

/**
 * What a writer of a resource, or of its subresource, cannot own: the status is not the spec's writer's, and the reverse.
 * Undefined when there is nothing to take out.
 */
export function resetFilter(
  resource: Pick<Resource, 'group' | 'plural' | 'subresources' | 'custom'>,
  subresource?: string,
): FieldFilter | undefined {
  const { group, plural, subresources, custom } = resource;
  const name = `${plural}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
  const allowed = only[name];
  if (allowed !== undefined) return (set) => matching(set, allowed);
  const hasStatus = custom?.hasStatus ?? subresources.some((entry) => entry.name === 'status');
  const rule = subresource === 'status' ? spec : subresource === undefined && hasStatus ? status : noFields;
  const reset = exceptions[name] ?? rule;
  return reset === noFields ? undefined : (set) => recursiveDifference(set, reset);
}

function matching(set: FieldSet, patterns: readonly (readonly string[])[]): FieldSet {
  const builder = new NodeBuilder();
  for (const element of elementsOf(set)) {
    const rest = patterns.filter(([first]) => first === any || matches(element, first)).map((path) => path.slice(1));
    if (rest.length === 0) continue;
    const child = set[element] ?? leaf;
    if (rest.some((path) => path.length === 0)) builder.add(element, child);
    else builder.add(element, selfAnd(has(set, element), matching(below(set, element) ?? noFields, rest)));
  }
  return builder.node(false) ?? noFields;
}

const matches = (element: PathElement, name: string | undefined): boolean =>
  name !== undefined && element === fieldElement(name);

const selfAnd = (isSelf: boolean, node: FieldSet): FieldSet | undefined => {
  if (node === noFields) return isSelf ? leaf : undefined;
  return isSelf ? { '.': leaf, ...node } : node;
};
