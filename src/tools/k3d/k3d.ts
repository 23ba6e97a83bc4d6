import { capture, jsonOf } from '../capture.ts';
import { engineProblems } from '../docker/problems.ts';
import { imagesOfNode } from '../kind/kind.ts';
import { explained, type KnownProblem } from '../problem.ts';
import type { CommandOptions, RunCommand } from '../shell/run.ts';

export interface K3dCluster {
  name: string;
  servers: { running: number; count: number };
  agents: { running: number; count: number };
  /** Containers that run pods: servers and agents. */
  nodes: string[];
}

/** The person's k3d (k3d.io): k3s in containers of Docker. */
export interface K3d {
  clusters(options?: CommandOptions): Promise<K3dCluster[]>;
  createArgv(cluster: string): string[];
  startArgv(cluster: string): string[];
  /** Runs a vector of `createArgv` or `startArgv`. */
  bringUp(
    argv: readonly string[],
    options: CommandOptions & { onProgress: (progress: { message: string }) => void },
  ): Promise<void>;
  importArgv(cluster: string, tag: string): string[];
  /** Images that a node holds, by name and tag. */
  images(node: string, options?: CommandOptions): Promise<string[]>;
}

const k3dProblems: readonly KnownProblem[] = [
  ...engineProblems,
  {
    code: 'k3d-cluster-exists',
    says: /Failed to create cluster '([^']+)' because a cluster with that name already exists/,
    means: ([, cluster]) => `There is a k3d cluster ${cluster} already`,
    next: ['List them: k3d cluster list'],
  },
  {
    code: 'k3d-failed',
    says: /^FATA\[[^\]]+\] ([^\n]+)/m,
    means: ([, reason]) => `k3d failed: ${reason}`,
    next: ['Known faults: https://k3d.io/stable/faq/faq/'],
  },
];

/** Seconds for a command that only looks. */
const readTimeout = 30;

/** k3d's own lines, by logrus as on a terminal: `INFO[0003] Creating node 'k3d-dev-server-0'`. */
function parseInfo(line: string): string | undefined {
  return /^INFO\[[^\]]+\] (.+?)\s*$/.exec(line)?.[1];
}

interface RawCluster {
  name: string;
  serversRunning: number;
  serversCount: number;
  agentsRunning: number;
  agentsCount: number;
  nodes?: { name: string; role: string }[] | null;
}

/** `k3d cluster list -o json`. */
export function parseClusters(answer: unknown): K3dCluster[] {
  return ((answer as RawCluster[] | null) ?? []).map((cluster) => ({
    name: cluster.name,
    servers: { running: cluster.serversRunning, count: cluster.serversCount },
    agents: { running: cluster.agentsRunning, count: cluster.agentsCount },
    nodes: (cluster.nodes ?? []).filter(({ role }) => role === 'server' || role === 'agent').map(({ name }) => name),
  }));
}

export function createK3d({
  run,
  program = 'k3d',
  docker = 'docker',
}: {
  run: RunCommand;
  program?: string;
  docker?: string;
}): K3d {
  return {
    async clusters(options = {}) {
      // The environment of the nodes, token of the cluster included, is part of the answer.
      const argv = [program, 'cluster', 'list', '-o', 'json'];
      return parseClusters(
        jsonOf(await explained(capture(run, argv, { timeout: readTimeout, ...options }), k3dProblems)),
      );
    },
    // The current context of kubectl is the person's.
    createArgv: (cluster) => [program, 'cluster', 'create', cluster, '--wait', '--kubeconfig-switch-context=false'],
    startArgv: (cluster) => [program, 'cluster', 'start', cluster, '--wait'],
    async bringUp(argv, { onProgress, ...options }) {
      const onLine: CommandOptions['onLine'] = (line, stream) => {
        const message = parseInfo(line);
        if (message !== undefined) onProgress({ message });
        options.onLine?.(line, stream);
      };
      await explained(run(argv, { ...options, onLine, env: { LOG_COLORS: '1', ...options.env } }), k3dProblems);
    },
    importArgv: (cluster, tag) => [program, 'image', 'import', tag, '--cluster', cluster],
    images: (node, options) => imagesOfNode(run, docker, node, { timeout: readTimeout, ...options }),
  };
}
