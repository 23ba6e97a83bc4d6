import type { AnyStepPlan } from '../plan/step-plan.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { QuestionEntry } from '../recipe/schema.ts';
import type { AnswerType, Question } from './question.ts';

/** Every question before the plan, in order: where in the cluster, which code, the recipe's own, then its secrets. */
export function questionsOf(recipe: Recipe, stepPlans: readonly AnyStepPlan[]): Question[] {
  return [...placeQuestions(recipe), ...recipe.questions.map(fromEntry), ...secretQuestions(recipe, stepPlans)];
}

function placeQuestions(recipe: Recipe): Question[] {
  const environments = Object.entries(recipe.environments);
  const source = typeof recipe.source === 'string' ? { path: recipe.source } : recipe.source;
  return [
    ...(environments.length < 2
      ? []
      : [
          {
            id: 'environment',
            ask: 'What is it for?',
            why: 'An environment is a set of values: how many pods, how they are reached, how careful the plan is approved.',
            type: 'choice' as const,
            choices: environments.map(([value, { title }]) => ({
              value,
              label: value,
              ...(title === undefined ? {} : { hint: title }),
            })),
            default: environments[0]?.[0] ?? 'local',
          },
        ]),
    {
      id: 'namespace',
      ask: 'Which namespace should it live in?',
      why: 'Everything of it goes into one namespace, apart from what else runs in the cluster. One that is not there is made.',
      type: 'text',
      live: 'namespaces',
      default: recipe.namespace ?? recipe.name,
      check: 'kubernetes-name',
    },
    {
      id: 'source',
      ask: ('ask' in source ? source.ask : undefined) ?? 'Which code should be built?',
      why:
        ('why' in source ? source.why : undefined) ??
        'The recipe brings a small sample, so that it can be shown without your code. Name your own folder to deploy that.',
      type: 'folder',
      default: 'sample',
      isPersonal: true,
    },
  ];
}

function fromEntry(entry: QuestionEntry): Question {
  const choices =
    entry.choose === undefined
      ? undefined
      : Object.entries(entry.choose).map(([value, label]) =>
          typeof label === 'string' ? { value, label } : { value, ...label },
        );
  const type: AnswerType = entry.type ?? (choices === undefined ? 'text' : 'choice');
  return {
    id: entry.id,
    ask: entry.ask,
    why: entry.why,
    type,
    ...(choices === undefined ? {} : { choices }),
    ...(entry.live === undefined ? {} : { live: entry.live }),
    ...(entry.default === undefined ? {} : { default: entry.default }),
    ...(entry.when === undefined ? {} : { when: entry.when }),
    ...(entry.check === undefined ? {} : { check: entry.check }),
    ...(entry.optional === true ? { isOptional: true } : {}),
    ...(entry.personal === true ? { isPersonal: true } : {}),
  };
}

/** Secrets are asked by the sections of their steps. */
function secretQuestions(recipe: Recipe, stepPlans: readonly AnyStepPlan[]): Question[] {
  return stepPlans.flatMap(({ key, questions }) => {
    const section = key === undefined ? undefined : recipe.sections[key];
    return section === undefined || questions === undefined ? [] : questions(section);
  });
}
