import { kubectlVersion } from '../tools/kubectl/client.ts';
import { exitCodes } from '../errors/exit-codes.ts';
import { UserError } from '../errors/errors.ts';
import type { KubeContext } from '../tools/kubectl/contexts.ts';
import { readLocalRegistry } from '../tools/kubectl/local-registry.ts';
import { listWithin, unanswered } from './board.ts';
import { listLimit, within } from './deadline.ts';
import { createDeliveries } from './deliveries.ts';
import { contextsIfAny, missingCluster } from './local-clusters.ts';
import { anyNodeAddresses } from './node-addresses.ts';
import { describeCluster, readNodesIfAllowed } from './nodes.ts';
import { ownerOf } from './owner.ts';
import type { FoundCluster, Provider } from './provider.ts';
import type { ProviderSettings } from './settings.ts';

/** Any context of the kubeconfig: a cluster that somebody else starts. */
export function createContextProvider(settings: ProviderSettings): Provider {
  return {
    kind: 'context',
    list: (signal) =>
      listWithin(settings.listLimit, signal, async (board, limited) => {
        const contexts = (await contextsIfAny(settings)).filter((context) => ownerOf(context) === 'context');
        for (const context of contexts) board.set(context.name, unanswered(known(context)));
        const look = async (context: KubeContext) => board.set(context.name, await lookAt(settings, context, limited));
        await Promise.all(contexts.map(look));
      }),
    async find(name, signal) {
      const contexts = await contextsIfAny(settings);
      // A list is empty without kubectl; one that was named must say why it cannot be found.
      if (contexts.length === 0) await kubectlVersion(settings.run, 'kubectl');
      const context = contexts.find((each) => each.name === name);
      if (context === undefined) throw missingCluster('context', name, contexts);
      const look = (limited: AbortSignal) => lookAt(settings, context, limited);
      return within(settings.listLimit ?? listLimit, signal, look, () => unanswered(known(context)));
    },
    startArgv: () => [],
    start: (name) =>
      Promise.reject(
        new UserError(`The cluster of context ${name} cannot be started from here`, {
          next: ['Start it by what made it.'],
          exitCode: exitCodes.preflight,
        }),
      ),
    delivery: ({ context }, signal, registry) => deliveryTo(settings, context, signal, registry),
    ...createDeliveries(settings),
    nodeAddresses: (cluster, signal) => anyNodeAddresses(settings, cluster, signal),
  };
}

function known({ name, server }: KubeContext) {
  const where = server === undefined ? {} : { server };
  return { provider: 'context', name, context: name, state: 'running', ...where } as const;
}

async function lookAt(
  { run, kubeconfig }: ProviderSettings,
  context: KubeContext,
  signal: AbortSignal,
): Promise<FoundCluster> {
  if (context.server === undefined) {
    const problem = `names the cluster ${context.cluster}, which is not in the kubeconfig`;
    return { ...known(context), detail: problem, problem };
  }
  const target = { program: 'kubectl', context: context.name, kubeconfig };
  return { ...known(context), ...(await describeCluster(run, target, signal)) };
}

/** What the person answered; else the engine that is shared; else the registry that the cluster names. */
async function deliveryTo(
  settings: ProviderSettings,
  context: string,
  signal: AbortSignal,
  registry: string | undefined,
): ReturnType<Provider['delivery']> {
  if (registry !== undefined && registry !== '') return { by: 'push', push: registry, pull: registry };
  if (await sharesDaemon(settings, context, signal)) return { by: 'shared-daemon' };
  const target = { program: 'kubectl', context, kubeconfig: settings.kubeconfig };
  const found = await readLocalRegistry(settings.run, target, signal);
  if (found !== undefined) return { by: 'push', push: found.host, pull: found.hostFromContainerRuntime };
  throw new UserError(`The nodes of ${context} need a registry to take images from`, {
    why: 'Nothing is known that brings images from this machine to them, and the cluster names no registry of its own.',
    next: ['Answer with a registry that you may push to and the cluster may pull from, for example ghcr.io/NAME.'],
    exitCode: exitCodes.preflight,
  });
}

/** Desktop programs whose Kubernetes can run on the Docker engine that their user builds with. */
const desktops = /^(?:docker-desktop|docker-for-desktop|orbstack|rancher-desktop|colima(?:-.+)?)$/;

/** Nodes that run their pods on Docker; by the name alone where nodes may not be seen. With containerd the images are apart. */
async function sharesDaemon(
  { run, kubeconfig }: ProviderSettings,
  context: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (!desktops.test(context)) return false;
  const nodes = await readNodesIfAllowed(run, { program: 'kubectl', context, kubeconfig }, signal);
  return nodes === undefined || nodes.every(({ runtime }) => runtime.startsWith('docker://'));
}
