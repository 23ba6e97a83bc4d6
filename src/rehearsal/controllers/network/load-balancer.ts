import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import { namesOf, type Controller } from '../controller.ts';
import { isTerminating } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';
import { serviceSpec } from './service-pods.ts';

export interface LoadBalancing {
  /** Milliseconds until a Service has its address. */
  delay: number;
  /** The address of a Service; undefined while it gets none. */
  address(service: StoredObject): { ip: string } | { hostname: string } | undefined;
}

/**
 * Gives Services of type LoadBalancer an address, as `minikube tunnel` and the load balancers of local clusters do: without
 * events, which only cloud providers write.
 */
export function loadBalancerController({ delay, address }: LoadBalancing): Controller {
  return {
    name: 'service-controller',
    start({ client, clock }) {
      const queue = new Reconciler(clock, (key) => {
        const service = client.get('v1 Service', ...namesOf(key));
        if (service === undefined || isTerminating(service)) return;
        const found = serviceSpec(service).type === 'LoadBalancer' ? address(service) : undefined;
        const ingress = found === undefined ? undefined : [{ ...found, ...('ip' in found ? { ipMode: 'VIP' } : {}) }];
        const status = {
          ...(service['status'] as object | undefined),
          loadBalancer: ingress === undefined ? {} : { ingress },
        };
        if (!isEqual(status, service['status'])) client.updateStatus({ ...service, status });
      });
      client.watch('v1 Service', ({ type, object, before }) => {
        if (type === 'DELETED' || (before !== undefined && before['spec'] === object['spec'])) return;
        const isBalanced = serviceSpec(object).type === 'LoadBalancer';
        const wasBalanced = before !== undefined && serviceSpec(before).type === 'LoadBalancer';
        const key = `${object.metadata.namespace}/${object.metadata.name}`;
        if (isBalanced) queue.addAfter(key, delay);
        else if (wasBalanced) queue.add(key);
      });
    },
  };
}
