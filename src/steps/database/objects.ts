import type { z } from 'zod';
import { labels, managedBy, type KubernetesObject } from '../../kubernetes/objects.ts';
import type { databasePlan } from './plan.ts';

export type DatabaseParams = z.output<typeof databasePlan.params>;

/**
 * Service and StatefulSet of one PostgreSQL server. `cluster` names its data directory within the volume: data that was
 * initialised with another password must not be taken up, and some provisioners hand out the directory of a deleted
 * volume again (Minikube's, for a claim of the same name).
 */
export function databaseObjects(
  params: DatabaseParams,
  { annotations = {}, cluster = 'new' }: { annotations?: Record<string, string>; cluster?: string } = {},
): KubernetesObject[] {
  const { name, namespace } = params;
  const selector = { 'app.kubernetes.io/name': 'postgresql', 'app.kubernetes.io/instance': name };
  const metadata = { name, namespace, labels: { ...selector, [labels.managedBy]: managedBy } };
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector, ports: [{ name: 'postgresql', port: 5432, targetPort: 'postgresql' }] },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { ...metadata, annotations },
      spec: {
        serviceName: name,
        replicas: 1,
        selector: { matchLabels: selector },
        template: { metadata: { labels: selector }, spec: podSpec(params, cluster) },
        volumeClaimTemplates: [
          {
            // A claim is known as ours by its label: the controller takes it over from here.
            metadata: { name: 'data', labels: { [labels.managedBy]: managedBy } },
            spec: {
              accessModes: ['ReadWriteOnce'],
              resources: { requests: { storage: params.size } },
              ...(params.storageClass === undefined || params.storageClass === ''
                ? {}
                : { storageClassName: params.storageClass }),
            },
          },
        ],
      },
    },
  ];
}

function podSpec({ name, version, image, uid, user, database }: DatabaseParams, cluster: string) {
  const fromSecret = (key: string) => ({ valueFrom: { secretKeyRef: { name, key } } });
  const isReady = {
    exec: { command: ['pg_isready', '-h', '127.0.0.1', '-U', user, '-d', database] },
    timeoutSeconds: 3,
  };
  return {
    // The group owns the volume.
    securityContext: {
      runAsUser: uid,
      runAsGroup: uid,
      fsGroup: uid,
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    terminationGracePeriodSeconds: 30,
    containers: [
      {
        name: 'postgres',
        image: image ?? `postgres:${version}`,
        imagePullPolicy: 'IfNotPresent',
        ports: [{ name: 'postgresql', containerPort: 5432 }],
        env: [
          { name: 'POSTGRES_USER', ...fromSecret('username') },
          { name: 'POSTGRES_PASSWORD', ...fromSecret('password') },
          { name: 'POSTGRES_DB', ...fromSecret('database') },
          // A block volume holds lost+found at its top, where initdb refuses to work.
          { name: 'PGDATA', value: `/var/lib/postgresql/data/pgdata-${cluster}` },
        ],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        startupProbe: { ...isReady, periodSeconds: 1, failureThreshold: 90 },
        readinessProbe: { ...isReady, periodSeconds: 5 },
        livenessProbe: { ...isReady, periodSeconds: 20, failureThreshold: 6 },
        resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } },
        volumeMounts: [{ name: 'data', mountPath: '/var/lib/postgresql/data' }],
      },
    ],
  };
}
