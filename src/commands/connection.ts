import { homedir } from 'node:os';
import { gatherClusterFacts, type ClusterFacts } from '../facts/cluster-facts.ts';
import { createClusterReader } from '../kubernetes/watch/reader.ts';
import type { ClusterReader } from '../kubernetes/watch/cluster-reader.ts';
import { UserError } from '../errors/errors.ts';
import type { PlanTarget } from '../plan/plan.ts';
import type { FoundCluster, Provider } from '../providers/provider.ts';
import { createDocker } from '../tools/docker/create-docker.ts';
import type { Docker } from '../tools/docker/docker.ts';
import { createHelm } from '../tools/helm/create-helm.ts';
import type { Helm } from '../tools/helm/helm.ts';
import { createKubectl, type BoundKubectl } from '../tools/kubectl/create-kubectl.ts';
import { kubeconfigFiles } from '../tools/kubectl/kubeconfig-files.ts';
import type { Program } from './program.ts';
import { isLocal, providerOf } from './targets.ts';

/** Tools bound to one cluster, and what was read from it. */
export interface Connection {
  cluster: FoundCluster;
  target: Omit<PlanTarget, 'delivery'>;
  provider: Provider;
  kubectl: BoundKubectl;
  helm: Helm;
  docker: Docker;
  reader: ClusterReader;
  /** undefined while the cluster is stopped. */
  facts: ClusterFacts | undefined;
  close(): Promise<void>;
}

/** A connection for what brings images to the nodes. */
export interface DeployConnection extends Connection {
  target: PlanTarget;
}

/** As `connect`; a `UserError` says when there is no way for images to the nodes. */
export async function connectToDeploy(cluster: FoundCluster, program: Program): Promise<DeployConnection> {
  const { kill, invocation, providers } = program;
  const asked = providerOf(cluster.provider, providers).delivery(cluster, kill, invocation.registry);
  asked.catch(() => undefined); // Awaited below, after what says more.
  const connection = await connect(cluster, program);
  try {
    return { ...connection, target: { ...connection.target, delivery: await asked } };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** Binds the tools to a cluster; reads it, side by side with the versions of the programs, when it runs. */
export async function connect(cluster: FoundCluster, program: Program): Promise<Connection> {
  const { run, environment, runtime, kill, providers } = program;
  requireRehearsal(cluster, program);
  const provider = providerOf(cluster.provider, providers);
  const { context } = cluster;
  const kubectl = createKubectl({ run, context, kubeconfigFiles: kubeconfigFiles(environment, homedir()) });
  const reader = createClusterReader({
    run,
    context,
    kubectl: 'kubectl',
    directory: runtime,
    signal: kill,
    ...program.rehearsal?.reading,
  });
  try {
    const [, helm, facts] = await Promise.all([
      kubectl.version(),
      createHelm({ run, context, proveTarget: () => kubectl.proveTarget() }),
      cluster.state === 'running' ? gatherClusterFacts(reader) : undefined,
    ]);
    const target: Connection['target'] = {
      provider: cluster.provider,
      name: cluster.name,
      context,
      ...(cluster.server === undefined ? {} : { server: cluster.server }),
      ...(facts === undefined || facts.uid === '' ? {} : { clusterUid: facts.uid }),
      isLocal: isLocal(cluster),
      state: cluster.state,
      architecture: facts?.architectures[0] ?? hostArchitecture(process.arch),
    };
    return {
      cluster,
      target,
      provider,
      kubectl,
      helm,
      docker: program.rehearsal?.docker ?? createDocker({ run }),
      reader,
      facts,
      close: () => reader.close(),
    };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** Only the run that started the built-in cluster can use it: it ends with that run. */
function requireRehearsal({ provider }: FoundCluster, { rehearsal }: Program): void {
  if (provider !== 'rehearsal' || rehearsal !== undefined) return;
  throw new UserError('A rehearsal leaves nothing behind that could be looked at or removed', {
    why: 'Its cluster ends with the run that it was started for.',
    next: ['deploy-wizard up --rehearse'],
  });
}

/** Node's word for this machine's architecture, as images name it. */
function hostArchitecture(arch: string): string {
  return { x64: 'amd64', arm64: 'arm64' }[arch] ?? arch;
}
