import type { Node } from '../../node/pod.ts';
import type { Controller } from '../controller.ts';
import { Reconciler } from '../reconciler.ts';

/** Gives each node without addresses for its pods the first free /24 of 10.244.0.0/16 (pkg/controller/nodeipam, range allocator). */
export function podCidrController(): Controller {
  return {
    name: 'node-ipam-controller',
    start({ client, clock }) {
      const queue = new Reconciler(clock, (name) => {
        const node = client.get('v1 Node', undefined, name) as Node | undefined;
        if (node === undefined || node.spec?.podCIDR !== undefined) return;
        const taken = new Set(client.list('v1 Node').map((each) => (each as Node).spec?.podCIDR));
        const range = Array.from({ length: 256 }, (_, index) => `10.244.${index}.0/24`).find((one) => !taken.has(one));
        if (range !== undefined) client.update({ ...node, spec: { ...node.spec, podCIDR: range, podCIDRs: [range] } });
      });
      client.watch('v1 Node', ({ type, object }) => {
        if (type !== 'DELETED') queue.add(object.metadata.name);
      });
    },
  };
}
