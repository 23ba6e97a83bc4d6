import type { StoredObject } from '../../objects.ts';
import type { NewObject } from '../client.ts';
import { controllerReference } from '../owners.ts';

interface SecretKey {
  name: string;
  key: string;
}

interface KeycloakSpec {
  instances?: number;
  image?: string;
  startOptimized?: boolean;
  additionalOptions?: { name: string; value?: string; secret?: SecretKey }[];
  env?: object[];
  resources?: object;
  http?: { httpEnabled?: boolean; httpPort?: number; httpsPort?: number; tlsSecret?: string };
  ingress?: { enabled?: boolean; className?: string; annotations?: Record<string, string>; tlsSecret?: string };
  db?: {
    vendor?: string;
    host?: string;
    database?: string;
    url?: string;
    port?: number;
    usernameSecret?: SecretKey;
    passwordSecret?: SecretKey;
  };
  hostname?: { hostname?: string };
  proxy?: { headers?: string };
}

export const keycloakSpec = (keycloak: StoredObject) => (keycloak['spec'] ?? {}) as KeycloakSpec;

export const keycloakLabels = ({ metadata }: StoredObject) => ({
  app: 'keycloak',
  'app.kubernetes.io/managed-by': 'keycloak-operator',
  'app.kubernetes.io/instance': metadata.name,
});

const defaultImage = 'quay.io/keycloak/keycloak:latest';

/** Secrets that the resource names. */
export function namedSecrets({ http, db, additionalOptions = [] }: KeycloakSpec): string[] {
  const names = [
    http?.tlsSecret,
    db?.usernameSecret?.name,
    db?.passwordSecret?.name,
    ...additionalOptions.map(({ secret }) => secret?.name),
  ];
  return names.filter((name) => name !== undefined);
}

const owned = (
  keycloak: StoredObject,
  apiVersion: string,
  kind: string,
  suffix: string,
  content: object,
): NewObject => ({
  apiVersion,
  kind,
  metadata: {
    name: `${keycloak.metadata.name}${suffix}`,
    ...(keycloak.metadata.namespace === undefined ? {} : { namespace: keycloak.metadata.namespace }),
    labels: keycloakLabels(keycloak),
    ownerReferences: [controllerReference(keycloak)],
  },
  ...content,
});

function environment(keycloak: StoredObject): object[] {
  const { db, hostname, http, proxy, additionalOptions = [], env = [] } = keycloakSpec(keycloak);
  const from = (name: string, secretKeyRef: SecretKey | undefined): object[] =>
    secretKeyRef === undefined ? [] : [{ name, valueFrom: { secretKeyRef } }];
  const value = (name: string, text: string | number | undefined): object[] =>
    text === undefined ? [] : [{ name, value: String(text) }];
  const admin = `${keycloak.metadata.name}-initial-admin`;
  return [
    { name: 'POD_IP', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } } },
    ...value('KC_HEALTH_ENABLED', 'true'),
    ...value('KC_CACHE', 'ispn'),
    ...value('KC_DB', db?.vendor),
    ...value('KC_DB_URL', db?.url),
    ...value('KC_DB_URL_HOST', db?.host),
    ...value('KC_DB_URL_PORT', db?.port),
    ...value('KC_DB_URL_DATABASE', db?.database),
    ...from('KC_DB_USERNAME', db?.usernameSecret),
    ...from('KC_DB_PASSWORD', db?.passwordSecret),
    ...value('KC_HOSTNAME', hostname?.hostname),
    ...value('KC_HTTP_ENABLED', http?.httpEnabled === true ? 'true' : undefined),
    ...value('KC_HTTP_PORT', http?.httpPort ?? 8080),
    ...value('KC_HTTPS_PORT', http?.httpsPort ?? 8443),
    ...value('KC_PROXY_HEADERS', proxy?.headers),
    ...from('KC_BOOTSTRAP_ADMIN_USERNAME', { name: admin, key: 'username' }),
    ...from('KC_BOOTSTRAP_ADMIN_PASSWORD', { name: admin, key: 'password' }),
    ...additionalOptions.flatMap(({ name, value: text, secret }) => {
      const variable = `KC_${name.toUpperCase().replaceAll(/[-.]/g, '_')}`;
      return secret === undefined ? value(variable, text) : from(variable, secret);
    }),
    ...env,
  ];
}

/** The container of the server, as the operator's documentation describes it. */
export function serverContainer(keycloak: StoredObject) {
  const { image, startOptimized, http, resources } = keycloakSpec(keycloak);
  const scheme = http?.tlsSecret === undefined ? 'HTTP' : 'HTTPS';
  const probe = (path: string, periodSeconds: number, failureThreshold: number) => ({
    httpGet: { path, port: 9000, scheme },
    periodSeconds,
    failureThreshold,
  });
  const isOptimized = startOptimized ?? image !== undefined;
  return {
    name: 'keycloak',
    image: image ?? defaultImage,
    args: ['-Djgroups.bind.address=$(POD_IP)', '--verbose', 'start', ...(isOptimized ? ['--optimized'] : [])],
    env: environment(keycloak),
    resources: resources ?? { requests: { memory: '1700Mi' }, limits: { memory: '2Gi' } },
    ports: [
      { name: 'https', containerPort: http?.httpsPort ?? 8443, protocol: 'TCP' },
      { name: 'http', containerPort: http?.httpPort ?? 8080, protocol: 'TCP' },
      { name: 'management', containerPort: 9000, protocol: 'TCP' },
    ],
    startupProbe: probe('/health/started', 1, 600),
    readinessProbe: probe('/health/ready', 10, 3),
    livenessProbe: probe('/health/live', 10, 3),
    ...(http?.tlsSecret === undefined
      ? {}
      : { volumeMounts: [{ name: 'keycloak-tls-certificates', mountPath: '/mnt/certificates' }] }),
  };
}

export const tlsVolumes = (keycloak: StoredObject) => {
  const secretName = keycloakSpec(keycloak).http?.tlsSecret;
  return secretName === undefined ? [] : [{ name: 'keycloak-tls-certificates', secret: { secretName } }];
};

export function keycloakStatefulSet(keycloak: StoredObject): NewObject {
  const labels = keycloakLabels(keycloak);
  const volumes = tlsVolumes(keycloak);
  return owned(keycloak, 'apps/v1', 'StatefulSet', '', {
    spec: {
      replicas: keycloakSpec(keycloak).instances ?? 1,
      serviceName: `${keycloak.metadata.name}-discovery`,
      podManagementPolicy: 'OrderedReady',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      revisionHistoryLimit: 10,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [serverContainer(keycloak)], ...(volumes.length === 0 ? {} : { volumes }) },
      },
    },
  });
}

export function keycloakServices(keycloak: StoredObject): NewObject[] {
  const { http } = keycloakSpec(keycloak);
  const selector = keycloakLabels(keycloak);
  const ports = [
    ...(http?.tlsSecret === undefined ? [] : [{ name: 'https', port: http.httpsPort ?? 8443, protocol: 'TCP' }]),
    ...(http?.httpEnabled === true ? [{ name: 'http', port: http.httpPort ?? 8080, protocol: 'TCP' }] : []),
    { name: 'management', port: 9000, protocol: 'TCP' },
  ];
  return [
    owned(keycloak, 'v1', 'Service', '-service', { spec: { ports, selector } }),
    owned(keycloak, 'v1', 'Service', '-discovery', {
      spec: {
        clusterIP: 'None',
        publishNotReadyAddresses: true,
        selector,
        ports: [{ name: 'tcp', port: 7800, protocol: 'TCP' }],
      },
    }),
  ];
}

export const initialAdmin = (keycloak: StoredObject, password: string): NewObject =>
  owned(keycloak, 'v1', 'Secret', '-initial-admin', {
    type: 'kubernetes.io/basic-auth',
    data: {
      username: Buffer.from('temp-admin').toString('base64'),
      password: Buffer.from(password).toString('base64'),
    },
  });

export function keycloakIngress(keycloak: StoredObject): NewObject {
  const { ingress, hostname, http } = keycloakSpec(keycloak);
  const isTls = http?.tlsSecret !== undefined;
  const host = (hostname?.hostname ?? '').replace(/^\w+:\/\//, '').replace(/[:/].*$/, '');
  const backend = { service: { name: `${keycloak.metadata.name}-service`, port: { name: isTls ? 'https' : 'http' } } };
  const made = owned(keycloak, 'networking.k8s.io/v1', 'Ingress', '-ingress', {
    spec: {
      ...(ingress?.className === undefined ? {} : { ingressClassName: ingress.className }),
      ...(ingress?.tlsSecret === undefined
        ? {}
        : { tls: [{ ...(host === '' ? {} : { hosts: [host] }), secretName: ingress.tlsSecret }] }),
      defaultBackend: backend,
      rules: [{ ...(host === '' ? {} : { host }), http: { paths: [{ pathType: 'ImplementationSpecific', backend }] } }],
    },
  });
  const annotations = {
    'nginx.ingress.kubernetes.io/backend-protocol': isTls ? 'HTTPS' : 'HTTP',
    ...ingress?.annotations,
  };
  return { ...made, metadata: { ...made.metadata, annotations } };
}
