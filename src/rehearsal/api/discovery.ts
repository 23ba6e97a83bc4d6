import { createHash } from 'node:crypto';
import type { Registry } from './registry.ts';
import { apiVersionOf, type Resource } from './resource.ts';

/** Aggregated discovery (apidiscovery.k8s.io/v2): every group, version and resource in one document. */
export function aggregatedDiscovery(registry: Registry, isCore: boolean): object {
  const resources = [...registry.all()];
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: registry
      .groups()
      .filter(({ group }) => (group === '') === isCore)
      .map(({ group, versions }) => ({
        metadata: { ...(group === '' ? {} : { name: group }), creationTimestamp: null },
        versions: versions.map((version) => ({
          version,
          resources: resources.filter((one) => one.group === group && one.version === version).map(discovered),
          freshness: 'Current',
        })),
      })),
  };
}

function discovered(resource: Resource): object {
  const { group, version, kind, plural, singular, isNamespaced, shortNames, categories, verbs, subresources } =
    resource;
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: isNamespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(subresources.length === 0
      ? {}
      : {
          subresources: subresources.map((one) => ({
            subresource: one.name,
            responseKind: { group: one.group, version: one.version, kind: one.kind },
            verbs: one.verbs,
          })),
        }),
  };
}

/** `/api`: the older form. */
export function coreVersions(address: string): object {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

/** `/apis`: the older form. */
export function groupList(registry: Registry): object {
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: registry
      .groups()
      .filter(({ group }) => group !== '')
      .map(({ group }) => groupBody(registry, group)),
  };
}

/** `/apis/GROUP`; undefined when there is no such group. */
export function groupDocument(registry: Registry, group: string): object | undefined {
  const known = registry.groups().some((one) => one.group === group);
  return known ? { kind: 'APIGroup', apiVersion: 'v1', ...groupBody(registry, group) } : undefined;
}

function groupBody(registry: Registry, group: string): object {
  const versions = (registry.groups().find((one) => one.group === group)?.versions ?? []).map((version) => ({
    groupVersion: apiVersionOf({ group, version }),
    version,
  }));
  return { name: group, versions, preferredVersion: versions[0] };
}

/** `/apis/GROUP/VERSION`; undefined when there is none. */
export function resourceList(registry: Registry, group: string, version: string): object | undefined {
  const resources = [...registry.all()].filter((one) => one.group === group && one.version === version);
  if (resources.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersionOf({ group, version }),
    resources: resources.flatMap((one) => [
      {
        name: one.plural,
        singularName: one.singular,
        namespaced: one.isNamespaced,
        kind: one.kind,
        verbs: one.verbs,
        ...(one.shortNames.length === 0 ? {} : { shortNames: one.shortNames }),
        ...(one.categories.length === 0 ? {} : { categories: one.categories }),
        ...(one.verbs.includes('watch') ? { storageVersionHash: storageVersionHash(registry.stored(one)) } : {}),
      },
      ...one.subresources.map((subresource) => ({
        name: `${one.plural}/${subresource.name}`,
        singularName: '',
        namespaced: one.isNamespaced,
        ...(subresource.version === '' || (subresource.group === group && subresource.version === version)
          ? {}
          : { group: subresource.group, version: subresource.version }),
        kind: subresource.kind,
        verbs: subresource.verbs,
      })),
    ]),
  };
}

/** Of the version in which objects are kept (k8s.io/apiserver/pkg/endpoints/discovery, StorageVersionHash). */
function storageVersionHash({ group, version, kind }: Resource): string {
  return createHash('sha256').update(`${group}/${version}/${kind}`).digest().subarray(0, 8).toString('base64');
}
