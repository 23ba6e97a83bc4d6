import type { StoredObject } from '../../objects.ts';
import { namesOf, type Controller } from '../controller.ts';
import { withCondition } from '../conditions.ts';
import { isPodTerminal, isTerminating, podSpec, podStatus } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';

/** Milliseconds between two looks, and those that a node may be gone before its pods go (pkg/controller/podgc). */
const checkPeriod = 20_000;
const quarantine = 40_000;
/** Pods that have ended which are kept (--terminated-pod-gc-threshold). */
const keptTerminated = 12_500;

/** Removes pods that no kubelet will ever remove: of nodes that are gone, and those that were never given a node. */
export function podGarbageCollector(): Controller {
  return {
    name: 'pod-garbage-collector',
    start({ client, clock }) {
      const isOrphaned = (pod: StoredObject) => {
        const { nodeName } = podSpec(pod);
        return nodeName !== undefined && client.get('v1 Node', undefined, nodeName) === undefined;
      };
      const terminated = new Set<string>();
      const queue = new Reconciler(clock, (key) => {
        const pod = client.get('v1 Pod', ...namesOf(key));
        if (pod === undefined) return;
        const isStranded = isTerminating(pod) && podSpec(pod).nodeName === undefined;
        if (!isStranded && !isOrphaned(pod)) return;
        const status = podStatus(pod);
        const marked = isPodTerminal(pod)
          ? pod
          : client.updateStatus({
              ...pod,
              status: {
                ...status,
                phase: 'Failed',
                conditions: isStranded
                  ? (status.conditions ?? [])
                  : withCondition(
                      status.conditions ?? [],
                      {
                        type: 'DisruptionTarget',
                        status: 'True',
                        reason: 'DeletionByPodGC',
                        message: 'PodGC: node no longer exists',
                      },
                      clock.timestamp(),
                    ),
              },
            });
        client.delete(marked, { gracePeriodSeconds: 0 });
      });
      client.watch('v1 Pod', ({ type, object }) => {
        const key = `${object.metadata.namespace}/${object.metadata.name}`;
        if (type === 'DELETED') {
          terminated.delete(key);
          return;
        }
        if (isTerminating(object) && podSpec(object).nodeName === undefined) queue.addAfter(key, checkPeriod);
        else if (isOrphaned(object)) queue.addAfter(key, quarantine);
        if (!isPodTerminal(object)) return;
        terminated.add(key);
        if (terminated.size <= keptTerminated) return;
        const [oldest = ''] = terminated;
        const pod = client.get('v1 Pod', ...namesOf(oldest));
        terminated.delete(oldest);
        if (pod !== undefined) clock.after(0, () => client.delete(pod, { gracePeriodSeconds: 0 }));
      });
      client.watch('v1 Node', ({ type, object }) => {
        if (type !== 'DELETED') return;
        for (const pod of client.list('v1 Pod'))
          if (podSpec(pod).nodeName === object.metadata.name)
            queue.addAfter(`${pod.metadata.namespace}/${pod.metadata.name}`, quarantine);
      });
    },
  };
}
