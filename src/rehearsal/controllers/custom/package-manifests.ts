import type { Registry } from '../../api/registry.ts';
import type { Resource } from '../../api/resource.ts';
import type { StoredObject } from '../../objects.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { isServing } from './catalog-sources.ts';
import { ensureOnce } from './custom-status.ts';
import { olmKinds } from './olm-kinds.ts';
import { operatorController } from './operator-controller.ts';
import { operatorPackages, serviceVersion, type OperatorPackage } from './operator-packages.ts';

/** Catalogs in this namespace are offered in every namespace (packageserver, --global-namespace). */
const globalNamespace = 'olm';
const group = 'packages.operators.coreos.com';

/** What packageserver serves through the aggregation layer; nobody writes it. */
const resource: Resource = {
  group,
  version: 'v1',
  kind: 'PackageManifest',
  plural: 'packagemanifests',
  singular: 'packagemanifest',
  shortNames: [],
  categories: [],
  isNamespaced: true,
  verbs: ['get', 'list'],
  subresources: [],
  storage: `${group}/packagemanifests`,
  shape: { type: 'any' },
  custom: {
    schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    hasStatus: false,
    columns: [
      { name: 'Catalog', type: 'string', jsonPath: '.status.catalogSourceDisplayName' },
      { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
    ],
  },
};

/** Shows the packages of the catalogs in each namespace as soon as packageserver runs. */
export const packageServerController = (registry: Registry): Controller =>
  operatorController({
    name: 'packageserver',
    operator: { 'olm.owner': 'packageserver', 'olm.owner.kind': 'ClusterServiceVersion' },
    kinds: {
      'v1 Namespace': (namespace, context) => {
        if (registry.ofKind(`${group}/v1 PackageManifest`) === undefined)
          registry.define(`${resource.plural}.${group}`, [resource]);
        for (const catalog of context.client.list(olmKinds.catalog))
          if (isServing(catalog)) offer(context, namespace.metadata.name, catalog);
        return undefined;
      },
    },
    follows: [olmKinds.catalog],
  });

function offer({ client }: ControllerContext, namespace: string, catalog: StoredObject): void {
  const { name, namespace: home } = catalog.metadata;
  if (home !== globalNamespace && home !== namespace) return;
  const { displayName, publisher } = catalog['spec'] as { displayName?: string; publisher?: string };
  for (const offered of operatorPackages)
    ensureOnce(client, {
      apiVersion: `${group}/v1`,
      kind: 'PackageManifest',
      metadata: { name: offered.package, namespace, labels: { catalog: name, 'catalog-namespace': home ?? '' } },
      spec: {},
      status: {
        catalogSource: name,
        catalogSourceDisplayName: displayName ?? '',
        catalogSourceNamespace: home,
        catalogSourcePublisher: publisher ?? '',
        packageName: offered.package,
        defaultChannel: offered.defaultChannel,
        channels: channelsOf(catalog, offered),
        provider: {},
      },
    });
}

function channelsOf(catalog: StoredObject, offered: OperatorPackage): object[] {
  return Object.entries(offered.channels).map(([name, currentCSV]) => {
    const { displayName, version, installModes } = serviceVersion(catalog, currentCSV, offered)['spec'] as Record<
      string,
      unknown
    >;
    return {
      name,
      currentCSV,
      currentCSVDesc: { displayName, version, installModes },
      entries: [{ name: currentCSV, version }],
    };
  });
}
