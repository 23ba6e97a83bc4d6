import type { ApiParts } from '../../../../src/rehearsal/api/api.ts';
import type { Controller } from '../../../../src/rehearsal/controllers/controller.ts';
import type { StoredObject } from '../../../../src/rehearsal/objects.ts';
import type { KindRules } from '../../../../src/rehearsal/kinds/kind-rules.ts';

/** What becomes of a pod's containers a second after it was created. */
export type Fate = 'runs' | 'succeeds' | 'fails' | 'starts but is never ready' | 'stays pending';

/** As much of a scheduler and kubelet as the controllers need: one second to start, one to stop. */
export function testKubelet(fateOf: (pod: StoredObject) => Fate = () => 'runs', node = 'node-1'): Controller {
  return {
    name: 'kubelet',
    start({ client, clock }) {
      const latest = ({ metadata }: StoredObject) => {
        const pod = client.get('v1 Pod', metadata.namespace, metadata.name);
        return pod?.metadata.uid === metadata.uid ? pod : undefined;
      };
      let address = 1;
      const begin = (created: StoredObject) => {
        const pod = latest(created);
        if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return;
        const fate = fateOf(pod);
        if (fate === 'stays pending') return;
        const bound = (pod['spec'] as { nodeName?: string }).nodeName === undefined ? client.bind(pod, node) : pod;
        address += 1;
        client.updateStatus({ ...bound, status: statusOf(bound, fate, `10.244.0.${address}`, clock.timestamp()) });
      };
      const end = (deleted: StoredObject) => {
        const pod = latest(deleted);
        if (pod !== undefined) client.delete(pod, { gracePeriodSeconds: 0 });
      };
      client.watch('v1 Pod', ({ type, object, before }) => {
        if (type === 'ADDED') clock.after(1000, () => begin(object));
        else if (
          type === 'MODIFIED' &&
          object.metadata.deletionTimestamp !== undefined &&
          before?.metadata.deletionTimestamp === undefined
        )
          clock.after(1000, () => end(object));
      });
    },
  };
}

function statusOf(pod: StoredObject, fate: Fate, podIP: string, time: string): object {
  const isDone = fate === 'succeeds' || fate === 'fails';
  const condition = (type: string, isTrue: boolean) => ({
    type,
    status: isTrue ? 'True' : 'False',
    lastProbeTime: null,
    lastTransitionTime: time,
  });
  const names = (pod['spec'] as { containers: { name: string }[] }).containers.map(({ name }) => name);
  return {
    phase: fate === 'succeeds' ? 'Succeeded' : fate === 'fails' ? 'Failed' : 'Running',
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: time,
    conditions: [condition('Ready', fate === 'runs'), condition('PodScheduled', true)],
    containerStatuses: names.map((name) => ({
      name,
      restartCount: 0,
      state: isDone
        ? { terminated: { exitCode: fate === 'fails' ? 1 : 0, finishedAt: time } }
        : { running: { startedAt: time } },
    })),
  };
}

const nodeNameOf = (pod: StoredObject) => (pod['spec'] as { nodeName?: string }).nodeName;

/** Just the rules that the controllers need: pods begin as pending and end by themselves, Jobs know their pods. */
export const rulesOfPods: Pick<ApiParts, 'rules'> = {
  rules: (_, kind): KindRules => {
    if (kind === 'Pod')
      return {
        prepareCreate: (pod) => ({ ...pod, status: { phase: 'Pending' } }),
        gracePeriod: (pod, asked) => (nodeNameOf(pod) === undefined ? 0 : (asked ?? 30)),
      };
    return kind === 'Job' ? { prepareCreate: withSelector } : {};
  },
};

function withSelector(job: StoredObject): StoredObject {
  const spec = job['spec'] as { selector?: object; template: { metadata?: { labels?: Record<string, string> } } };
  if (spec.selector !== undefined) return job;
  const labels = { ...spec.template.metadata?.labels, 'batch.kubernetes.io/controller-uid': job.metadata.uid };
  return {
    ...job,
    spec: {
      ...spec,
      selector: { matchLabels: labels },
      template: { ...spec.template, metadata: { ...spec.template.metadata, labels } },
    },
  };
}
