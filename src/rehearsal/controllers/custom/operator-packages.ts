import type { StoredObject } from '../../objects.ts';
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

/** The addresses at which a program made with Quarkus says how it is; settings as in the bundle of the Keycloak operator 26. */
const healthProbes = Object.fromEntries(
  [
    ['startupProbe', 'started'],
    ['readinessProbe', 'ready'],
    ['livenessProbe', 'live'],
  ].map(([probe = '', path]) => [
    probe,
    {
      httpGet: { path: `/q/health/${path}`, port: 8080, scheme: 'HTTP' },
      initialDelaySeconds: 5,
      periodSeconds: 10,
      timeoutSeconds: 10,
    },
  ]),
);

/** The ClusterServiceVersion of a package, as its bundle holds it. */
export function serviceVersion(
  { metadata: { namespace } }: StoredObject,
  name: string,
  offered: OperatorPackage,
): NewObject {
  const labels = { 'app.kubernetes.io/name': offered.deployment.name };
  return {
    apiVersion: 'operators.coreos.com/v1alpha1',
    kind: 'ClusterServiceVersion',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { [`operators.coreos.com/${offered.package}.${namespace}`]: '' },
    },
    spec: {
      displayName: offered.displayName,
      version: offered.version,
      installModes: ['OwnNamespace', 'SingleNamespace', 'MultiNamespace', 'AllNamespaces'].map((type) => ({
        type,
        supported: offered.installModes.includes(type),
      })),
      customresourcedefinitions: {
        owned: offered.definitions.map(({ group: owner, version, plural, kind }) => ({
          name: `${plural}.${owner}`,
          kind,
          version,
        })),
      },
      install: {
        strategy: 'deployment',
        spec: {
          deployments: [
            {
              name: offered.deployment.name,
              label: labels,
              spec: {
                replicas: 1,
                selector: { matchLabels: labels },
                template: {
                  metadata: { labels },
                  spec: {
                    serviceAccountName: offered.deployment.name,
                    containers: [{ ...offered.deployment, ...healthProbes }],
                  },
                },
              },
            },
          ],
        },
      },
    },
  };
}
