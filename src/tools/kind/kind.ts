import { capture, jsonOf } from '../capture.ts';
import { engineProblems } from '../docker/problems.ts';
import { explained, type KnownProblem } from '../problem.ts';
import type { CommandOptions, RunCommand } from '../shell/run.ts';

/** The person's kind (kind.sigs.k8s.io). Its nodes are containers of Docker. */
export interface Kind {
  clusters(options?: CommandOptions): Promise<string[]>;
  /** Containers of a cluster, and whether each runs. */
  nodes(cluster: string, options?: CommandOptions): Promise<{ name: string; isRunning: boolean }[]>;
  createArgv(cluster: string): string[];
  create(
    argv: readonly string[],
    options: CommandOptions & { onProgress: (progress: { message: string; done: number; total: number }) => void },
  ): Promise<void>;
  loadArgv(cluster: string, tag: string): string[];
  /** Images that a node holds, by name and tag. */
  images(node: string, options?: CommandOptions): Promise<string[]>;
}

const kindProblems: readonly KnownProblem[] = [
  ...engineProblems,
  {
    code: 'kind-image-unavailable',
    says: /failed to pull image "([^"@]+)[^"]*"/,
    means: ([, image]) => `The node image ${image} of kind cannot be fetched`,
    next: ['Check the network and the proxy of the Docker engine, then try again.'],
    isTransient: true,
  },
  {
    code: 'kind-cluster-missing',
    says: /no nodes found for cluster "([^"]+)"/,
    means: ([, cluster]) => `There is no kind cluster ${cluster}`,
    next: ['List them: kind get clusters'],
  },
  {
    code: 'kind-cluster-exists',
    says: /node\(s\) already exist for a cluster with the name "([^"]+)"/,
    means: ([, cluster]) => `There is a kind cluster ${cluster} already`,
    next: ['List them: kind get clusters'],
  },
  {
    code: 'image-missing',
    says: /image: "([^"]+)" not present locally/,
    means: ([, image]) => `There is no image ${image} on this machine`,
    next: ['Build it first.'],
  },
  {
    code: 'kind-node-stopped',
    says: /Container \S+ is not running/,
    means: 'A node of the kind cluster does not run',
    next: ['Start its containers: docker start CLUSTER-control-plane'],
  },
  {
    code: 'kind-failed',
    says: /^ERROR: ([^\n]+)/m,
    means: ([, reason]) => `kind failed: ${reason}`,
    next: ['Known faults: https://kind.sigs.k8s.io/docs/user/known-issues/'],
  },
];

/** Seconds for a command that only looks. */
const readTimeout = 30;
/** Phases of a cluster of one node that is waited for: image, node, configuration, control plane, CNI, StorageClass, readiness. */
const phases = 7;

/** kind's own lines on stderr, without a terminal: " • Preparing nodes 📦  ...", " ✓ Preparing nodes 📦". */
export function parsePhase(line: string): { message: string; isDone: boolean } | undefined {
  const match = /^ ([•✓]) (.+?)(?:\s+\.\.\.)?$/u.exec(line);
  if (match === null) return undefined;
  const message = (match[2] ?? '').replace(/[\p{Extended_Pictographic}\ufe0f]/gu, '').trim();
  return { message, isDone: match[1] === '✓' };
}

export function createKind({
  run,
  program = 'kind',
  docker = 'docker',
}: {
  run: RunCommand;
  program?: string;
  docker?: string;
}): Kind {
  const read = (argv: string[], options: CommandOptions = {}) =>
    explained(run(argv, { timeout: readTimeout, ...options }), kindProblems);
  return {
    // "No kind clusters found." is on stderr.
    clusters: async (options) => linesOf((await read([program, 'get', 'clusters'], options)).stdout),
    async nodes(cluster, options) {
      const filter = `label=io.x-k8s.kind.cluster=${cluster}`;
      const { stdout } = await read(
        [docker, 'ps', '--all', '--filter', filter, '--format', '{{.Names}}\t{{.State}}'],
        options,
      );
      return linesOf(stdout).map((line) => {
        const [name = '', state] = line.split('\t');
        return { name, isRunning: state === 'running' };
      });
    },
    createArgv: (cluster) => [program, 'create', 'cluster', '--name', cluster, '--wait', '120s'],
    async create(argv, { onProgress, ...options }) {
      let done = 0;
      const onLine: CommandOptions['onLine'] = (line, stream) => {
        const phase = parsePhase(line);
        if (phase?.isDone === true) done = Math.min(done + 1, phases);
        if (phase !== undefined) onProgress({ message: phase.message, done, total: phases });
        options.onLine?.(line, stream);
      };
      await explained(run(argv, { ...options, onLine }), kindProblems);
    },
    loadArgv: (cluster, tag) => [program, 'load', 'docker-image', tag, '--name', cluster],
    images: (node, options) => imagesOfNode(run, docker, node, { timeout: readTimeout, ...options }),
  };
}

/** Images of a node that is a container, by crictl inside of it; k3d has it too. */
export async function imagesOfNode(
  run: RunCommand,
  docker: string,
  node: string,
  options: CommandOptions,
): Promise<string[]> {
  const argv = [docker, 'exec', node, 'crictl', 'images', '-o', 'json'];
  const answer = jsonOf(await explained(capture(run, argv, options), kindProblems));
  const { images } = answer as { images?: { repoTags?: string[] | null }[] | null };
  return (images ?? []).flatMap(({ repoTags }) => repoTags ?? []);
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
