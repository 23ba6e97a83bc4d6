import type { Controller } from '../controller.ts';
import { Reconciler } from '../reconciler.ts';

const annotation = 'node.alpha.kubernetes.io/ttl';
/** Nodes up to which kubelets may cache for so many seconds (pkg/controller/ttl). */
const steps: readonly [nodes: number, seconds: number][] = [
  [100, 0],
  [500, 15],
  [1000, 30],
  [2000, 60],
  [Infinity, 300],
];

/** Tells kubelets how long they may keep Secrets and ConfigMaps. */
export function ttlController(): Controller {
  return {
    name: 'ttl-controller',
    start({ client, clock }) {
      const queue = new Reconciler(clock, (name) => {
        const node = client.get('v1 Node', undefined, name);
        const count = client.list('v1 Node').length;
        const seconds = String(steps.find(([nodes]) => count <= nodes)?.[1] ?? 0);
        if (node === undefined || node.metadata.annotations?.[annotation] === seconds) return;
        client.update({
          ...node,
          metadata: { ...node.metadata, annotations: { ...node.metadata.annotations, [annotation]: seconds } },
        });
      });
      client.watch('v1 Node', ({ type, object }) => {
        if (type !== 'DELETED') queue.add(object.metadata.name);
      });
    },
  };
}
