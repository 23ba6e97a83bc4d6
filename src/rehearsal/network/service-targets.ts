import type { Reader } from '../controllers/client.ts';
import type { StoredObject } from '../objects.ts';

/** A pod that answers for a Service, and on which of its ports. */
export interface ServiceTarget {
  pod: StoredObject;
  port: number;
}

interface Slice {
  ports?: { name?: string; port?: number }[] | null;
  endpoints?: { conditions?: { ready?: boolean }; targetRef?: { kind: string; name: string } }[];
}

/** Pods behind one port of a Service that are ready, as kube-proxy reads the EndpointSlices. */
export function targetsOf(service: StoredObject, port: { name?: string }, reader: Reader): ServiceTarget[] {
  const { namespace = '', name } = service.metadata;
  const labels = { 'kubernetes.io/service-name': name };
  return reader.list('discovery.k8s.io/v1 EndpointSlice', { namespace, labels }).flatMap((object) => {
    const slice = object as unknown as Slice;
    const target = slice.ports?.find((one) => (one.name ?? '') === (port.name ?? ''))?.port;
    if (target === undefined) return [];
    return (slice.endpoints ?? []).flatMap(({ conditions, targetRef }) => {
      if (conditions?.ready === false || targetRef?.kind !== 'Pod') return [];
      const pod = reader.get('v1 Pod', namespace, targetRef.name);
      return pod === undefined ? [] : [{ pod, port: target }];
    });
  });
}
