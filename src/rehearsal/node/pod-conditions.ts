import { hasRun, isSidecar, type ContainerStatus, type Pod, type PodCondition, type PodStatus } from './pod.ts';

/** Conditions that the kubelet writes, in the order in which it writes them. */
const own = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'] as const;
type OwnType = (typeof own)[number];

interface Facts {
  all: readonly ContainerStatus[];
  /** As computed, also when the status does not show it yet. */
  phase: string;
  hasSandbox: boolean;
  timestamp: string;
}

type Finding = Pick<PodCondition, 'status' | 'reason' | 'message'>;

const isTrue: Finding = { status: 'True' };
const isFalse: Finding = { status: 'False' };
const isOwn = (type: string): boolean => (own as readonly string[]).includes(type);

/** pkg/kubelet/status/generate.go; conditions of others are kept and stand before the kubelet's own. */
export function conditionsOf(pod: Pod, old: PodStatus, facts: Facts): PodCondition[] {
  const foreign = (pod.status?.conditions ?? []).filter(({ type }) => !isOwn(type));
  const containersReady = containersCondition(pod, facts);
  const gate = containersReady.status === 'True' ? gates(pod, foreign) : containersReady;
  const condition = (type: OwnType, finding: Finding) => conditionOf(pod, old, facts.timestamp, type, finding);
  const mine = [
    condition('PodReadyToStartContainers', facts.hasSandbox ? isTrue : isFalse),
    condition('Initialized', initialized(pod, facts)),
    condition('Ready', gate),
    condition('ContainersReady', containersReady),
    condition('PodScheduled', isTrue),
  ];
  return foreign.length === 0 ? mine : [...foreign, ...mine];
}

/** The old condition itself when nothing of it has changed. */
function conditionOf(
  { metadata: { generation } }: Pod,
  old: PodStatus,
  timestamp: string,
  type: OwnType,
  { status, reason, message }: Finding,
): PodCondition {
  const before = old.conditions?.find((condition) => condition.type === type);
  const isSame = before?.status === status;
  if (
    isSame &&
    before.observedGeneration === generation &&
    before.reason === reason &&
    before.message === message &&
    before.lastProbeTime === null &&
    before.lastTransitionTime !== undefined
  )
    return before;
  const condition: PodCondition =
    generation === undefined
      ? { type, status, lastProbeTime: null }
      : { type, observedGeneration: generation, status, lastProbeTime: null };
  condition.lastTransitionTime = isSame ? (before.lastTransitionTime ?? timestamp) : timestamp;
  if (reason !== undefined) condition.reason = reason;
  if (message !== undefined) condition.message = message;
  return condition;
}

function containersCondition({ spec }: Pod, { all, phase }: Facts): Finding {
  const unready = [...(spec.initContainers ?? []).filter(isSidecar), ...spec.containers]
    .map(({ name }) => name)
    .filter((name) => all.find((status) => status.name === name)?.ready !== true);
  if (phase === 'Succeeded') return { status: 'False', reason: 'PodCompleted' };
  if (phase === 'Failed') return { status: 'False', reason: 'PodFailed' };
  return unready.length === 0
    ? { status: 'True' }
    : {
        status: 'False',
        reason: 'ContainersNotReady',
        message: `containers with unready status: [${unready.join(' ')}]`,
      };
}

function initialized({ spec }: Pod, { all, phase }: Facts): Finding {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  const statusOf = (name: string) => all.find((status) => status.name === name);
  if (spec.containers.some(({ name }) => hasRun(statusOf(name)))) return { status: 'True' };
  const incomplete = (spec.initContainers ?? [])
    .filter((container) => {
      const status = statusOf(container.name);
      return isSidecar(container) ? status?.started !== true : status?.ready !== true;
    })
    .map(({ name }) => name);
  return incomplete.length === 0
    ? { status: 'True' }
    : {
        status: 'False',
        reason: 'ContainersNotInitialized',
        message: `containers with incomplete status: [${incomplete.join(' ')}]`,
      };
}

function gates({ spec }: Pod, conditions: readonly PodCondition[]): Finding {
  const problems = (spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const condition = conditions.find(({ type }) => type === conditionType);
    if (condition === undefined)
      return [`corresponding condition of pod readiness gate "${conditionType}" does not exist.`];
    return condition.status === 'True'
      ? []
      : [`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`];
  });
  return problems.length === 0
    ? { status: 'True' }
    : { status: 'False', reason: 'ReadinessGatesNotReady', message: problems.join(', ') };
}
