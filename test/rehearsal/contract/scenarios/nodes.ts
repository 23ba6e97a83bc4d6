import { kubectl, observe, type Scenario } from '../scenario.ts';
import { pod, sleeper } from './manifests.ts';

const name = '{namespace}-node';
const away = [{ key: 'example.org/none', effect: 'NoSchedule' }];
const placed = { nodeName: name, terminationGracePeriodSeconds: 0, tolerations: [{ operator: 'Exists' }] };

/**
 * Cordon and drain on a node that no kubelet stands behind: pods are put there by name and never start. The node that runs pods is
 * left alone, because it belongs to others as well.
 */
export const nodes: readonly Scenario[] = [
  {
    name: 'nodes',
    clients: 'newest kubectl',
    isExclusive: true,
    leaves: [`/v1/nodes/${name}`],
    steps: [
      kubectl('create -f -', {
        stdin: [{ apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: { taints: away } }],
      }),
      kubectl(`cordon ${name}`),
      kubectl(`cordon ${name}`),
      kubectl(`get node ${name} -o jsonpath={.spec}`),
      kubectl(`taint node ${name} example.org/more=yes:NoExecute`),
      kubectl(`taint node ${name} example.org/more-`),
      kubectl(`taint node ${name} example.org/more-`, { exit: 1 }),
      kubectl(`label node ${name} disk=none`),
      kubectl('create -f -', { stdin: [pod('bare', sleeper, placed), pod('second', sleeper, placed)] }),
      kubectl('get pods -o wide'),
      kubectl(`drain ${name}`, { exit: 1 }),
      kubectl(`drain ${name} --force --dry-run=server`, { isUnordered: true }),
      kubectl(`drain ${name} --force`, { isUnordered: true }),
      kubectl('get pods'),
      kubectl(`uncordon ${name}`),
      kubectl(`uncordon ${name}`),
      kubectl('cordon absent', { exit: 1 }),
      observe('v1/pods'),
      kubectl(`delete node ${name}`),
    ],
  },
];
