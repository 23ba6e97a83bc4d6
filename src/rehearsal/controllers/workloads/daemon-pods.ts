import type { StoredObject } from '../../objects.ts';
import type { LabelSelector } from '../../store/selectors.ts';
import { isPodAvailable, isTerminating, phaseOf, podSpec, type PodSpec, type PodTemplate } from '../pods.ts';
import { resolved, type IntOrPercent } from './deployment-view.ts';
import { matchesNode, tolerates } from '../../node/scheduling/node-affinity.ts';
import type { Node, Toleration } from '../../node/pod.ts';
import { taintsOf } from './node-fit.ts';

interface DaemonSetSpec {
  selector: LabelSelector;
  template: PodTemplate;
  minReadySeconds?: number;
  revisionHistoryLimit?: number;
  updateStrategy?: { type?: string; rollingUpdate?: { maxSurge?: IntOrPercent; maxUnavailable?: IntOrPercent } };
}

export const hashLabel = 'controller-revision-hash';
const generationLabel = 'pod-template-generation';
export const generationAnnotation = 'deprecated.daemonset.template.generation';

export const daemonSetSpec = (set: StoredObject) => set['spec'] as DaemonSetSpec;

const node = 'node.kubernetes.io';
/** What a pod of a DaemonSet puts up with (daemon/util, AddOrUpdateDaemonPodTolerations). */
const tolerations: Toleration[] = [
  { key: `${node}/not-ready`, operator: 'Exists', effect: 'NoExecute' },
  { key: `${node}/unreachable`, operator: 'Exists', effect: 'NoExecute' },
  { key: `${node}/disk-pressure`, operator: 'Exists', effect: 'NoSchedule' },
  { key: `${node}/memory-pressure`, operator: 'Exists', effect: 'NoSchedule' },
  { key: `${node}/pid-pressure`, operator: 'Exists', effect: 'NoSchedule' },
  { key: `${node}/unschedulable`, operator: 'Exists', effect: 'NoSchedule' },
];
const ofHostNetwork: Toleration = { key: `${node}/network-unavailable`, operator: 'Exists', effect: 'NoSchedule' };

const tolerationsFor = ({ tolerations: own = [], hostNetwork }: PodSpec): Toleration[] => [
  ...own,
  ...[...tolerations, ...(hostNetwork === true ? [ofHostNetwork] : [])].filter(
    ({ key, effect }) =>
      !own.some((other) => other.key === key && other.effect === effect && other.operator === 'Exists'),
  ),
];

/** The template for the pod of one node: affinity to the node by name, so that the scheduler places it there. */
export function templateForNode(set: StoredObject, name: string, hash: string): PodTemplate {
  const { template } = daemonSetSpec(set);
  const affinity = (template.spec.affinity ?? {}) as { nodeAffinity?: object };
  const generation = set.metadata.annotations?.[generationAnnotation];
  return {
    metadata: {
      ...template.metadata,
      labels: {
        ...template.metadata?.labels,
        [hashLabel]: hash,
        ...(generation === undefined ? {} : { [generationLabel]: generation }),
      },
    },
    spec: {
      ...template.spec,
      tolerations: tolerationsFor(template.spec),
      affinity: {
        ...affinity,
        nodeAffinity: {
          ...affinity.nodeAffinity,
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [name] }] }],
          },
        },
      },
    },
  };
}

/** Whether a pod is to be there, and whether one that is there may stay (daemon_controller.go, NodeShouldRunDaemonPod). */
export function fitOf(set: StoredObject, candidate: StoredObject): { runs: boolean; stays: boolean } {
  const { spec } = daemonSetSpec(set).template;
  if (
    (spec.nodeName !== undefined && spec.nodeName !== candidate.metadata.name) ||
    !matchesNode({ spec }, candidate as Node)
  )
    return { runs: false, stays: false };
  const tolerations = tolerationsFor(spec);
  const untolerated = taintsOf(candidate).filter(
    (taint) => !tolerations.some((toleration) => tolerates(toleration, taint)),
  );
  return {
    runs: !untolerated.some(({ effect }) => effect === 'NoExecute' || effect === 'NoSchedule'),
    stays: !untolerated.some(({ effect }) => effect === 'NoExecute'),
  };
}

/** The node that a pod runs on or is made for. */
export function nodeOf(pod: StoredObject): string | undefined {
  const { nodeName, affinity } = podSpec(pod);
  if (nodeName !== undefined) return nodeName;
  const { nodeAffinity } = (affinity ?? {}) as {
    nodeAffinity?: {
      requiredDuringSchedulingIgnoredDuringExecution?: {
        nodeSelectorTerms: { matchFields?: { key: string; values?: string[] }[] }[];
      };
    };
  };
  return nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
    .flatMap(({ matchFields = [] }) => matchFields)
    .find(({ key }) => key === 'metadata.name')?.values?.[0];
}

export const isUpdated = (pod: StoredObject, set: StoredObject, hash: string) => {
  const generation = set.metadata.annotations?.[generationAnnotation];
  return (
    pod.metadata.labels?.[hashLabel] === hash ||
    (generation !== undefined && pod.metadata.labels?.[generationLabel] === generation)
  );
};

interface Replacement {
  doomed: StoredObject[];
  /** Nodes that get a new pod beside the old one. */
  surging: string[];
}

/** What a rolling update may do now (daemon/update.go). */
export function rollingUpdate(
  set: StoredObject,
  podsOn: ReadonlyMap<string, readonly StoredObject[]>,
  runs: (node: string) => boolean,
  hash: string,
  desired: number,
  now: number,
): Replacement {
  const { updateStrategy, minReadySeconds = 0 } = daemonSetSpec(set);
  const { maxSurge = 0, maxUnavailable = 1 } = updateStrategy?.rollingUpdate ?? {};
  const surge = resolved(maxSurge, desired, true);
  const unavailable = surge > 0 ? 0 : Math.max(1, resolved(maxUnavailable, desired, true));
  const isAvailable = (pod: StoredObject) => isPodAvailable(pod, minReadySeconds, now);
  const required: StoredObject[] = [];
  const candidates: StoredObject[] = [];
  const newNodes: string[] = [];
  const newCandidates: string[] = [];
  let missing = 0;
  let surged = 0;
  for (const [name, pods] of podsOn) {
    const present = pods.filter((pod) => !isTerminating(pod));
    const fresh = present.find((pod) => isUpdated(pod, set, hash));
    const old = present.find((pod) => !isUpdated(pod, set, hash));
    if (surge > 0) {
      if (old === undefined) continue;
      if (fresh !== undefined) {
        if (isAvailable(fresh)) required.push(old);
        else surged += 1;
      } else if (!runs(name)) required.push(old);
      else if (isAvailable(old)) newCandidates.push(name);
      else newNodes.push(name);
    } else if (old === undefined || fresh !== undefined) {
      if (fresh === undefined || old !== undefined || !isAvailable(fresh)) missing += 1;
    } else if (isAvailable(old)) candidates.push(old);
    else {
      required.push(old);
      missing += 1;
    }
  }
  return {
    doomed: [...required, ...candidates.slice(0, Math.max(0, unavailable - missing))],
    surging: [...newNodes, ...newCandidates.slice(0, Math.max(0, surge - surged))],
  };
}

/** Pods beyond the first of a node; with a surge, the oldest of each revision may stay. */
export function surplus(set: StoredObject, pods: readonly StoredObject[], hash: string, now: number): StoredObject[] {
  const { updateStrategy, minReadySeconds = 0 } = daemonSetSpec(set);
  const running = pods
    .filter((pod) => !isTerminating(pod) && phaseOf(pod) !== 'Failed' && phaseOf(pod) !== 'Succeeded')
    .sort((one, other) => (one.metadata.creationTimestamp < other.metadata.creationTimestamp ? -1 : 1));
  const surges = (updateStrategy?.rollingUpdate?.maxSurge ?? 0) !== 0;
  if (!surges) return running.slice(1);
  const [fresh, ...others] = running.filter((pod) => pod.metadata.labels?.[hashLabel] === hash);
  const [old, ...more] = running.filter((pod) => pod.metadata.labels?.[hashLabel] !== hash);
  const replaces =
    fresh !== undefined &&
    old !== undefined &&
    (!isPodAvailable(old, 0, now) || isPodAvailable(fresh, minReadySeconds, now));
  return [...others, ...more, ...(replaces && old !== undefined ? [old] : [])];
}
