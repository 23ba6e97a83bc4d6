import { exitCodes } from '../errors/exit-codes.ts';
import { Bug, UserError } from '../errors/errors.ts';
import { listClusters } from '../providers/index.ts';
import type { FoundCluster, Provider } from '../providers/provider.ts';
import type { RecipeChoice } from '../ui/frontend.ts';
import type { Program } from './program.ts';

/** Forms of `--target` by provider; the others of the design come with their providers. */
const forms: Record<string, FoundCluster['provider']> = {
  minikube: 'minikube',
  kind: 'kind',
  k3d: 'k3d',
  context: 'context',
  rehearsal: 'rehearsal',
};
const later = ['doks', 'gke', 'aks', 'eks', 'vke', 'rancher'];

/** The cluster that was named, or that the person chooses; `back`: to the recipe; undefined: they left. */
export async function chooseTarget(
  program: Program,
  recipe: RecipeChoice,
  canGoBack: boolean,
): Promise<FoundCluster | 'back' | undefined>;
export async function chooseTarget(program: Program, recipe: RecipeChoice): Promise<FoundCluster | undefined>;
export async function chooseTarget(
  program: Program,
  recipe: RecipeChoice,
  canGoBack = false,
): Promise<FoundCluster | 'back' | undefined> {
  const { invocation, frontend, providers, stop } = program;
  if (invocation.rehearse && (invocation.target ?? 'rehearsal') !== 'rehearsal')
    throw new UserError(`Which cluster: the rehearsal or ${invocation.target}?`, {
      next: ['--rehearse without --target runs on the built-in cluster.'],
    });
  const named = invocation.rehearse ? 'rehearsal' : invocation.target;
  if (named !== undefined) return findTarget(named, providers, stop);
  const found = listClusters(providers, stop).then((clusters) => clusters.sort((a, b) => rank(a) - rank(b)));
  if (!frontend.isInteractive || invocation.yes) {
    const clusters = await found;
    throw new UserError('Which cluster?', {
      next: [
        clusters.length === 0
          ? 'No cluster was found. Start one: minikube start'
          : `--target with one of: ${clusters.map(targetWord).join(', ')}`,
      ],
      exitCode: exitCodes.answerMissing,
    });
  }
  return frontend.chooseCluster({ found, recipe, canGoBack });
}

/** What is at hand and can be thrown away comes first; Enter alone must never choose a cluster that others rely on. */
function rank(cluster: FoundCluster): number {
  if (cluster.problem !== undefined) return 5;
  // What only plays comes after everything real.
  if (cluster.provider === 'rehearsal') return 4;
  if (!isLocal(cluster)) return 3;
  return { running: 0, stopped: 1, absent: 2 }[cluster.state];
}

/** On this machine: its kind says so, or its API server answers on loopback or under a name of this host. */
export function isLocal({ provider, server }: Pick<FoundCluster, 'provider' | 'server'>): boolean {
  if (provider !== 'context') return true;
  const host = server === undefined || !URL.canParse(server) ? '' : new URL(server).hostname;
  return ['localhost', '[::1]'].includes(host) || host.startsWith('127.') || host.endsWith('.internal');
}

export async function findTarget(
  text: string,
  providers: readonly Provider[],
  signal: AbortSignal,
): Promise<FoundCluster> {
  const [form = '', ...rest] = text.split(':');
  const name = rest.join(':');
  if (later.includes(form))
    throw new UserError(`--target ${form} is not supported yet`, {
      next: ['--target minikube, kind:NAME, k3d:NAME, context:NAME or rehearsal'],
    });
  const kind = forms[form];
  if (kind === undefined)
    throw new UserError(`--target ${text} is no form of a target`, {
      next: ['minikube, minikube:PROFILE, kind:NAME, k3d:NAME, context:NAME or rehearsal'],
    });
  if (name === '' && kind !== 'minikube' && kind !== 'rehearsal')
    throw new UserError(`--target ${form} needs a name`, { next: [`--target ${form}:NAME`] });
  const found = await providerOf(kind, providers).find(name === '' ? kind : name, signal);
  if (found.problem !== undefined) {
    throw new UserError(`The cluster ${found.name} cannot be used`, {
      why: found.problem,
      next: [`kubectl --context ${found.context} version`],
      exitCode: exitCodes.preflight,
    });
  }
  return found;
}

export function providerOf(kind: FoundCluster['provider'], providers: readonly Provider[]): Provider {
  const provider = providers.find((candidate) => candidate.kind === kind);
  if (provider === undefined) throw new Bug(`no provider ${kind}`);
  return provider;
}

/** The form in which `--target` takes a cluster. */
export function targetWord({ provider, name }: Pick<FoundCluster, 'provider' | 'name'>): string {
  return (provider === 'minikube' || provider === 'rehearsal') && name === provider ? provider : `${provider}:${name}`;
}
