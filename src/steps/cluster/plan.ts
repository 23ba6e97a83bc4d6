import { z } from 'zod';
import { defineStepPlan } from '../../plan/step-plan.ts';

/** Starts or connects to the cluster, and proves that it is the approved one. Every recipe has it; no key asks for it. */
export const clusterPlan = defineStepPlan({
  kind: 'cluster',
  params: z.strictObject({ name: z.string(), provider: z.string(), isStarted: z.boolean() }),
  timeout: 600,
  why: 'Everything else needs a cluster that answers. The wizard starts a local one that is stopped, and proves that the context still points at the cluster that you approved.',
  describe: ({ name, provider, isStarted }, { target, kubectl, provider: from }) =>
    isStarted
      ? {
          verb: 'connect',
          title: titleOf(provider, name),
          // What `freezeTarget` asks: the uid of this namespace is the identity of a cluster.
          commands: [kubectl.argv('get', '--raw', '/api/v1/namespaces/kube-system', '--request-timeout=5s')],
          instead: 'reads the identity of the cluster',
        }
      : {
          verb: 'start',
          title: titleOf(provider, name),
          detail: `context ${target.context}`,
          commands: from.startArgv(name, target.state),
        },
});

/** `Minikube`, `Minikube profile dev`, `kind cluster dev`, `context prod`. */
function titleOf(provider: string, name: string): string {
  switch (provider) {
    case 'minikube':
      return name === 'minikube' ? 'Minikube' : `Minikube profile ${name}`;
    case 'kind':
    case 'k3d':
      return `${provider} cluster ${name}`;
    default:
      return `${provider} ${name}`;
  }
}
