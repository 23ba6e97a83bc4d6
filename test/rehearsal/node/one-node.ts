import type { NewObject } from '../../../src/rehearsal/controllers/client.ts';

/** A node like the one that the recordings were made on. */
export function oneNode(
  name = 'local-node',
  fields: { labels?: Record<string, string>; spec?: object; allocatable?: Record<string, string> } = {},
): NewObject {
  const allocatable = {
    cpu: '2',
    'ephemeral-storage': '264212084Ki',
    memory: '24581684Ki',
    pods: '110',
    ...fields.allocatable,
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', ...fields.labels } },
    spec: { podCIDR: '10.244.0.0/24', ...fields.spec },
    status: {
      allocatable,
      capacity: allocatable,
      addresses: [
        { type: 'InternalIP', address: '192.168.49.2' },
        { type: 'Hostname', address: name },
      ],
    },
  };
}
