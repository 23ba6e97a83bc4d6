import { kubectlArgv } from '../../src/tools/kubectl/argv.ts';
import { testArgv, upgradeArgv } from '../../src/tools/helm/argv.ts';
import { createDocker } from '../../src/tools/docker/create-docker.ts';
import { buildPlan, type PlanRequest } from '../../src/plan/build.ts';
import type { Plan, PlanTarget } from '../../src/plan/plan.ts';
import type { DescribeContext } from '../../src/plan/step-plan.ts';
import type { Answers } from '../../src/questions/question.ts';
import { questionsOf } from '../../src/questions/recipe-questions.ts';
import { resolveAnswers } from '../../src/questions/resolve.ts';
import { parseRecipe } from '../../src/recipe/parse.ts';
import type { Recipe } from '../../src/recipe/recipe.ts';
import { Vault } from '../../src/secrets/vault.ts';
import { stepPlans } from '../../src/steps/plans.ts';

/** A profile of Minikube on this machine. */
export const localTarget: PlanTarget = {
  provider: 'minikube',
  name: 'minikube',
  context: 'minikube',
  isLocal: true,
  state: 'running',
  delivery: { by: 'load', program: 'minikube', cluster: 'minikube' },
  architecture: 'amd64',
};

/** A cluster in a cloud, to which images go through a registry. */
export const cloudTarget: PlanTarget = {
  provider: 'context',
  name: 'production',
  context: 'production',
  isLocal: false,
  state: 'running',
  delivery: { by: 'push', push: 'registry.example.com', pull: 'registry.example.com' },
  architecture: 'amd64',
};

/** Given where a test asks for a secret: the plan must not hold it. */
export const plantedSecret = 'planted-secret-7f3a';

export interface PlanOf {
  environment?: string;
  target?: PlanTarget;
  /** Answers given beforehand, by question id; everything else takes its default, as with `--yes`. */
  given?: Record<string, string>;
  /** Ids of secret questions that are answered with `plantedSecret`, or with this text. */
  secrets?: Record<string, string>;
}

export const recipeOf = (text: string, file = '/recipes/example/recipe.yaml'): Recipe =>
  parseRecipe(text, file, stepPlans);

/** The answers that a run without anybody to ask would take. */
export async function answersOf(
  recipe: Recipe,
  { environment, target = localTarget, given = {}, secrets = {} }: PlanOf,
) {
  const all: Record<string, string> = { ...given, ...secrets };
  const first = Object.keys(recipe.environments)[0] ?? 'local';
  const resolved = await resolveAnswers({
    questions: questionsOf(recipe, stepPlans),
    given: (id) => {
      const text = id === 'environment' ? (environment ?? first) : all[id];
      return text === undefined ? undefined : { text, by: 'the test' };
    },
    before: {},
    kept: new Set(),
    scope: {
      environment: environment ?? first,
      target: {
        provider: target.provider,
        name: target.name,
        context: target.context,
        isLocal: target.isLocal,
        architecture: target.architecture,
      },
    },
    live: async () => [],
    suggest: (_question, fallback) => fallback,
    prompter: undefined,
    vault: new Vault(),
  });
  if (resolved.outcome !== 'answered') throw new Error('nobody was there to stop');
  return resolved.answers;
}

/** The request that `buildPlan` gets for these answers; tools only write their argument vectors. */
export function planRequest(
  recipe: Recipe,
  answers: Answers,
  { environment, target = localTarget }: PlanOf = {},
): PlanRequest {
  const images = Object.keys((recipe.sections['images'] ?? {}) as object);
  return {
    recipe,
    answers,
    environment: environment ?? Object.keys(recipe.environments)[0] ?? 'local',
    namespace: typeof answers['namespace'] === 'string' ? answers['namespace'] : recipe.name,
    target,
    imageTags: Object.fromEntries(images.map((id, index) => [id, `5eed${index}`])),
    dockerfiles: {},
    platforms: {},
    source: '/source',
    describe: describeContext(recipe, target),
    stepPlans,
  };
}

export async function planOf(recipe: Recipe, wanted: PlanOf = {}): Promise<Plan> {
  return buildPlan(planRequest(recipe, await answersOf(recipe, wanted), wanted));
}

/** `id <- needs`, one line a step: what waits for what. */
export function orderLines({ steps, leftOut }: Plan): string[] {
  return [
    ...steps.map(({ id, needs }) => (needs.length === 0 ? id : `${id} <- ${needs.join(' ')}`)),
    ...leftOut.map(({ id }) => `(left out) ${id}`),
  ];
}

function describeContext(recipe: Recipe, target: PlanTarget): DescribeContext {
  const helm = { program: 'helm', context: target.context, kubeconfig: undefined, major: 4 as const };
  const docker = createDocker({
    run: () => {
      throw new Error('a plan runs no program');
    },
  });
  return {
    target,
    folder: recipe.folder,
    source: '/source',
    kubectl: {
      argv: (...args) => kubectlArgv({ program: 'kubectl', context: target.context, kubeconfig: undefined }, args),
    },
    helm: {
      upgradeArgv: (request) => upgradeArgv(helm, request),
      testArgv: (name, namespace) => testArgv(helm, name, namespace),
    },
    docker,
    provider: {
      startArgv: (name) => [['minikube', 'start', '--profile', name]],
      deliverArgv: (delivery, tag) =>
        delivery.by === 'load' ? [['minikube', '--profile', delivery.cluster, 'image', 'load', tag]] : [],
    },
  };
}
