import type { NewObject } from '../client.ts';

/** What installing one operator from a catalog makes. */
export interface OperatorPackage {
  package: string;
  channels: Record<string, string>;
  defaultChannel: string;
  displayName: string;
  version: string;
  deployment: { name: string; image: string };
  /** Install modes that its ClusterServiceVersion supports. */
  installModes: readonly string[];
  definitions: readonly { group: string; version: string; plural: string; kind: string }[];
}

/** Operators that the rehearsed catalog has; others are not found in it. */
export const operatorPackages: readonly OperatorPackage[] = [
  {
    package: 'keycloak-operator',
    channels: { fast: 'keycloak-operator.v26.7.3' },
    defaultChannel: 'fast',
    displayName: 'Keycloak Operator',
    version: '26.7.3',
    deployment: { name: 'keycloak-operator', image: 'quay.io/keycloak/keycloak-operator:26.7.3' },
    installModes: ['OwnNamespace', 'SingleNamespace'],
    definitions: [
      { group: 'k8s.keycloak.org', version: 'v2beta1', plural: 'keycloaks', kind: 'Keycloak' },
      { group: 'k8s.keycloak.org', version: 'v2beta1', plural: 'keycloakrealmimports', kind: 'KeycloakRealmImport' },
    ],
  },
];

/** The definition without its schema: the operator's own would refuse fields that it does not know. */
export const definitionOf = ({ group, version, plural, kind }: OperatorPackage['definitions'][number]): NewObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${group}`, labels: { 'olm.managed': 'true' } },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural, kind, singular: kind.toLowerCase(), listKind: `${kind}List` },
    conversion: { strategy: 'None' },
    versions: [
      {
        name: version,
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
            },
          },
        },
      },
    ],
  },
});
