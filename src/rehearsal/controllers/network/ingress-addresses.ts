import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import type { Client } from '../client.ts';
import { namesOf, type Controller } from '../controller.ts';
import { Reconciler } from '../reconciler.ts';
import { findOperator } from '../custom/operators.ts';

interface IngressController {
  /** Of the Deployment that runs it. */
  labels: Readonly<Record<string, string>>;
  /** What it says when it has taken an Ingress up. */
  event?: { reason: string; message: string };
}

/** Which programs stand behind the `controller` of an IngressClass. */
const controllers: Record<string, IngressController> = {
  'k8s.io/ingress-nginx': {
    labels: { 'app.kubernetes.io/name': 'ingress-nginx' },
    event: { reason: 'Sync', message: 'Scheduled for sync' },
  },
  'traefik.io/ingress-controller': { labels: { 'app.kubernetes.io/name': 'traefik' } },
};
/** Milliseconds that a controller takes to write the address (ingress-nginx, --status-update-interval). */
const delay = 1000;

/** Writes the address of each Ingress whose controller runs: that of the controller's own Service, or its node's. */
export function ingressAddresses(): Controller {
  return {
    name: 'ingress-controller',
    start({ client, clock }) {
      const told = new Set<string>();
      const queue = new Reconciler(clock, (key) => {
        const ingress = client.get('networking.k8s.io/v1 Ingress', ...namesOf(key));
        const controller = ingress === undefined ? undefined : controllerFor(client, ingress);
        const operator = controller === undefined ? undefined : findOperator(client, controller.labels);
        if (ingress === undefined || controller === undefined || operator === undefined) return;
        if (controller.event !== undefined && !told.has(`${ingress.metadata.uid}/${ingress.metadata.generation}`)) {
          told.add(`${ingress.metadata.uid}/${ingress.metadata.generation}`);
          client.event(ingress, { type: 'Normal', ...controller.event });
        }
        const status = { loadBalancer: { ingress: addressesOf(client, operator, controller.labels) } };
        if (!isEqual(status, ingress['status'])) client.updateStatus({ ...ingress, status });
      });
      const all = () => {
        for (const { metadata } of client.list('networking.k8s.io/v1 Ingress'))
          queue.addAfter(`${metadata.namespace}/${metadata.name}`, delay);
      };
      client.watch('networking.k8s.io/v1 Ingress', ({ type, object }) => {
        if (type !== 'DELETED') queue.addAfter(`${object.metadata.namespace}/${object.metadata.name}`, delay);
      });
      client.watch('networking.k8s.io/v1 IngressClass', all);
      client.watch('apps/v1 Deployment', ({ object }) => {
        const isController = Object.values(controllers).some(({ labels }) => has(object, labels));
        if (isController) all();
      });
    },
  };
}

const has = ({ metadata }: StoredObject, labels: Readonly<Record<string, string>>) =>
  Object.entries(labels).every(([name, value]) => metadata.labels?.[name] === value);

function controllerFor(client: Client, ingress: StoredObject): IngressController | undefined {
  const { ingressClassName } = (ingress['spec'] ?? {}) as { ingressClassName?: string };
  const name = ingressClassName ?? ingress.metadata.annotations?.['kubernetes.io/ingress.class'];
  const found = name === undefined ? undefined : client.get('networking.k8s.io/v1 IngressClass', undefined, name);
  return controllers[(found?.['spec'] as { controller?: string } | undefined)?.controller ?? ''];
}

function addressesOf(client: Client, operator: StoredObject, labels: Readonly<Record<string, string>>): object[] {
  const { namespace } = operator.metadata;
  const service = client
    .list('v1 Service', namespace === undefined ? { labels } : { namespace, labels })
    .find((candidate) => (candidate['spec'] as { type?: string }).type === 'LoadBalancer');
  if (service !== undefined) {
    const { loadBalancer } = (service['status'] ?? {}) as {
      loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] };
    };
    return (loadBalancer?.ingress ?? []).map(({ ip, hostname }) => (ip === undefined ? { hostname } : { ip }));
  }
  const [node] = client.list('v1 Node');
  const { addresses = [] } = (node?.['status'] ?? {}) as { addresses?: { type: string; address: string }[] };
  return addresses.filter(({ type }) => type === 'InternalIP').map(({ address }) => ({ ip: address }));
}
