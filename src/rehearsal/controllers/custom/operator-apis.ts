import type { StoredObject } from '../../objects.ts';
import { hasCondition, type Condition } from '../conditions.ts';
import type { Client } from '../client.ts';
import type { ControllerContext } from '../controller.ts';
import { controllerReference } from '../owners.ts';
import { ensureOnce, writeStatus } from './custom-status.ts';

/** An API that an operator's own server serves through the aggregation layer. */
export interface OwnedApi {
  group: string;
  version: string;
  deploymentName: string;
  containerPort?: number;
}

const kind = 'apiregistration.k8s.io/v1 APIService';

/** The APIService and the Service behind it (OLM pkg/controller/install/certresources.go). */
export function installApi(client: Client, version: StoredObject, api: OwnedApi): void {
  const { namespace } = version.metadata;
  const { containerPort = 443 } = api;
  const deployment = client.get('apps/v1 Deployment', namespace, api.deploymentName);
  const { selector } = (deployment?.['spec'] ?? {}) as { selector?: { matchLabels?: object } };
  const service = `${api.deploymentName}-service`;
  ensureOnce(client, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: service,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { 'olm.managed': 'true' },
      ownerReferences: [{ ...controllerReference(version), controller: false, blockOwnerDeletion: false }],
    },
    spec: {
      ports: [{ name: String(containerPort), port: containerPort, protocol: 'TCP', targetPort: containerPort }],
      selector: selector?.matchLabels ?? {},
    },
  });
  ensureOnce(client, {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: {
      name: `${api.version}.${api.group}`,
      labels: {
        'olm.managed': 'true',
        'olm.owner': version.metadata.name,
        'olm.owner.kind': 'ClusterServiceVersion',
        'olm.owner.namespace': namespace ?? '',
      },
    },
    spec: {
      group: api.group,
      version: api.version,
      groupPriorityMinimum: 2000,
      versionPriority: 15,
      service: { name: service, namespace, port: containerPort },
    },
  });
}

/** Whether the API answers; its Deployment is available when this is asked. */
export function isApiAvailable(context: ControllerContext, api: OwnedApi): boolean {
  const found = context.client.get(kind, undefined, `${api.version}.${api.group}`);
  if (found === undefined) return false;
  const { conditions } = (found['status'] ?? {}) as { conditions?: Condition[] };
  if (hasCondition(conditions, 'Available')) return true;
  const { generation: _, ...metadata } = found.metadata;
  writeStatus(context, { ...found, metadata }, [
    { type: 'Available', status: 'True', reason: 'Passed', message: 'all checks passed' },
  ]);
  return true;
}
