import type { StoredObject } from '../../objects.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { controllerReference } from '../owners.ts';
import { isPodReady } from '../pods.ts';
import { base64, ensureOnce, writeStatus } from './custom-status.ts';
import { operatorController } from './operator-controller.ts';

interface ClusterSpec {
  instances?: number;
  imageName?: string;
  storage?: { size?: string; storageClass?: string };
  bootstrap?: { initdb?: { database?: string; owner?: string } };
}

const kind = 'postgresql.cnpg.io/v1 Cluster';
const defaultImage = 'ghcr.io/cloudnative-pg/postgresql:17';

/** Runs the instances of a PostgreSQL cluster, one after the other, with its Services and Secrets: CloudNativePG 1.x. */
export const cloudNativePgController = (): Controller =>
  operatorController({
    name: 'cloudnative-pg',
    operator: { 'app.kubernetes.io/name': 'cloudnative-pg' },
    kinds: { [kind]: advance },
    owns: ['v1 Pod'],
  });

function advance(cluster: StoredObject, context: ControllerContext): undefined {
  const { client, clock } = context;
  const { instances = 1 } = (cluster['spec'] ?? {}) as ClusterSpec;
  const { namespace = '', name } = cluster.metadata;
  makeAccess(cluster, context);
  const names = Array.from({ length: instances }, (_, index) => `${name}-${index + 1}`);
  const pods = names.map((pod) => client.get('v1 Pod', namespace, pod));
  const ready = pods.filter((pod) => pod !== undefined && isPodReady(pod)).length;
  const next = pods.findIndex((pod) => pod === undefined);
  // The next instance begins when all before it are ready.
  if (next !== -1 && ready === next) makeInstance(cluster, context, names[next] ?? '', next === 0);
  const isHealthy = ready === instances;
  const phase = isHealthy ? 'Cluster in healthy state' : ready === 0 ? 'Setting up primary' : 'Creating a new replica';
  const phaseReason = isHealthy
    ? {}
    : {
        phaseReason:
          ready === 0 ? 'Creating primary instance ' + `${name}-1` : `Creating replica ${names[ready] ?? ''}-join`,
      };
  writeStatus(
    context,
    client.get(kind, namespace, name) ?? cluster,
    [
      isHealthy
        ? { type: 'Ready', status: 'True', reason: 'ClusterIsReady', message: 'Cluster is Ready' }
        : { type: 'Ready', status: 'False', reason: 'ClusterIsNotReady', message: 'Cluster Is Not Ready' },
    ],
    {
      phase,
      ...phaseReason,
      instances: pods.filter((pod) => pod !== undefined).length,
      readyInstances: ready,
      instanceNames: names,
      ...(ready === 0
        ? {}
        : {
            currentPrimary: `${name}-1`,
            targetPrimary: `${name}-1`,
            currentPrimaryTimestamp: pods[0]?.metadata.creationTimestamp ?? clock.timestamp(),
          }),
      writeService: `${name}-rw`,
      readService: `${name}-r`,
    },
  );
  return undefined;
}

/** Services by role and the Secret of the application's owner. */
function makeAccess(cluster: StoredObject, { client, chance }: ControllerContext): void {
  const { namespace = '', name } = cluster.metadata;
  const { bootstrap } = (cluster['spec'] ?? {}) as ClusterSpec;
  const { database = 'app', owner = database } = bootstrap?.initdb ?? {};
  const metadata = { namespace, labels: { 'cnpg.io/cluster': name }, ownerReferences: [controllerReference(cluster)] };
  const roles: Record<string, Record<string, string>> = {
    rw: { 'cnpg.io/instanceRole': 'primary' },
    ro: { 'cnpg.io/instanceRole': 'replica' },
    r: { 'cnpg.io/podRole': 'instance' },
  };
  for (const [role, selector] of Object.entries(roles))
    ensureOnce(client, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { ...metadata, name: `${name}-${role}` },
      spec: {
        type: 'ClusterIP',
        selector: { 'cnpg.io/cluster': name, ...selector },
        ports: [{ name: 'postgres', port: 5432, targetPort: 5432, protocol: 'TCP' }],
      },
    });
  if (client.get('v1 Secret', namespace, `${name}-app`) !== undefined) return;
  const password = chance.suffix(32);
  const host = `${name}-rw`;
  const values = {
    username: owner,
    user: owner,
    password,
    dbname: database,
    host,
    port: '5432',
    pgpass: `${host}:5432:${database}:${owner}:${password}\n`,
    uri: `postgresql://${owner}:${password}@${host}.${namespace}:5432/${database}`,
    'jdbc-uri': `jdbc:postgresql://${host}.${namespace}:5432/${database}?password=${password}&user=${owner}`,
  };
  client.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { ...metadata, name: `${name}-app` },
    type: 'kubernetes.io/basic-auth',
    data: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, base64(value)])),
  });
}

function makeInstance(cluster: StoredObject, { client }: ControllerContext, name: string, isPrimary: boolean): void {
  const { imageName = defaultImage, storage = {} } = (cluster['spec'] ?? {}) as ClusterSpec;
  const { namespace = '' } = cluster.metadata;
  const labels = {
    'cnpg.io/cluster': cluster.metadata.name,
    'cnpg.io/instanceName': name,
    'cnpg.io/instanceRole': isPrimary ? 'primary' : 'replica',
    'cnpg.io/podRole': 'instance',
    role: isPrimary ? 'primary' : 'replica',
  };
  const metadata = { name, namespace, labels, ownerReferences: [controllerReference(cluster)] };
  ensureOnce(client, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata,
    spec: {
      accessModes: ['ReadWriteOnce'],
      resources: { requests: { storage: storage.size ?? '1Gi' } },
      ...(storage.storageClass === undefined ? {} : { storageClassName: storage.storageClass }),
    },
  });
  client.create({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: {
      containers: [
        {
          name: 'postgres',
          image: imageName,
          command: ['/controller/manager', 'instance', 'run'],
          ports: [{ name: 'postgresql', containerPort: 5432, protocol: 'TCP' }],
          volumeMounts: [{ name: 'pgdata', mountPath: '/var/lib/postgresql/data' }],
        },
      ],
      hostname: name,
      volumes: [{ name: 'pgdata', persistentVolumeClaim: { claimName: name } }],
    },
  });
}
