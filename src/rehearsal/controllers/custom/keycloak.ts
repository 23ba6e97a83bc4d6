import type { StoredObject } from '../../objects.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { controllerReference } from '../owners.ts';
import { base64, ensure, ensureOnce, writeStatus, type NewCondition } from './custom-status.ts';
import {
  initialAdmin,
  keycloakIngress,
  keycloakLabels,
  keycloakServices,
  keycloakSpec,
  keycloakStatefulSet,
  namedSecrets,
  serverContainer,
  tlsVolumes,
} from './keycloak-objects.ts';
import { operatorController } from './operator-controller.ts';

interface SetStatus {
  observedGeneration?: number;
  readyReplicas?: number;
  replicas?: number;
  currentReplicas?: number;
  currentRevision?: string;
  updateRevision?: string;
}

interface PodState {
  containerStatuses?: { state?: { waiting?: { reason?: string; message?: string } } }[];
}

/** Milliseconds between two looks while something is missing (the operator's retry). */
const retry = 10_000;
const versions = ['k8s.keycloak.org/v2beta1', 'k8s.keycloak.org/v2alpha1'] as const;

const condition = (type: string, isTrue: boolean, message = ''): NewCondition => ({
  type,
  status: isTrue ? 'True' : 'False',
  message,
});

/** Runs a server for each Keycloak, and a Job for each realm that is to be imported: Keycloak operator 26. */
export const keycloakController = (): Controller =>
  operatorController({
    name: 'keycloak-operator',
    operator: { 'app.kubernetes.io/name': 'keycloak-operator' },
    kinds: Object.fromEntries(
      versions.flatMap((version) => [
        [`${version} Keycloak`, advance],
        [`${version} KeycloakRealmImport`, importRealm],
      ]),
    ),
    owns: ['apps/v1 StatefulSet', 'batch/v1 Job', 'v1 Secret'],
  });

function advance(keycloak: StoredObject, context: ControllerContext): number | undefined {
  const { client, chance } = context;
  const { namespace, name } = keycloak.metadata;
  const spec = keycloakSpec(keycloak);
  ensureOnce(client, initialAdmin(keycloak, chance.suffix(32)));
  for (const service of keycloakServices(keycloak)) ensureOnce(client, service);
  if (spec.ingress?.enabled !== false) ensure(client, keycloakIngress(keycloak));
  const set = ensure(client, keycloakStatefulSet(keycloak));
  const status = (set['status'] ?? {}) as SetStatus;
  const missing = namedSecrets(spec).filter((secret) => client.get('v1 Secret', namespace, secret) === undefined);
  const waiting = client
    .list('v1 Pod', { ...(namespace === undefined ? {} : { namespace }), labels: keycloakLabels(keycloak) })
    .flatMap(
      (pod) =>
        ((pod['status'] ?? {}) as PodState).containerStatuses?.map(({ state }) => ({
          pod: pod.metadata.name,
          ...state?.waiting,
        })) ?? [],
    )
    .filter(({ reason }) => reason !== undefined && reason !== 'ContainerCreating' && reason !== 'PodInitializing');
  const problems = [
    ...missing.map((secret) => `Secret ${secret} not found`),
    ...waiting.map(({ pod, reason, message = '' }) => `Waiting for ${namespace}/${pod} due to ${reason}: ${message}`),
  ];
  const isRolling = status.updateRevision !== status.currentRevision && (status.currentReplicas ?? 0) > 0;
  const isReady =
    (status.observedGeneration ?? 0) >= (set.metadata.generation ?? 0) &&
    (status.readyReplicas ?? 0) >= (spec.instances ?? 1) &&
    !isRolling;
  writeStatus(
    context,
    client.get(`${keycloak.apiVersion} Keycloak`, namespace, name) ?? keycloak,
    [
      condition('Ready', isReady, isReady ? '' : 'Waiting for more replicas'),
      condition('HasErrors', problems.length > 0, problems.join('\n')),
      condition('RollingUpdate', isRolling, isRolling ? 'Rolling out deployment update' : ''),
    ],
    {
      instances: status.replicas ?? 0,
      selector: Object.entries(keycloakLabels(keycloak))
        .map(([label, value]) => `${label}=${value}`)
        .join(','),
      ...(keycloak.metadata.generation === undefined ? {} : { observedGeneration: keycloak.metadata.generation }),
    },
  );
  return isReady ? undefined : retry;
}

function importRealm(realmImport: StoredObject, context: ControllerContext): number | undefined {
  const { client } = context;
  const { namespace, name } = realmImport.metadata;
  const { keycloakCRName = '', realm = {} } = (realmImport['spec'] ?? {}) as {
    keycloakCRName?: string;
    realm?: { realm?: string };
  };
  const report = (done: boolean, started: boolean, errors: string) => {
    writeStatus(context, realmImport, [
      condition('Done', done),
      condition('Started', started),
      condition('HasErrors', errors !== '', errors),
    ]);
  };
  const keycloak = client.get(`${realmImport.apiVersion} Keycloak`, namespace, keycloakCRName);
  const job = client.get('batch/v1 Job', namespace, name);
  if (job !== undefined) {
    const {
      succeeded = 0,
      failed = 0,
      active = 0,
    } = (job['status'] ?? {}) as { succeeded?: number; failed?: number; active?: number };
    report(succeeded > 0, active > 0, failed > 0 ? 'Job failed, see the log of its pod for what went wrong' : '');
    return undefined;
  }
  const set = keycloak === undefined ? undefined : client.get('apps/v1 StatefulSet', namespace, keycloakCRName);
  if (keycloak === undefined || set === undefined || (((set['status'] ?? {}) as SetStatus).readyReplicas ?? 0) === 0) {
    // The operator calls it an error that there is nothing to import into yet; it heals by itself.
    report(
      false,
      false,
      keycloak === undefined || set === undefined
        ? 'No existing Deployment found, waiting for it to be created'
        : 'Deployment not yet ready, waiting for it to be ready',
    );
    return retry;
  }
  const file = `${realm.realm ?? name}-realm.json`;
  const metadata = {
    ...(namespace === undefined ? {} : { namespace }),
    ownerReferences: [controllerReference(realmImport)],
  };
  ensure(client, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...metadata, name: `${name}-realm` },
    type: 'Opaque',
    data: { [file]: base64(JSON.stringify(realm)) },
  });
  const {
    startupProbe: _,
    readinessProbe: __,
    livenessProbe: ___,
    ports: ____,
    ...container
  } = serverContainer(keycloak);
  client.create({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { ...metadata, name },
    spec: {
      backoffLimit: 0,
      template: {
        spec: {
          restartPolicy: 'Never',
          containers: [
            {
              ...container,
              args: ['--verbose', 'import', `--file=/mnt/realm-import/${file}`, '--override=false'],
              volumeMounts: [...(container.volumeMounts ?? []), { name: 'realm', mountPath: '/mnt/realm-import' }],
            },
          ],
          volumes: [...tlsVolumes(keycloak), { name: 'realm', secret: { secretName: `${name}-realm` } }],
        },
      },
    },
  });
  report(false, true, '');
  return undefined;
}
