import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/rehearsal/clock.ts';
import { createCluster } from '../../../src/rehearsal/cluster.ts';
import { StatusError } from '../../../src/rehearsal/api/status-error.ts';
import type { Client, KindName, NewObject } from '../../../src/rehearsal/controllers/client.ts';
import { createComponentClient } from '../../../src/rehearsal/controllers/component-client.ts';
import {
  definitionOf,
  operatorPackages,
  serviceVersion,
} from '../../../src/rehearsal/controllers/custom/operator-packages.ts';
import { faultCatalogue } from '../../../src/rehearsal/faults/catalogue.ts';
import type { StoredObject } from '../../../src/rehearsal/objects.ts';
import { listeningCluster, type ListeningCluster } from '../support/listening-cluster.ts';

const namespaced = (apiVersion: string, kind: string, name: string, content: object): NewObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace: 'default' },
  ...content,
});

function deployment(name: string, labels: Record<string, string>, container: object = {}): NewObject {
  const spec = { containers: [{ name: 'main', image: `acme/${name}:1`, ...container }] };
  const made = namespaced('apps/v1', 'Deployment', name, {
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  });
  return { ...made, metadata: { ...made.metadata, labels } };
}

const probe = { httpGet: { path: '/healthz', port: 80 }, periodSeconds: 2 };
const application: NewObject[] = [
  namespaced('v1', 'Secret', 'database', { stringData: { PASSWORD: 'x' } }),
  namespaced('v1', 'PersistentVolumeClaim', 'data', {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  }),
  deployment('web', { app: 'web' }, { readinessProbe: probe, livenessProbe: probe, ports: [{ containerPort: 80 }] }),
  deployment(
    'api',
    { app: 'api' },
    { env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 'database', key: 'PASSWORD' } } }] },
  ),
  namespaced('v1', 'Pod', 'store', {
    spec: {
      containers: [{ name: 'store', image: 'acme/store:1', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }],
    },
  }),
  namespaced('v1', 'Service', 'edge', {
    spec: { type: 'LoadBalancer', ports: [{ port: 80 }], selector: { app: 'web' } },
  }),
];

const [keycloakPackage] = operatorPackages;
const definitions = (group: string, version: string, names: Record<string, string>) =>
  Object.entries(names).map(([plural, kind]) => definitionOf({ group, version, plural, kind }));
const certManager: NewObject[] = [
  ...definitions('cert-manager.io', 'v1', {
    issuers: 'Issuer',
    clusterissuers: 'ClusterIssuer',
    certificates: 'Certificate',
    certificaterequests: 'CertificateRequest',
  }),
  deployment('cert-manager', { 'app.kubernetes.io/name': 'cert-manager', 'app.kubernetes.io/component': 'controller' }),
  namespaced('cert-manager.io/v1', 'Issuer', 'self', { spec: { selfSigned: {} } }),
  namespaced('cert-manager.io/v1', 'Certificate', 'site', {
    spec: { secretName: 'site-tls', dnsNames: ['site.test'], issuerRef: { name: 'self' } },
  }),
];
const keycloak: NewObject[] = [
  ...(keycloakPackage?.definitions ?? []).map(definitionOf),
  deployment('keycloak-operator', { 'app.kubernetes.io/name': 'keycloak-operator' }),
  namespaced('k8s.keycloak.org/v2beta1', 'Keycloak', 'sso', { spec: { instances: 1 } }),
];
const lifecycle: NewObject[] = [
  ...definitions('operators.coreos.com', 'v1alpha1', { clusterserviceversions: 'ClusterServiceVersion' }),
  ...definitions('operators.coreos.com', 'v1', { operatorgroups: 'OperatorGroup' }),
  ...(keycloakPackage?.definitions ?? []).map(definitionOf),
  deployment('olm-operator', { app: 'olm-operator' }),
  namespaced('operators.coreos.com/v1', 'OperatorGroup', 'own', { spec: { targetNamespaces: ['default'] } }),
];

/** What `kubectl get` and `kubectl describe` would show of a cluster with this fault after ten minutes. */
function shown(fault: string, objects: readonly NewObject[]): { lines: string[]; injected: number } {
  const clock = new ManualClock(Date.UTC(2026, 0, 5));
  const cluster = createCluster({
    seed: 'test',
    faults: [fault],
    nodes: 1,
    opensPorts: false,
    clock,
    bug: (error) => {
      throw error;
    },
  });
  cluster.start('PEM');
  clock.advance(10_000);
  const events = { component: 'kubectl' };
  const client = createComponentClient(cluster.api, { user: 'kubernetes-admin', fieldManager: 'kubectl', events });
  const refusals: string[] = [];
  for (const object of objects) {
    try {
      client.create(object);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      refusals.push(`${error.code} ${error.message}`);
    }
    clock.advance(1000);
  }
  if (objects === lifecycle && keycloakPackage !== undefined) {
    const [group] = client.list('operators.coreos.com/v1 OperatorGroup');
    if (group !== undefined) client.create(serviceVersion(group, 'keycloak-operator.v26.7.3', keycloakPackage));
  }
  clock.advance(600_000);
  return { lines: [...refusals, ...linesOf(client)], injected: cluster.faults.all()[0]?.injected ?? 0 };
}

const kinds: KindName[] = [
  'v1 Pod',
  'v1 Node',
  'apps/v1 Deployment',
  'cert-manager.io/v1 Certificate',
  'k8s.keycloak.org/v2beta1 Keycloak',
];

interface ContainerState {
  waiting?: { reason: string; message?: string };
  terminated?: { reason: string; exitCode: number };
}

function linesOf(client: Client): string[] {
  const conditions = kinds
    .filter((kind) => client.resource(kind) !== undefined)
    .flatMap((kind) => client.list(kind))
    .flatMap((object) => {
      const { conditions: list = [], containerStatuses = [] } = (object['status'] ?? {}) as {
        conditions?: { type: string; status: string; reason?: string; message?: string }[];
        containerStatuses?: { name: string; state?: ContainerState; lastState?: ContainerState }[];
      };
      return [
        ...list.map(({ type, status, reason, message }) => `${object.kind} ${type}=${status} ${reason}: ${message}`),
        ...containerStatuses.flatMap(({ name, state, lastState }) => [
          ...(state?.waiting === undefined ? [] : [`${name} ${state.waiting.reason}: ${state.waiting.message ?? ''}`]),
          ...(lastState?.terminated === undefined
            ? []
            : [`${name} was ${lastState.terminated.reason} ${lastState.terminated.exitCode}`]),
        ]),
      ];
    });
  const events = client
    .list('v1 Event')
    .map((event: StoredObject) => `${String(event['type'])} ${String(event['reason'])}: ${String(event['message'])}`);
  const claims = client
    .list('v1 PersistentVolumeClaim')
    .map(({ metadata, status }) => `claim ${metadata.name} ${(status as { phase?: string }).phase}`);
  const services = client
    .list('v1 Service')
    .filter(({ spec }) => (spec as { type?: string }).type === 'LoadBalancer')
    .map(({ metadata, status }) => `service ${metadata.name} ${JSON.stringify(status)}`);
  const owners = client
    .list('apps/v1 Deployment')
    .flatMap(({ metadata, spec }) =>
      (metadata.managedFields ?? []).map(
        ({ manager }) => `deployment ${metadata.name} ${(spec as { replicas: number }).replicas} ${manager}`,
      ),
    );
  return [...conditions, ...events, ...claims, ...services, ...owners];
}

/** Each fault, what it is tried on, and what is shown of it. */
const inside: [fault: string, objects: readonly NewObject[], shows: (string | RegExp)[]][] = [
  [
    'image-pull:web',
    application,
    [
      /^main ImagePullBackOff: Back-off pulling image "acme\/web:1"/,
      /^Warning Failed: Failed to pull image "acme\/web:1": rpc error: code = NotFound/,
    ],
  ],
  [
    'crash:api:137',
    application,
    [
      /^main CrashLoopBackOff: back-off /,
      'main was Error 137',
      /^Warning BackOff: Back-off restarting failed container main in pod api-/,
    ],
  ],
  ['oom:api', application, ['main was OOMKilled 137', /^main CrashLoopBackOff/]],
  [
    'start-error:api',
    application,
    ['main was StartError 128', /^Warning Failed: Error: failed to create containerd task/],
  ],
  [
    'readiness:web',
    application,
    [
      /^Warning Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503$/,
      'Deployment Progressing=False ProgressDeadlineExceeded: ReplicaSet "web-',
    ],
  ],
  [
    'liveness:web',
    application,
    [
      /^Warning Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 500$/,
      /^Normal Killing: Container main failed liveness probe, will be restarted$/,
    ],
  ],
  ['slow-start:web:1h', application, [/^Warning Unhealthy: Readiness probe failed: Get .*: connection refused$/]],
  [
    'unschedulable:web:taint',
    application,
    [/^Warning FailedScheduling: 0\/1 nodes are available: 1 node\(s\) had untolerated taint\(s\)\./],
  ],
  [
    'pvc:data:no-provisioner',
    application,
    [
      'claim data Pending',
      /^Normal ExternalProvisioning: Waiting for a volume to be created either by the external provisioner/,
    ],
  ],
  [
    'pvc:data:no-class',
    application,
    [
      'claim data Pending',
      /^Normal FailedBinding: no persistent volumes available for this claim and no storage class is set$/,
    ],
  ],
  [
    'secret-missing:database:PASSWORD',
    application,
    [/^main CreateContainerConfigError: couldn't find key PASSWORD in Secret default\/database$/],
  ],
  [
    'quota:pods=1',
    application,
    [
      /^Warning FailedCreate: Error creating: pods "api-.*" is forbidden: exceeded quota: rehearsal, requested: pods=1, used: pods=1, limited: pods=1$/,
    ],
  ],
  [
    'webhook:refuse',
    application,
    [/^400 admission webhook "policy\.rehearsal\.deploy-wizard\.dev" denied the request/],
  ],
  ['load-balancer:never', application, ['service edge {"loadBalancer":{}}']],
  [
    'certificate:pending',
    certManager,
    [
      'Normal WaitingForApproval: Not signing CertificateRequest until it is Approved',
      'Certificate Ready=False DoesNotExist: Issuing certificate as Secret does not exist',
    ],
  ],
  [
    'csv:failed',
    lifecycle,
    [
      'Warning InstallCheckFailed: install timeout',
      /^Normal InstallWaiting: installing: waiting for deployment keycloak-operator to become ready: deployment "keycloak-operator" not available: Deployment does not have minimum availability\.$/,
      'keycloak-operator was Error 1',
    ],
  ],
  [
    'keycloak:not-ready',
    keycloak,
    [
      'Keycloak Ready=False undefined: Waiting for more replicas',
      'Warning Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503',
    ],
  ],
  [
    'node-not-ready',
    application,
    [
      /^Node Ready=False KubeletNotReady: container runtime network not ready/,
      /^Warning FailedScheduling: 0\/1 nodes are available: 1 node\(s\) had untolerated taint\(s\)/,
    ],
  ],
  ['second-writer:Deployment/web', application, ['deployment web 2 second-writer']],
];

describe('a cluster with the fault', () => {
  it.each(inside)('%s shows it', (fault, objects, shows) => {
    const { lines, injected } = shown(fault, objects);
    for (const text of shows)
      expect(lines).toContainEqual(
        typeof text === 'string' ? expect.stringContaining(text) : expect.stringMatching(text),
      );
    expect(injected).toBeGreaterThan(0);
  });
});

const answered: [fault: string, status: number, says: string | RegExp][] = [
  ['api-429:100%', 429, 'Too many requests, please try again later.'],
  ['api-500:100%', 500, 'etcdserver: request timed out'],
  ['api-503:100%', 503, 'the server is currently unable to handle the request'],
  [
    'api-conflict:100%',
    409,
    'Operation cannot be fulfilled on configmaps "box": the object has been modified; please apply your changes to the latest version and try again',
  ],
  ['api-slow:10ms', 200, ''],
  ['watch-closed:10ms', 200, ''],
  ['watch-410', 410, 'The resourceVersion for the provided watch is too old.'],
  ['token-expired', 401, 'Unauthorized'],
  ['clock-skew:5m', 200, ''],
];

describe('requests to a cluster with the fault', () => {
  let cluster: ListeningCluster | undefined;
  afterEach(() => cluster?.close());

  it.each(answered)('%s are answered %d', async (fault, status, says) => {
    cluster = await listeningCluster({ faults: [fault] });
    const isWatch = fault.startsWith('watch');
    const list = '/api/v1/namespaces/default/configmaps';
    const answer = fault.startsWith('api-conflict')
      ? await cluster.ask('PUT', `${list}/box`, { body: '{}' })
      : await cluster.ask('GET', isWatch ? `${list}?watch=1&resourceVersion=1` : list);
    const { object = answer.json } = answer.json as { object?: { message?: string; code?: number } };
    expect((object as { code?: number }).code ?? answer.status).toBe(status);
    if (says !== '') expect((object as { message: string }).message).toMatch(says);
    if (fault.startsWith('clock')) {
      const skew = Date.parse(String(answer.headers['date'])) - Date.now();
      expect(skew).toBeGreaterThan(290_000);
    } else expect(cluster.cluster.faults.all()[0]?.injected).toBeGreaterThan(0);
  });
});

it('no fault of the catalogue is left out', () => {
  const tried = [...inside, ...answered].map(([fault]) => fault.split(':')[0]);
  expect(faultCatalogue.map(({ name }) => name).filter((name) => !tried.includes(name))).toEqual([]);
});
