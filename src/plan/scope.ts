import type { AnyStepPlan, ExpandContext, StepDraft } from './step-plan.ts';
import type { Answers } from '../questions/question.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { isSecretRef } from '../secrets/secret.ts';
import { fillTemplates, fillIn, pathsIn } from './fill-in.ts';
import type { JsonObject, JsonValue, PlanTarget } from './plan.ts';

export interface ScopeRequest {
  recipe: Recipe;
  answers: Answers;
  environment: string;
  namespace: string;
  target: PlanTarget;
  stepPlans: readonly AnyStepPlan[];
}

/** What conditions may read: answers, environment, target and the name of the recipe. */
export function conditionScope({ recipe, answers, environment, namespace, target }: ScopeRequest): JsonObject {
  return {
    // A secret answer is no value for expressions: its reference must not be written anywhere either.
    answers: Object.fromEntries(
      Object.entries(answers).flatMap(([id, value]) => (isSecretRef(value) ? [] : [[id, value]])),
    ),
    environment,
    recipe: { name: recipe.name },
    target: {
      namespace,
      provider: target.provider,
      name: target.name,
      context: target.context,
      isLocal: target.isLocal,
      architecture: target.architecture,
    },
  };
}

/**
 * Everything that expressions may read while planning. Sections add to it in order, each seeing those before it. What
 * belongs to a step that is left out is not in it, so that reading it is an error; what a step finds out only in the
 * run (it provides the path, and knows no value or null for it) is not in it either.
 */
export function knownScope(
  request: ScopeRequest,
  expand: ExpandContext,
  drafts: { kept: readonly StepDraft[]; gone: readonly StepDraft[] },
): JsonObject {
  const scope = conditionScope(request);
  const gone = drafts.gone.flatMap(({ provides = [] }) => provides);
  const provided = new Set(drafts.kept.flatMap(({ provides = [] }) => provides));
  const isLeft = (path: readonly string[]) => provided.has(path.join('.'));
  for (const kind of request.stepPlans) {
    const section = kind.key === undefined ? undefined : request.recipe.sections[kind.key];
    const tree = section === undefined ? undefined : kind.known?.(section, expand);
    if (tree === undefined) continue;
    for (const path of gone) without(tree, path.split('.'));
    Object.assign(scope, withoutOpen(fillTemplates(tree, scope, isLeft), provided, []));
  }
  scope['namespaces'] = { app: request.namespace, ...(scope['namespaces'] as JsonObject | undefined) };
  return scope;
}

/** Takes a path out of a tree; a root keeps its name, so that `has(database.host)` can be asked. */
function without(tree: JsonObject, path: string[]): void {
  const [first = '', ...rest] = path;
  const inner = tree[first];
  if (inner === undefined || inner === null || typeof inner !== 'object' || Array.isArray(inner)) return;
  const [second, ...deeper] = rest;
  if (second === undefined) tree[first] = {};
  else if (deeper.length === 0) delete inner[second];
  else without(inner, rest);
}

/** Texts that are open still are for the run to find out, and so is a null that a step provides. */
function withoutOpen(value: JsonValue, provided: ReadonlySet<string>, path: string[]): JsonValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fillIn(value, {}, () => true);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, item]) => {
      const at = [...path, key];
      const isOpen = pathsIn(item).length > 0 && typeof item === 'string';
      return isOpen || (item === null && provided.has(at.join('.'))) ? [] : [[key, withoutOpen(item, provided, at)]];
    }),
  );
}
