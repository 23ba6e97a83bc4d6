import type { KubernetesObject } from '../objects.ts';
import type { Snapshot } from '../watch/snapshot.ts';
import { service } from './service.ts';
import { ready, stalled, waitingFor, type RolloutStatus } from './status.ts';

interface Backend {
  service?: { name: string };
}

interface IngressSpec {
  ingressClassName?: string;
  defaultBackend?: Backend;
  rules?: { http?: { paths?: { backend: Backend }[] } }[];
}

// Google's controller serves these without an IngressClass object (cloud.google.com, "GKE Ingress").
const withoutObject = new Set(['gce', 'gce-internal']);

/**
 * Its class exists and each Service behind it has an endpoint. Whether it has an address is not asked: many controllers on
 * bare metal never publish one; a request from outside shows it.
 */
export function ingress(object: KubernetesObject, snapshot: Snapshot): RolloutStatus {
  const spec = (object['spec'] ?? {}) as IngressSpec;
  const name = spec.ingressClassName ?? object.metadata.annotations?.['kubernetes.io/ingress.class'];
  const canSeeClasses = !('IngressClass' in snapshot.forbidden);
  if (canSeeClasses && name !== undefined && !withoutObject.has(name) && !snapshot.find('IngressClass', name)) {
    return stalled('ingress-class-missing', `an ingress controller of class ${name}`);
  }
  if (canSeeClasses && name === undefined && !hasDefaultClass(snapshot)) {
    return stalled('ingress-class-missing', 'a default ingress controller');
  }
  for (const { service: backend } of backends(spec)) {
    if (backend === undefined || 'Service' in snapshot.forbidden) continue;
    const behind = snapshot.find('Service', backend.name);
    if (behind === undefined) return stalled('service-missing', `Service ${backend.name}`);
    if (service(behind, snapshot).state !== 'ready') return waitingFor(`a ready pod behind Service ${backend.name}`);
  }
  return ready();
}

function hasDefaultClass(snapshot: Snapshot): boolean {
  const mark = 'ingressclass.kubernetes.io/is-default-class';
  return snapshot.objects('IngressClass').some(({ metadata }) => metadata.annotations?.[mark] === 'true');
}

function backends({ defaultBackend, rules = [] }: IngressSpec): Backend[] {
  const ofRules = rules.flatMap(({ http }) => http?.paths ?? []).map(({ backend }) => backend);
  return defaultBackend === undefined ? ofRules : [defaultBackend, ...ofRules];
}
