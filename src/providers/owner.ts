import type { PlanTarget } from '../plan/plan.ts';
import type { KubeContext } from '../tools/kubectl/contexts.ts';

/** Which provider a context belongs to: what made it writes so, or gives it a name of a certain form. */
export function ownerOf({ name, provider }: Pick<KubeContext, 'name' | 'provider'>): PlanTarget['provider'] {
  if (provider === 'minikube.sigs.k8s.io' || name === 'minikube') return 'minikube';
  if (name.startsWith('kind-')) return 'kind';
  if (name.startsWith('k3d-')) return 'k3d';
  return 'context';
}
