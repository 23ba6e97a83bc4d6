import { ToolError, UserError } from '../errors/errors.ts';
import type { PlanTarget } from '../plan/plan.ts';
import { readContexts, type KubeContext } from '../tools/kubectl/contexts.ts';
import { asked, listWithin, unanswered, type Board } from './board.ts';
import { describeCluster } from './nodes.ts';
import type { FoundCluster, Provider } from './provider.ts';
import type { ProviderSettings } from './settings.ts';

/** A program that makes clusters on this machine: what is particular to it. */
export interface LocalClusters<Cluster extends { name: string }> {
  kind: Exclude<PlanTarget['provider'], 'context'>;
  /** `kind cluster`, for messages. */
  what: string;
  /** The name that the program gives when none is told. */
  defaultName: string;
  contextOf: (name: string) => string;
  clusters: (signal: AbortSignal) => Promise<Cluster[]>;
  /** Why the cluster does not run, or undefined when it does. */
  stopped: (cluster: Cluster, signal: AbortSignal) => Promise<{ detail: string } | undefined>;
  /** The command that writes its context into the kubeconfig. */
  mend: (name: string) => string;
}

/** Listing and finding, the same for all programs that make clusters on this machine. */
export function createLocalLists<Cluster extends { name: string }>(
  settings: ProviderSettings,
  local: LocalClusters<Cluster>,
): Pick<Provider, 'list' | 'find'> {
  const { kind, what, defaultName, contextOf } = local;
  const absent: FoundCluster = {
    provider: kind,
    name: defaultName,
    context: contextOf(defaultName),
    state: 'absent',
    detail: `a new ${what} on this machine`,
  };

  const look = async (board: Board, signal: AbortSignal): Promise<void> => {
    const clusters = await asked(local.clusters(signal));
    if (clusters === 'missing') return;
    if ('problem' in clusters || clusters.answer.length === 0) {
      board.set(defaultName, 'problem' in clusters ? { ...absent, problem: clusters.problem } : absent);
      return;
    }
    for (const { name } of clusters.answer) {
      board.set(name, unanswered({ provider: kind, name, context: contextOf(name), state: 'running' }));
    }
    const contexts = await contextsIfAny(settings);
    await Promise.all(
      clusters.answer.map(async (cluster) => {
        const context = contexts.find(({ name }) => name === contextOf(cluster.name));
        board.set(cluster.name, await lookAt(settings, local, cluster, context, signal));
      }),
    );
  };

  const list: Provider['list'] = (signal) => listWithin(settings.listLimit, signal, look);
  return {
    list,
    async find(name, signal) {
      const clusters = await list(signal);
      const found = clusters.find((cluster) => cluster.name === name);
      if (found !== undefined) return found;
      if (name === defaultName && clusters.length > 0) return absent;
      throw missingCluster(what, name, clusters);
    },
  };
}

async function lookAt<Cluster extends { name: string }>(
  { run, kubeconfig }: ProviderSettings,
  { kind, contextOf, stopped, mend }: LocalClusters<Cluster>,
  cluster: Cluster,
  context: KubeContext | undefined,
  signal: AbortSignal,
): Promise<FoundCluster> {
  const { name } = cluster;
  const server = context?.server === undefined ? {} : { server: context.server };
  const found = { provider: kind, name, context: contextOf(name), ...server };
  const why = await asked(stopped(cluster, signal));
  if (why === 'missing' || 'problem' in why) {
    const problem = why === 'missing' ? 'Docker is not installed' : why.problem;
    return { ...found, state: 'stopped', detail: problem, problem };
  }
  if (why.answer !== undefined) return { ...found, state: 'stopped', ...why.answer };
  if (context === undefined) {
    const problem = `the kubeconfig does not lead to it; mend it: ${mend(name)}`;
    return { ...found, state: 'running', detail: problem, problem };
  }
  const target = { program: 'kubectl', context: context.name, kubeconfig };
  return { ...found, state: 'running', ...(await describeCluster(run, target, signal)) };
}

/** The contexts of the kubeconfig; none without kubectl. A kubeconfig that cannot be read is a `UserError`. */
export async function contextsIfAny({ run, kubeconfig }: ProviderSettings): Promise<KubeContext[]> {
  try {
    return (await readContexts(run, { kubeconfig })).contexts;
  } catch (error) {
    if (error instanceof ToolError && error.code === 'tool-missing') return [];
    throw error;
  }
}

/** `UserError` (exit 2) that names what there is instead. */
export function missingCluster(what: string, name: string, found: readonly { name: string }[]): UserError {
  const names = found.map((cluster) => cluster.name).join(', ');
  return new UserError(`There is no ${what} ${name}`, {
    next: [names === '' ? 'There is none at all.' : `There are: ${names}`],
  });
}
