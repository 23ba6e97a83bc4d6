import { condition, isFalse } from '../rollout/conditions.ts';
import { newest } from '../rollout/events.ts';
import { unfitNodes } from '../rollout/scheduling.ts';
import type { Pod } from '../rollout/shapes.ts';
import { instant } from '../rollout/times.ts';
import { groupsOf, knownFailures, type Fatal, type Finding } from './known-failure.ts';
import { clean } from './log-lines.ts';
import { eventText, inPods, kubectl, type Scene } from './scene.ts';

/** A pod that fits on no node, if the reason that rules out most nodes is this one. */
function unfit(scene: Scene, says: RegExp): Finding | undefined {
  return inPods(scene, (pod, events) => {
    const scheduled = condition(pod, 'PodScheduled');
    if (!isFalse(scheduled) || scheduled?.reason !== 'Unschedulable') return undefined;
    const message = scheduled.message ?? '';
    const reason = unfitNodes(message)[0]?.reason ?? message;
    const match = says.exec(reason);
    if (match === null) return undefined;
    const scaling = newest(events, ['TriggeredScaleUp', 'NotTriggerScaleUp']);
    return {
      object: pod,
      message,
      names: { ...groupsOf(match), requests: requestsOf(pod), scaling: scaling?.reason ?? '' },
      evidence: [`scheduler: ${clean(message)}`, ...(scaling === undefined ? [] : [eventText(scaling)])],
      field: 'spec',
      since: instant(scheduled.lastTransitionTime),
      occurrences: 1,
    };
  });
}

function requestsOf({ spec }: Pod): string {
  return spec.containers
    .map(({ name, resources }) => {
      const wanted = Object.entries({ ...resources?.limits, ...resources?.requests });
      return wanted.length === 0
        ? ''
        : `${name}: ${wanted.map(([resource, amount]) => `${resource} ${amount}`).join(', ')}`;
    })
    .filter(Boolean)
    .join('; ');
}

/** Room may come: other pods end, an autoscaler adds a node. */
const room = ({ names }: Finding): Fatal => {
  const seconds: Record<string, number> = { TriggeredScaleUp: 600, NotTriggerScaleUp: 30 };
  return { seconds: seconds[names.scaling ?? ''] ?? 30 };
};

const asks = ({ names }: Finding): string => (names.requests ? ` (it asks for ${names.requests})` : '');
const nodes = 'What the nodes have and have given away: kubectl describe nodes';

export const schedulingFailures = knownFailures([
  {
    code: 'unschedulable-cpu',
    who: 'cluster',
    find: (scene) => unfit(scene, /^insufficient cpu/i),
    fatal: room,
    cause: (finding) => `No node has enough free CPU for the pod${asks(finding)}.`,
    remedy: () => [
      'Lower resources.requests.cpu, remove what you do not need, or give the cluster more (minikube start --cpus 4).',
      nodes,
    ],
    means:
      'Each pod reserves the CPU of its requests on a node. No node has that much left, whatever is really used. Lower the request or make the node bigger.',
    source: 'kube-scheduler NodeResourcesFit: "Insufficient cpu"',
  },
  {
    code: 'unschedulable-memory',
    who: 'cluster',
    find: (scene) => unfit(scene, /^insufficient memory/i),
    fatal: room,
    cause: (finding) => `No node has enough free memory for the pod${asks(finding)}.`,
    remedy: () => [
      'Lower resources.requests.memory, remove what you do not need, or give the cluster more (minikube start --memory 6g).',
      nodes,
    ],
    means:
      'Each pod reserves the memory of its requests on a node. No node has that much left, whatever is really used. Lower the request or make the node bigger.',
    source: 'kube-scheduler NodeResourcesFit: "Insufficient memory"',
  },
  {
    code: 'unschedulable-too-many-pods',
    who: 'cluster',
    find: (scene) => unfit(scene, /^(?:too many pods|insufficient pods)/i),
    fatal: { seconds: 30 },
    cause: () => 'The nodes have as many pods as they may.',
    remedy: () => ['Remove pods that nobody needs, or add a node.'],
    means: 'A node runs 110 pods at most unless it is configured otherwise.',
    source: 'kube-scheduler NodeResourcesFit: "Too many pods"',
  },
  {
    code: 'unschedulable-resource',
    who: 'cluster',
    find: (scene) => unfit(scene, /^insufficient (?<resource>\S+)/i),
    fatal: room,
    cause: ({ names }) => `No node offers ${names.resource}, which the pod asks for.`,
    remedy: ({ names }) => [
      `Remove ${names.resource} from the resources of the container, or install the device plugin that offers it.`,
    ],
    means:
      'The pod asks for a resource other than CPU and memory (a GPU, scratch space) that no node offers, or not enough of it.',
    source: 'kube-scheduler NodeResourcesFit: "Insufficient ..."',
  },
  {
    code: 'unschedulable-taint',
    who: 'cluster',
    find: (scene) => unfit(scene, /(?:untolerated taint(?:\(s\))?|had taint) ?\{?(?<taint>[^:}]*)/i),
    fatal: { seconds: 60 },
    cause: ({ names }) => taintText(names.taint ?? ''),
    remedy: ({ names }) => [
      isPressure(names.taint ?? '')
        ? 'Look at the node: kubectl describe nodes'
        : 'Add a toleration to the pod if it belongs there, or remove the taint: kubectl taint nodes --all KEY-',
    ],
    means:
      'A taint keeps pods off a node unless they tolerate it. Kubernetes itself taints nodes that are not ready or short of memory or disk, and control-plane nodes; people taint nodes to reserve them.',
    source: 'kube-scheduler TaintToleration: "node(s) had untolerated taint"',
  },
  {
    code: 'unschedulable-affinity',
    who: 'recipe',
    find: (scene) => unfit(scene, /node affinity\/selector|node selector/i),
    fatal: { seconds: 30 },
    cause: () => 'No node carries the labels that the pod wants of its node (nodeSelector or node affinity).',
    remedy: () => ['Remove or correct the selector; what the nodes carry: kubectl get nodes --show-labels'],
    means:
      'nodeSelector and node affinity say on which nodes a pod may run, by labels. No node of this cluster has them.',
    source: 'kube-scheduler NodeAffinity: "didn\'t match Pod\'s node affinity/selector"',
  },
  {
    code: 'unschedulable-spread',
    who: 'recipe',
    find: (scene) => unfit(scene, /anti-affinity rules|topology spread constraints|pod affinity rules/i),
    fatal: { seconds: 30 },
    cause: () => 'The pods must be on different nodes, and there are fewer nodes than pods.',
    remedy: () => ['Use fewer replicas on a small cluster, or make the rule preferred in place of required.'],
    means:
      'Anti-affinity and topology spread keep the copies of a program apart. A cluster of one node has no second place for a second copy.',
    source: 'kube-scheduler InterPodAffinity, PodTopologySpread',
  },
  {
    code: 'unschedulable-cordoned',
    who: 'cluster',
    find: (scene) => unfit(scene, /unschedulable/i),
    fatal: { seconds: 60 },
    cause: () => 'The nodes are closed for new pods (cordoned).',
    remedy: () => ['Open them: kubectl uncordon NODE'],
    means:
      'Somebody closed the node for maintenance (kubectl cordon, drain). It takes new pods after kubectl uncordon.',
    source: 'kube-scheduler NodeUnschedulable: "node(s) were unschedulable"',
  },
  {
    code: 'unschedulable-host-port',
    who: 'recipe',
    find: (scene) => unfit(scene, /didn't have free ports/i),
    fatal: { seconds: 30 },
    cause: () => 'The pod wants a port of the node itself (hostPort) that another pod has.',
    remedy: () => ['Remove hostPort: a Service of type NodePort or an Ingress reaches the pod without it.'],
    means: 'hostPort takes a port of the node, so that one pod with it fits on a node. It is seldom needed.',
    source: 'kube-scheduler NodePorts: "didn\'t have free ports for the requested pod ports"',
  },
  {
    code: 'scheduling-gated',
    who: 'cluster',
    find: gated,
    fatal: { seconds: 120 },
    cause: ({ names }) =>
      `The pod is held back on purpose by the scheduling gate ${names.gates}, until its controller opens it.`,
    remedy: (finding) => [
      'Find who sets the gate, and whether it runs.',
      kubectl(finding.object, 'describe', 'pod', finding.object.metadata.name),
    ],
    means:
      'A controller holds the pod back with a scheduling gate and takes it away when the time has come. If that controller does not run, nobody will.',
    source: 'Kubernetes documentation, "Pod Scheduling Readiness"',
  },
]);

function gated(scene: Scene): Finding | undefined {
  return inPods(scene, (pod) => {
    const scheduled = condition(pod, 'PodScheduled');
    if (scheduled?.reason !== 'SchedulingGated') return undefined;
    const gates = (pod.spec.schedulingGates ?? []).map(({ name }) => name).join(', ');
    return {
      object: pod,
      message: scheduled.message ?? '',
      names: { gates },
      evidence: [`scheduler: ${clean(scheduled.message ?? '')}`],
      field: 'spec.schedulingGates',
      since: instant(scheduled.lastTransitionTime ?? pod.metadata.creationTimestamp),
      occurrences: 1,
    };
  });
}

const pressures: [RegExp, string][] = [
  [/not-ready|unreachable/, 'The node is not ready.'],
  [/disk-pressure/, 'The disk of the node is nearly full.'],
  [/memory-pressure/, 'The memory of the node is nearly used up.'],
  [/pid-pressure/, 'The node has too many processes.'],
];
const isPressure = (taint: string): boolean => pressures.some(([pattern]) => pattern.test(taint));

function taintText(taint: string): string {
  const pressure = pressures.find(([pattern]) => pattern.test(taint));
  if (pressure !== undefined) return pressure[1];
  if (/control-plane|master/.test(taint))
    return 'The only nodes left run the control plane, which keeps other pods away.';
  return `The nodes are reserved (taint ${taint}), and the pod does not say that it belongs there.`;
}
