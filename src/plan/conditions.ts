import { UserError, type SourcePlace } from '../errors/errors.ts';
import { ExpressionError } from '../recipe/expression.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { fillIn, holds } from './fill-in.ts';
import { stepBehind } from './graph.ts';
import type { JsonObject, LeftOutStep, StepId } from './plan.ts';
import { conditionScope, type ScopeRequest } from './scope.ts';
import type { StepDraft } from './step-plan.ts';

/** Whether one of the recipe's `namespaces` is the one that it is deployed to; else that one is made as `app`. */
export function declaresOwnNamespace(request: ScopeRequest): boolean {
  const declared = (request.recipe.sections['namespaces'] ?? {}) as Record<string, { name: string; when?: string }>;
  if (declared['app'] !== undefined) return true;
  const scope = conditionScope(request);
  return Object.entries(declared).some(
    ([id, { name, when }]) =>
      when === undefined &&
      located(request.recipe, { id: `namespace.${id}`, at: ['namespaces', id] }, new Map(), () =>
        fillIn(name, scope),
      ) === request.namespace,
  );
}

export function applyConditions(
  drafts: StepDraft[],
  scope: JsonObject,
  recipe: Recipe,
): { kept: StepDraft[]; gone: StepDraft[]; leftOut: LeftOutStep[] } {
  const [kept, gone]: [StepDraft[], StepDraft[]] = [[], []];
  for (const draft of drafts) {
    const { id, at, when } = draft;
    const isWanted =
      when === undefined || located(recipe, { id, at: [...at, 'when'] }, new Map(), () => holds(when, scope));
    (isWanted ? kept : gone).push(draft);
  }
  return { kept, gone, leftOut: gone.map(({ id, when }) => ({ id, when: when ?? '' })) };
}

/** Runs an evaluation; a failing expression becomes an error at its place in the recipe. */
export function located<T>(
  recipe: Recipe,
  { id, at }: Pick<StepDraft, 'id' | 'at'>,
  goneByPath: Map<string, StepId>,
  evaluate: () => T,
): T {
  try {
    return evaluate();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const place = recipe.place([...at, ...error.at]);
    for (const path of error.paths) {
      const gone = stepBehind(path, goneByPath);
      if (gone !== undefined) throw leftOutError(id, path, gone, place);
    }
    const unasked = recipe.questions.find(
      (question) =>
        error.paths.some(([root, name]) => root === 'answers' && name === question.id) &&
        error.message.startsWith(`field not found: ${question.id} `),
    );
    if (unasked !== undefined) {
      throw new UserError(`${id} reads answers.${unasked.id}, which is not asked with these answers`, {
        place,
        next: [`Read it only where its question is asked: ${unasked.when ?? 'always'}`],
      });
    }
    throw new UserError(`${[...at, ...error.at].join('.')}: ${error.message}`, {
      place,
      next: ['Correct the expression, or declare what it names.'],
    });
  }
}

/** A step that stays reads what a step makes that the answers leave out. */
export function leftOutError(id: StepId, path: readonly string[], gone: StepId, place: SourcePlace): UserError {
  return new UserError(`${id} needs ${path.join('.')}, but ${gone} is left out by these answers`, {
    place,
    next: [`Change the answers, or give ${id} and ${gone} the same condition.`],
  });
}
