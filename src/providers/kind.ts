import { engineProblems } from '../tools/docker/problems.ts';
import { createKind } from '../tools/kind/kind.ts';
import { readContexts } from '../tools/kubectl/contexts.ts';
import { explained } from '../tools/problem.ts';
import { createDeliveries } from './deliveries.ts';
import { createLocalLists } from './local-clusters.ts';
import { containerNodeAddresses } from './node-addresses.ts';
import type { Provider } from './provider.ts';
import type { ProviderSettings } from './settings.ts';
import { untilApiAnswers } from './until-ready.ts';

/** Seconds until a cluster whose containers were started answers. */
const startLimit = 120;

/** kind: clusters whose nodes are containers of Docker; `dev` has the context `kind-dev`. */
export function createKindProvider(settings: ProviderSettings): Provider {
  const { run, kubeconfig } = settings;
  const kind = createKind({ run });
  /** Names of containers, as the last look found them: the command that starts them must name them. */
  const containers = new Map<string, string[]>();

  const lists = createLocalLists(settings, {
    kind: 'kind',
    what: 'kind cluster',
    defaultName: 'kind',
    contextOf: (name) => `kind-${name}`,
    clusters: async (signal) => (await kind.clusters({ signal })).map((name) => ({ name })),
    async stopped({ name }, signal) {
      const nodes = await kind.nodes(name, { signal });
      containers.set(name, nodes.map((node) => node.name).sort());
      return nodes.every(({ isRunning }) => isRunning) ? undefined : { detail: 'stopped' };
    },
    mend: (name) => `kind export kubeconfig --name ${name}`,
  });

  const startArgv: Provider['startArgv'] = (name, state = 'stopped') =>
    state === 'absent'
      ? [kind.createArgv(name)]
      : [['docker', 'start', ...(containers.get(name) ?? [`${name}-control-plane`])]];

  return {
    kind: 'kind',
    ...lists,
    startArgv,
    async start(name, options) {
      const { state } = await lists.find(name, options.signal ?? new AbortController().signal);
      const [argv = []] = startArgv(name, state);
      if (state === 'absent') {
        await keepingCurrentContext(settings, () => kind.create(argv, options));
        return;
      }
      options.onProgress({ message: 'starting its containers' });
      await explained(run(argv, options), engineProblems);
      options.onProgress({ message: 'waiting for the API server' });
      const target = { program: 'kubectl', context: `kind-${name}`, kubeconfig };
      await untilApiAnswers(run, target, options.timeout ?? startLimit, options.signal);
    },
    delivery: ({ name }) => Promise.resolve({ by: 'load', program: 'kind', cluster: name }),
    ...createDeliveries(settings),
    nodeAddresses: (cluster, signal) => containerNodeAddresses(settings, cluster, signal),
  };
}

/** kind makes its context the current one and has no flag against it: the person's is set again. */
async function keepingCurrentContext({ run, kubeconfig }: ProviderSettings, work: () => Promise<void>): Promise<void> {
  const current = async () => (await readContexts(run, { kubeconfig })).current;
  const before = await current();
  try {
    await work();
  } finally {
    if (before !== undefined && before !== (await current())) {
      const place = kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig];
      await run(['kubectl', 'config', 'use-context', before, ...place], { timeout: 10 });
    }
  }
}
