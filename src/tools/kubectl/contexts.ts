import { explained } from '../problem.ts';
import type { RunCommand } from '../shell/run.ts';
import { kubectlProblems } from './problems.ts';

export interface KubeContext {
  name: string;
  cluster: string;
  /** API server URL; absent when the kubeconfig lacks the cluster that the context names. */
  server?: string;
  /** What commands without `-n` use. */
  namespace?: string;
  /** Who wrote the entry, when it says so: `minikube.sigs.k8s.io`. */
  provider?: string;
}

export interface KubeContexts {
  /** Name of the current context; never changed by us. */
  current?: string;
  contexts: KubeContext[];
}

interface Named<T> {
  name: string;
  context?: T;
  cluster?: T;
}
interface Entry {
  cluster?: string;
  namespace?: string;
  server?: string;
  extensions?: { extension?: { provider?: string } }[];
}

/** The contexts of the kubeconfig, by name; none when there is no kubeconfig. Asks no cluster. */
export async function readContexts(
  run: RunCommand,
  { program = 'kubectl', kubeconfig }: { program?: string | undefined; kubeconfig?: string | undefined } = {},
): Promise<KubeContexts> {
  // Not `-o json`: that would bring the environment of exec plugins, secrets included, into the log of commands.
  const template = '-o=jsonpath={.current-context}{"\\n"}{.contexts}{"\\n"}{.clusters}';
  const argv = [program, ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]), 'config', 'view', template];
  const { stdout } = await explained(run(argv, { timeout: 5 }), kubectlProblems);
  return parseContexts(stdout);
}

/** Three lines: current context, `.contexts` and `.clusters` as JSON. */
function parseContexts(output: string): KubeContexts {
  const [current = '', contexts = 'null', clusters = 'null'] = output.split('\n');
  const known = new Map(list(clusters).map(({ name, cluster }) => [name, cluster]));
  return {
    ...(current === '' ? {} : { current }),
    contexts: list(contexts).map(({ name, context = {} }) => {
      const cluster = context.cluster ?? '';
      const server = known.get(cluster)?.server;
      const provider = providerIn(context) ?? providerIn(known.get(cluster));
      return {
        name,
        cluster,
        ...(server === undefined ? {} : { server }),
        ...(context.namespace === undefined ? {} : { namespace: context.namespace }),
        ...(provider === undefined ? {} : { provider }),
      };
    }),
  };
}

function providerIn(entry: Entry | undefined): string | undefined {
  return entry?.extensions?.find(({ extension }) => extension?.provider)?.extension?.provider;
}

function list(json: string): Named<Entry>[] {
  return (JSON.parse(json === '' ? 'null' : json) as Named<Entry>[] | null) ?? [];
}
