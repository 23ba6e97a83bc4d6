import { createHash } from 'node:crypto';
import { Bug, UserError } from '../errors/errors.ts';
import { ExpressionError, parseExpression } from '../recipe/expression.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Answers } from '../questions/question.ts';
import { isSecretRef } from '../secrets/secret.ts';
import { criticalPath } from './critical-path.ts';
import { fillIn, originsOf, pathsIn } from './fill-in.ts';
import { clusterId, orderSteps, providersOf, stepBehind } from './graph.ts';
import type { JsonObject, LeftOutStep, Plan, PlanStep, PlanTarget } from './plan.ts';
import type { AnyStepPlan, DescribeContext, ExpandContext, StepDraft } from './step-plan.ts';

export interface PlanRequest {
  recipe: Recipe;
  answers: Answers;
  environment: string;
  namespace: string;
  target: PlanTarget;
  /** Content hashes of build contexts by image id. */
  imageTags: Record<string, string>;
  /** Dockerfile of the person's own code by image id, where it has one. */
  dockerfiles: Record<string, string>;
  /** Seconds for each rollout in place of the recipe's. */
  rolloutTimeout?: number;
  /** Platform to build for by image id, where it is not the engine's own. */
  platforms: Record<string, string>;
  /** Absolute folder of the application's code. */
  source: string;
  describe: DescribeContext;
  stepPlans: readonly AnyStepPlan[];
}

/**
 * The plan: a pure function of its request. Expressions over what is known are filled in; those over what only the run
 * can find out (addresses) stay, and make the step wait for the one that finds it.
 */
export function buildPlan(request: PlanRequest): Plan {
  const { recipe, environment, namespace, target, stepPlans } = request;
  const expand = expandContext(request);
  const scope = knownScope(request, expand);
  const drafts = expandAll(request, expand);
  const { kept, leftOut } = applyConditions(drafts, scope, recipe);
  const byPath = providersOf(kept);
  const gone = providersOf(drafts.filter(({ id }) => !kept.some((draft) => draft.id === id)));

  const steps = kept.map((draft): PlanStep => {
    const kind = stepPlans.find((plan) => plan.kind === draft.kind);
    if (kind === undefined) throw new Bug(`no step kind ${draft.kind}`);
    const paths = pathsIn(draft.params);
    const filled = located(recipe, draft, () => fillIn(draft.params, scope)) as JsonObject;
    const left = new Set(pathsIn(filled).map((path) => path.join('.')));
    for (const path of paths) {
      const missing = stepBehind(path, gone);
      if (!left.has(path.join('.')) || path[0] === 'captured' || stepBehind(path, byPath) !== undefined) continue;
      if (missing === undefined) {
        throw new UserError(`${draft.id} refers to ${path.join('.')}, and nothing in the recipe makes it`, {
          place: recipe.place(draft.at),
        });
      } else {
        throw new UserError(`${draft.id} needs ${path.join('.')}, but ${missing} is left out by these answers`, {
          place: recipe.place(draft.at),
        });
      }
    }
    const parsed = kind.params.safeParse({ ...filled, ...imageOverrides(draft, request) });
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new UserError(`${draft.at.join('.')}.${issue?.path.join('.')}: ${issue?.message}`, {
        place: recipe.place([...draft.at, ...(issue?.path.map(String) ?? [])]),
      });
    }
    const params = parsed.data as JsonObject;
    const described = kind.describe(params, request.describe);
    const needs = new Set(draft.needs?.filter((need) => kept.some(({ id }) => id === need)));
    for (const path of paths) {
      const step = stepBehind(path, byPath);
      if (step !== undefined && step !== draft.id) needs.add(step);
    }
    for (const step of implicitNeeds(draft, params, kept, scope)) needs.add(step);
    return {
      id: draft.id,
      kind: draft.kind,
      ...described,
      params,
      needs: [...needs].sort(),
      origins: originsOf(draft.params),
      inputHash: hashOf({ kind: draft.kind, params }),
      timeout: (draft.kind === 'rollout' ? request.rolloutTimeout : undefined) ?? draft.timeout ?? kind.timeout,
    };
  });

  const ordered = orderSteps(steps, (id) => recipe.place(kept.find((draft) => draft.id === id)?.at ?? []));
  return {
    version: 1,
    recipe: { name: recipe.name, title: recipe.title, digest: recipe.digest },
    environment,
    namespace,
    target,
    steps: ordered,
    leftOut,
    criticalPath: criticalPath(ordered, recipe.expect.steps),
    endpoints: endpointsOf(ordered),
  };
}

/** What this machine and the person's code add to an image. */
function imageOverrides(
  { kind, at }: StepDraft,
  { platforms, dockerfiles }: PlanRequest,
): { platform?: string; dockerfile?: string } {
  if (kind !== 'image') return {};
  const id = String(at[1]);
  const [platform, dockerfile] = [platforms[id], dockerfiles[id]];
  return { ...(platform === undefined ? {} : { platform }), ...(dockerfile === undefined ? {} : { dockerfile }) };
}

function expandContext({ recipe, environment, target, imageTags, source }: PlanRequest): ExpandContext {
  const chosen = recipe.environments[environment];
  if (chosen === undefined) {
    throw new UserError(`The recipe ${recipe.name} has no environment ${environment}`, {
      next: [`It has: ${Object.keys(recipe.environments).join(', ')}.`],
    });
  }
  return {
    recipe: { name: recipe.name, folder: recipe.folder },
    environment: { name: environment, values: chosen.values },
    target,
    namespace: '${target.namespace}',
    imageTags,
    source,
  };
}

/** Everything that expressions may read while planning. Sections add to it in order, each seeing those before it. */
export function knownScope(
  request: Pick<PlanRequest, 'recipe' | 'answers' | 'environment' | 'namespace' | 'target' | 'stepPlans'>,
  expand: ExpandContext,
): JsonObject {
  const scope: JsonObject = {
    // A secret answer is no value for expressions: its reference must not be written anywhere either.
    answers: Object.fromEntries(
      Object.entries(request.answers).flatMap(([id, value]) => (isSecretRef(value) ? [] : [[id, value]])),
    ),
    environment: request.environment,
    recipe: { name: request.recipe.name },
    target: {
      namespace: request.namespace,
      provider: request.target.provider,
      name: request.target.name,
      context: request.target.context,
      isLocal: request.target.isLocal,
      architecture: request.target.architecture,
    },
  };
  for (const { key, known } of request.stepPlans) {
    const section = key === undefined ? undefined : request.recipe.sections[key];
    if (section !== undefined && known !== undefined) Object.assign(scope, fillIn(known(section, expand), scope));
  }
  if (scope['namespaces'] === undefined) scope['namespaces'] = { app: request.namespace };
  return scope;
}

function expandAll({ recipe, stepPlans, target }: PlanRequest, expand: ExpandContext): StepDraft[] {
  const cluster: StepDraft = {
    id: clusterId,
    kind: 'cluster',
    params: { name: target.name, provider: target.provider, isStarted: target.state === 'running' },
    at: [],
  };
  const drafts = [
    cluster,
    ...stepPlans.flatMap(({ key, expand: expandSection }) => {
      const section = key === undefined ? undefined : recipe.sections[key];
      return section === undefined || expandSection === undefined ? [] : expandSection(section, expand);
    }),
  ];
  if (recipe.sections['namespaces'] === undefined) {
    drafts.splice(1, 0, {
      id: 'namespace.app',
      kind: 'namespace',
      params: { name: '${target.namespace}', labels: {} },
      provides: ['namespaces.app'],
      at: [],
    });
  }
  const ids = new Set(drafts.map(({ id }) => id));
  for (const { at, needs = [] } of drafts) {
    for (const need of needs) {
      if (!ids.has(need))
        throw new UserError(`${at.join('.')} waits for ${need}, which is no step of this recipe`, {
          place: recipe.place([...at, 'needs']),
          next: [`Its steps are: ${[...ids].join(', ')}.`],
        });
    }
  }
  return drafts;
}

function applyConditions(
  drafts: StepDraft[],
  scope: JsonObject,
  recipe: Recipe,
): { kept: StepDraft[]; leftOut: LeftOutStep[] } {
  const kept: StepDraft[] = [];
  const leftOut: LeftOutStep[] = [];
  for (const draft of drafts) {
    const { when } = draft;
    const isWanted =
      when === undefined ||
      located(recipe, { ...draft, at: [...draft.at, 'when'] }, () => parseExpression(when).evaluate(scope)) === true;
    if (isWanted) kept.push(draft);
    else leftOut.push({ id: draft.id, when: when ?? '' });
  }
  return { kept, leftOut };
}

/**
 * What follows from the kinds themselves: all but images wait for the cluster (an image waits for it only when it is
 * delivered), objects wait for their namespace, a rollout's checks for nothing else.
 */
function implicitNeeds(draft: StepDraft, params: JsonObject, kept: StepDraft[], scope: JsonObject): string[] {
  if (draft.kind === 'cluster' || draft.kind === 'image') return [];
  if (draft.kind === 'namespace') return [clusterId];
  const wanted = params['namespace'];
  const namespaces = kept.filter(
    ({ kind, params: { name } }) => kind === 'namespace' && fillIn(name, scope) === wanted,
  );
  return namespaces.length > 0 ? namespaces.map(({ id }) => id) : [clusterId];
}

/** Runs an evaluation; a failing expression becomes an error at the draft's place in the recipe. */
function located<T>(recipe: Recipe, draft: StepDraft, evaluate: () => T): T {
  try {
    return evaluate();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new UserError(`${draft.at.join('.')}: ${error.message}`, {
      place: recipe.place(draft.at),
      next: ['Correct the expression, or declare what it names.'],
    });
  }
}

export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex');
}

/** JSON with sorted keys, so that the same value has the same bytes. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** What is deployed last leans on the others: it is what a person opens first. */
function endpointsOf(steps: PlanStep[]): Plan['endpoints'] {
  return steps
    .toReversed()
    .flatMap(({ id, kind, params }) =>
      kind === 'rollout' && Array.isArray(params['services'])
        ? (params['services'] as { id: string; name: string; show?: string }[]).flatMap(
            ({ id: service, name, show }) =>
              show === undefined
                ? []
                : [{ name: `${id.slice('rollout.'.length)}.${service}`, title: show, step: id, service: name }],
          )
        : [],
    );
}
