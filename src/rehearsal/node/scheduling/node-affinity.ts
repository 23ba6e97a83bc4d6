import { meets } from '../../store/selectors.ts';
import type { Node, NodeSelectorTerm, Pod, PodSpec, Taint, Toleration } from '../pod.ts';

/** nodeSelector and required node affinity (k8s.io/component-helpers/scheduling/corev1/nodeaffinity). */
export function matchesNode({ spec }: { spec: Pick<PodSpec, 'nodeSelector' | 'affinity'> }, node: Node): boolean {
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
    matchExpressions.every((requirement) => meets(labels[requirement.key], requirement)) &&
    matchFields.every((requirement) =>
      meets(requirement.key === 'metadata.name' ? node.metadata.name : undefined, requirement),
    )
  );
}

/** Whether the pod bears every taint that keeps pods away (NoSchedule, NoExecute). */
export function toleratesTaints({ spec }: Pod, { spec: node }: Node): boolean {
  if (node?.taints === undefined) return true;
  return node.taints.every(
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
