import type { Node, NodeSelectorTerm, Pod, Taint, Toleration } from '../pod.ts';

/** nodeSelector and required node affinity (k8s.io/component-helpers/scheduling/corev1/nodeaffinity). */
export function matchesNode({ spec }: Pod, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  for (const name in spec.nodeSelector) if (labels[name] !== spec.nodeSelector[name]) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || matchesAnyTerm(required.nodeSelectorTerms, node);
}

/** Terms are alternatives; an empty one matches nothing. */
export function matchesAnyTerm(terms: readonly NodeSelectorTerm[], node: Node): boolean {
  return terms.some((term) => matchesTerm(term, node));
}

export function matchesTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: Node): boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  const labels = node.metadata.labels ?? {};
  return (
    matchExpressions.every(({ key, operator, values }) => meets(labels[key], operator, values)) &&
    matchFields.every(({ key, operator, values }) =>
      meets(key === 'metadata.name' ? node.metadata.name : undefined, operator, values),
    )
  );
}

function meets(value: string | undefined, operator: string, values: readonly string[] = []): boolean {
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
      return value !== undefined && Number.parseInt(value, 10) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number.parseInt(value, 10) < Number(values[0]);
    default:
      return false;
  }
}

/** Whether the pod bears every taint that keeps pods away (NoSchedule, NoExecute). */
export function toleratesTaints({ spec }: Pod, { spec: node }: Node): boolean {
  return (node?.taints ?? []).every(
    (taint) =>
      (taint.effect !== 'NoSchedule' && taint.effect !== 'NoExecute') ||
      (spec.tolerations ?? []).some((toleration) => tolerates(toleration, taint)),
  );
}

/** k8s.io/api/core/v1, Toleration.ToleratesTaint. */
export function tolerates({ key = '', operator = '', value = '', effect = '' }: Toleration, taint: Taint): boolean {
  if (effect !== '' && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  return operator === 'Exists' || ((operator === '' || operator === 'Equal') && value === (taint.value ?? ''));
}
