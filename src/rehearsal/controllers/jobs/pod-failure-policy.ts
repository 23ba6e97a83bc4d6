import type { StoredObject } from '../../objects.ts';
import { podStatus } from '../pods.ts';

type Action = 'Ignore' | 'FailIndex' | 'Count' | 'FailJob';

export interface FailurePolicy {
  rules: {
    action: Action;
    onExitCodes?: { containerName?: string; operator: 'In' | 'NotIn'; values: number[] };
    onPodConditions?: { type: string; status: string }[];
  }[];
}

interface PolicyVerdict {
  action: Action | undefined;
  /** Only with FailJob: what the condition of the Job says. */
  message?: string;
}

/** What the first matching rule says of a failed pod (pkg/controller/job/pod_failure_policy.go). */
export function matchFailurePolicy(policy: FailurePolicy | undefined, pod: StoredObject): PolicyVerdict {
  const { namespace, name } = pod.metadata;
  for (const [index, { action, onExitCodes, onPodConditions }] of (policy?.rules ?? []).entries()) {
    if (onExitCodes !== undefined) {
      const container = exited(pod, onExitCodes);
      if (container !== undefined)
        return {
          action,
          message: `Container ${container.name} for pod ${namespace}/${name} failed with exit code ${container.exitCode} matching ${action} rule at index ${index}`,
        };
    } else {
      const condition = podStatus(pod).conditions?.find(({ type, status }) =>
        onPodConditions?.some((wanted) => wanted.type === type && (wanted.status ?? 'True') === status),
      );
      if (condition !== undefined)
        return {
          action,
          message: `Pod ${namespace}/${name} has condition ${condition.type} matching ${action} rule at index ${index}`,
        };
    }
  }
  return { action: undefined };
}

function exited(
  pod: StoredObject,
  { containerName, operator, values }: NonNullable<FailurePolicy['rules'][number]['onExitCodes']>,
): { name: string; exitCode: number } | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = podStatus(pod);
  return [...containerStatuses, ...initContainerStatuses]
    .flatMap(({ name, state }) =>
      state?.terminated === undefined ? [] : [{ name, exitCode: state.terminated.exitCode }],
    )
    .find(
      ({ name, exitCode }) =>
        (containerName === undefined || containerName === name) &&
        exitCode !== 0 &&
        values.includes(exitCode) === (operator === 'In'),
    );
}
