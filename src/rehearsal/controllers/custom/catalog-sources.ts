import type { StoredObject } from '../../objects.ts';
import type { NewObject } from '../client.ts';
import { hasCondition, type Condition } from '../conditions.ts';
import type { ControllerContext } from '../controller.ts';
import { controllerReference } from '../owners.ts';
import { ensureOnce, statusOf, writeStatus } from './custom-status.ts';

interface CatalogSpec {
  image?: string;
  grpcPodConfig?: { securityContextConfig?: string };
}

const port = 50051;
/** Annotation value of the label: a CatalogSource runs as a pod that carries it. */
const catalogLabel = 'olm.catalogSource';

export const isServing = (catalog: StoredObject): boolean =>
  (statusOf(catalog)['connectionState'] as { lastObservedState?: string } | undefined)?.lastObservedState === 'READY';

/** Runs the catalog's image as a pod behind a Service, and looks whether it answers (OLM pkg/controller/registry/reconciler/grpc.go). */
export function advanceCatalog(catalog: StoredObject, context: ControllerContext): undefined {
  const { client, clock } = context;
  const { name, namespace } = catalog.metadata;
  const { image } = (catalog['spec'] ?? {}) as CatalogSpec;
  const service = name.replaceAll('.', '-');
  const time = clock.timestamp();
  if (image !== undefined) serve(catalog, context, service);
  const pods = client.list('v1 Pod', {
    ...(namespace === undefined ? {} : { namespace }),
    labels: { [catalogLabel]: name },
  });
  const isReady =
    image === undefined ||
    pods.some((pod) => hasCondition((pod['status'] as { conditions?: Condition[] } | undefined)?.conditions, 'Ready'));
  const before = statusOf(catalog)['connectionState'] as { lastObservedState: string } | undefined;
  const state = isReady ? 'READY' : before === undefined ? 'CONNECTING' : 'TRANSIENT_FAILURE';
  if (before?.lastObservedState === state || (before !== undefined && !isReady && !isServing(catalog)))
    return undefined;
  writeStatus(context, catalog, [], {
    connectionState: { address: `${service}.${namespace}.svc:${port}`, lastConnect: time, lastObservedState: state },
    registryService: statusOf(catalog)['registryService'] ?? {
      createdAt: time,
      port: String(port),
      protocol: 'grpc',
      serviceName: service,
      serviceNamespace: namespace,
    },
  });
  return undefined;
}

function serve(catalog: StoredObject, { client, chance }: ControllerContext, service: string): void {
  const { name, namespace } = catalog.metadata;
  const labels = { [catalogLabel]: name, 'olm.managed': 'true' };
  const made = (apiVersion: string, kind: string, objectName: string, content: object): NewObject => ({
    apiVersion,
    kind,
    metadata: {
      name: objectName,
      ...(namespace === undefined ? {} : { namespace }),
      labels: kind === 'Pod' ? labels : { 'olm.managed': 'true' },
      // The pod is the catalog's own; the others are only taken away with it.
      ownerReferences: [{ ...controllerReference(catalog), controller: kind === 'Pod', blockOwnerDeletion: false }],
    },
    ...content,
  });
  ensureOnce(client, made('v1', 'ServiceAccount', name, {}));
  const ports = [{ name: 'grpc', port, protocol: 'TCP', targetPort: port }];
  ensureOnce(client, made('v1', 'Service', service, { spec: { ports, selector: { [catalogLabel]: name } } }));
  const known = client.list('v1 Pod', {
    ...(namespace === undefined ? {} : { namespace }),
    labels: { [catalogLabel]: name },
  });
  if (known.length === 0) client.create(made('v1', 'Pod', `${name}-${chance.suffix(5)}`, { spec: podSpec(catalog) }));
}

function podSpec(catalog: StoredObject): object {
  const { image = '', grpcPodConfig } = catalog['spec'] as CatalogSpec;
  const isRestricted = grpcPodConfig?.securityContextConfig === 'restricted';
  const exec = { command: ['grpc_health_probe', `-addr=:${port}`, '-rpc-timeout=5s'] };
  return {
    containers: [
      {
        name: 'registry-server',
        image,
        imagePullPolicy: image.includes('@') ? 'IfNotPresent' : 'Always',
        ports: [{ name: 'grpc', containerPort: port }],
        startupProbe: { exec, failureThreshold: 10, periodSeconds: 10, timeoutSeconds: 5 },
        readinessProbe: { exec, initialDelaySeconds: 5, timeoutSeconds: 5 },
        livenessProbe: { exec, initialDelaySeconds: 10, timeoutSeconds: 5 },
        resources: { requests: { cpu: '10m', memory: '50Mi' } },
        securityContext: {
          readOnlyRootFilesystem: false,
          ...(isRestricted ? { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } : {}),
        },
        terminationMessagePolicy: 'FallbackToLogsOnError',
      },
    ],
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    serviceAccountName: catalog.metadata.name,
    ...(isRestricted
      ? { securityContext: { runAsNonRoot: true, runAsUser: 1001, seccompProfile: { type: 'RuntimeDefault' } } }
      : {}),
  };
}
