import type { StoredObject } from '../../objects.ts';
import type { PodSpec, Toleration } from '../pods.ts';

export interface Taint {
  key: string;
  value?: string;
  effect: string;
  timeAdded?: string;
}

interface Requirement {
  key: string;
  operator: string;
  values?: string[];
}

interface Term {
  matchExpressions?: Requirement[];
  matchFields?: Requirement[];
}

export const taintsOf = (node: StoredObject) => (node['spec'] as { taints?: Taint[] } | undefined)?.taints ?? [];

/** k8s.io/component-helpers/scheduling/corev1, ToleratesTaint. */
export function tolerates({ key, operator = 'Equal', value = '', effect }: Toleration, taint: Taint): boolean {
  if (effect !== undefined && effect !== '' && effect !== taint.effect) return false;
  if (key !== undefined && key !== '' && key !== taint.key) return false;
  return operator === 'Exists' || (operator === 'Equal' && value === (taint.value ?? ''));
}

export const isTolerated = (taint: Taint, tolerations: readonly Toleration[]) =>
  tolerations.some((toleration) => tolerates(toleration, taint));

/** The node is one that selector and required affinity allow. */
export function matchesNode({ nodeSelector = {}, affinity }: PodSpec, node: StoredObject): boolean {
  const labels = node.metadata.labels ?? {};
  if (!Object.entries(nodeSelector).every(([name, value]) => labels[name] === value)) return false;
  const { nodeAffinity } = (affinity ?? {}) as {
    nodeAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: Term[] } };
  };
  const terms = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms === undefined) return true;
  const fields = { 'metadata.name': node.metadata.name };
  return terms.some(
    ({ matchExpressions = [], matchFields = [] }) =>
      matchExpressions.length + matchFields.length > 0 &&
      matchExpressions.every((requirement) => meets(labels, requirement)) &&
      matchFields.every((requirement) => meets(fields, requirement)),
  );
}

function meets(present: Readonly<Record<string, string>>, { key, operator, values = [] }: Requirement): boolean {
  const value = present[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}
