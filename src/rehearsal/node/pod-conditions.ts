import { hasRun, isSidecar, type ContainerStatus, type Pod, type PodCondition, type PodStatus } from './pod.ts';

/** Conditions that the kubelet writes, in the order in which it writes them. */
const own = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];

interface Facts {
  all: readonly ContainerStatus[];
  /** As computed, also when the status does not show it yet. */
  phase: string;
  hasSandbox: boolean;
  timestamp: string;
}

type Finding = Pick<PodCondition, 'status' | 'reason' | 'message'>;

/** pkg/kubelet/status/generate.go; conditions of others are kept and stand before the kubelet's own. */
export function conditionsOf(pod: Pod, old: PodStatus, facts: Facts): PodCondition[] {
  const foreign = (pod.status?.conditions ?? []).filter(({ type }) => !own.includes(type));
  const containersReady = containersCondition(pod, facts);
  const findings: Record<string, Finding> = {
    PodReadyToStartContainers: { status: facts.hasSandbox ? 'True' : 'False' },
    Initialized: initialized(pod, facts),
    Ready: containersReady.status === 'True' ? gates(pod, foreign) : containersReady,
    ContainersReady: containersReady,
    PodScheduled: { status: 'True' },
  };
  const mine = own.map((type): PodCondition => {
    const { status, reason, message } = findings[type] ?? { status: 'Unknown' };
    const before = old.conditions?.find((condition) => condition.type === type);
    return {
      type,
      ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
      status,
      lastProbeTime: null,
      lastTransitionTime: before?.status === status ? (before.lastTransitionTime ?? facts.timestamp) : facts.timestamp,
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
    };
  });
  return [...foreign, ...mine];
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
