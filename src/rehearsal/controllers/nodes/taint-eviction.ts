import type { StoredObject } from '../../objects.ts';
import type { Client } from '../client.ts';
import { namesOf, type Controller, type ControllerContext } from '../controller.ts';
import { withCondition } from '../conditions.ts';
import { isTerminating, podSpec, podStatus } from '../pods.ts';
import { tolerates } from '../../node/scheduling/node-affinity.ts';
import { taintsOf } from '../workloads/node-fit.ts';

/** Evicts pods that do not tolerate a NoExecute taint of their node, or not for longer: pkg/controller/tainteviction. */
export function taintEvictionController(): Controller {
  return {
    name: 'taint-eviction-controller',
    start(context) {
      const { client, clock } = context;
      const appointments = new Map<string, { at: number; cancel: () => void }>();
      const podsOn = new Map<string, Set<string>>();
      const look = (pod: StoredObject) => {
        const key = `${pod.metadata.namespace}/${pod.metadata.name}`;
        const known = appointments.get(key);
        const seconds = isTerminating(pod) ? undefined : toleratedSeconds(client, pod);
        if (seconds === undefined) {
          if (known === undefined) return;
          known.cancel();
          appointments.delete(key);
          if (!isTerminating(pod))
            client.event(pod, {
              type: 'Normal',
              reason: 'TaintManagerEviction',
              message: `Cancelling deletion of Pod ${key}`,
            });
          return;
        }
        if (known !== undefined) return;
        const cancel = clock.after(seconds * 1000, () => {
          appointments.delete(key);
          evict(context, key, pod.metadata.uid);
        });
        appointments.set(key, { at: clock.now() + seconds * 1000, cancel });
      };
      client.watch('v1 Pod', ({ type, object, before }) => {
        const { nodeName } = podSpec(object);
        const key = `${object.metadata.namespace}/${object.metadata.name}`;
        if (type === 'DELETED') {
          appointments.get(key)?.cancel();
          appointments.delete(key);
          if (nodeName !== undefined) podsOn.get(nodeName)?.delete(key);
          return;
        }
        if (
          nodeName === undefined ||
          (before !== undefined &&
            podSpec(before).nodeName === nodeName &&
            isTerminating(before) === isTerminating(object))
        )
          return;
        podsOn.set(nodeName, (podsOn.get(nodeName) ?? new Set()).add(key));
        look(object);
      });
      client.watch('v1 Node', ({ type, object, before }) => {
        if (type === 'DELETED' || (before !== undefined && before['spec'] === object['spec'])) return;
        for (const key of podsOn.get(object.metadata.name) ?? []) {
          const pod = client.get('v1 Pod', ...namesOf(key));
          if (pod !== undefined) look(pod);
        }
      });
    },
  };
}

/** Seconds until the pod has to go; undefined when it may stay. */
function toleratedSeconds(client: Client, pod: StoredObject): number | undefined {
  const node = client.get('v1 Node', undefined, podSpec(pod).nodeName ?? '');
  const taints = node === undefined ? [] : taintsOf(node).filter(({ effect }) => effect === 'NoExecute');
  if (taints.length === 0) return undefined;
  const { tolerations = [] } = podSpec(pod);
  const used = taints.map((taint) => tolerations.filter((toleration) => tolerates(toleration, taint)));
  if (used.some((list) => list.length === 0)) return 0;
  const limits = used.flat().flatMap(({ tolerationSeconds }) => tolerationSeconds ?? []);
  return limits.length === 0 ? undefined : Math.max(0, Math.min(...limits));
}

function evict({ client, clock }: ControllerContext, key: string, uid: string): void {
  const pod = client.get('v1 Pod', ...namesOf(key));
  if (pod?.metadata.uid !== uid || isTerminating(pod) || toleratedSeconds(client, pod) === undefined) return;
  client.event(pod, { type: 'Normal', reason: 'TaintManagerEviction', message: `Marking for deletion Pod ${key}` });
  const conditions = withCondition(
    podStatus(pod).conditions ?? [],
    {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
    },
    clock.timestamp(),
  );
  client.delete(client.updateStatus({ ...pod, status: { ...podStatus(pod), conditions } }));
}
