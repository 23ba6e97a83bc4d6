import type { KubernetesObject } from '../objects.ts';
import type { Snapshot } from '../watch/snapshot.ts';
import { ready, waitingFor, type RolloutStatus } from './status.ts';

interface Endpoint {
  /** Absent means true: EndpointSlice API reference. */
  conditions?: { ready?: boolean | null };
}

/**
 * A Service with a selector wants one endpoint that is ready. The address of a load balancer is not waited for: a local
 * cluster never gives one, and the application runs without it.
 */
export function service(object: KubernetesObject, snapshot: Snapshot): RolloutStatus {
  const spec = object['spec'] as { type?: string; clusterIP?: string; selector?: Record<string, string> };
  if (spec.type === 'ExternalName') return ready();
  if (spec.clusterIP === undefined || spec.clusterIP === '') return waitingFor('an address in the cluster');
  const hasSelector = Object.keys(spec.selector ?? {}).length > 0;
  if (!hasSelector || spec.clusterIP === 'None' || 'EndpointSlice' in snapshot.forbidden) return ready();
  return readyEndpoints(object, snapshot) > 0 ? ready() : waitingFor('a pod behind it that is ready');
}

/** Endpoints that take requests, by the label that ties slices to their Service. */
function readyEndpoints(object: KubernetesObject, snapshot: Snapshot): number {
  return snapshot
    .objects('EndpointSlice')
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === object.metadata.name)
    .flatMap((slice) => (slice['endpoints'] ?? []) as Endpoint[])
    .filter(({ conditions }) => conditions?.ready !== false).length;
}
