import { exitCodes } from '../errors/exit-codes.ts';
import { UserError } from '../errors/errors.ts';
import { readContexts, type KubeContext } from '../tools/kubectl/contexts.ts';
import { asked, listWithin, unanswered } from './board.ts';
import { within, listLimit } from './deadline.ts';
import { createDeliveries } from './deliveries.ts';
import { localRegistry } from './local-registry.ts';
import { missingCluster } from './missing-cluster.ts';
import { anyNodeAddresses } from './node-addresses.ts';
import { describeCluster, readNodesIfAllowed } from './nodes.ts';
import { ownerOf } from './owner.ts';
import type { FoundCluster, Provider } from './provider.ts';
import type { ProviderSettings } from './settings.ts';

/** Any context of the kubeconfig: a cluster that somebody else starts. */
export function createContextProvider(settings: ProviderSettings): Provider {
  const { run, kubeconfig } = settings;
  const targetOf = (context: string) => ({ program: 'kubectl', context, kubeconfig });

  const known = ({ name, server }: KubeContext) =>
    ({
      provider: 'context',
      name,
      context: name,
      state: 'running',
      ...(server === undefined ? {} : { server }),
    }) as const;

  const lookAt = async (context: KubeContext, signal: AbortSignal): Promise<FoundCluster> => {
    if (context.server === undefined) {
      const problem = `names the cluster ${context.cluster}, which is not in the kubeconfig`;
      return { ...known(context), detail: problem, problem };
    }
    return { ...known(context), ...(await describeCluster(run, targetOf(context.name), signal)) };
  };

  return {
    kind: 'context',
    list: (signal) =>
      listWithin(settings.listLimit, signal, async (board, limited) => {
        const kubectl = await asked(readContexts(run, { kubeconfig }));
        if (kubectl === 'missing' || 'problem' in kubectl) return; // Whoever needs kubectl says so.
        const others = kubectl.answer.contexts.filter((context) => ownerOf(context) === 'context');
        for (const context of others) board.set(context.name, unanswered(known(context)));
        await Promise.all(others.map(async (context) => board.set(context.name, await lookAt(context, limited))));
      }),
    async find(name, signal) {
      const { contexts } = await readContexts(run, { kubeconfig });
      const context = contexts.find((each) => each.name === name);
      if (context === undefined) throw missingCluster('context', name, contexts);
      const limit = settings.listLimit ?? listLimit;
      return within(
        limit,
        signal,
        (limited) => lookAt(context, limited),
        () => unanswered(known(context)),
      );
    },
    startArgv: () => [],
    start(name) {
      const why = 'Only what made it can start it.';
      return Promise.reject(
        new UserError(`The cluster of context ${name} cannot be started from here`, {
          why,
          exitCode: exitCodes.preflight,
        }),
      );
    },
    async delivery({ context }, signal, registry) {
      if (registry !== undefined && registry !== '') return { by: 'push', push: registry, pull: registry };
      if (await sharesDaemon(settings, context, signal)) return { by: 'shared-daemon' };
      const found = await localRegistry(run, targetOf(context), signal);
      if (found !== undefined) return found;
      throw new UserError(`The nodes of ${context} need a registry to take images from`, {
        why: 'Nothing is known that brings images from this machine to them, and the cluster names no registry of its own.',
        next: ['Answer the question "Registry" with one that you may push to, for example ghcr.io/NAME.'],
        exitCode: exitCodes.preflight,
      });
    },
    ...createDeliveries(settings),
    nodeAddresses: (cluster, signal) => anyNodeAddresses(settings, cluster, signal),
  };
}

/** Desktop programs whose Kubernetes can run on the Docker engine that their user builds with. */
const desktops = /^(?:docker-desktop|docker-for-desktop|orbstack|rancher-desktop|colima(?:-.+)?)$/;

/** A node that runs its pods on Docker; by name alone where nodes may not be seen. With containerd the images are apart. */
async function sharesDaemon(
  { run, kubeconfig }: ProviderSettings,
  context: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (!desktops.test(context)) return false;
  const nodes = await readNodesIfAllowed(run, { program: 'kubectl', context, kubeconfig }, signal);
  return nodes === undefined || nodes.every(({ runtime }) => runtime.startsWith('docker://'));
}
