import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { Bug, UserError } from '../errors/errors.ts';
import { criticalPath } from './critical-path.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { applyConditions, declaresOwnNamespace, leftOutError, located } from './conditions.ts';
import { fillIn, fillTemplates, holds, literal, originsOf, pathsIn, wantedOnly, whereRead } from './fill-in.ts';
import { clusterId, orderSteps, providersOf, stepBehind } from './graph.ts';
import type { JsonObject, ManualCheck, Plan, PlanStep, StepDescription, StepId } from './plan.ts';
import { conditionScope, knownScope, type ScopeRequest } from './scope.ts';
import type { DescribeContext, ExpandContext, StepDraft } from './step-plan.ts';

export interface PlanRequest extends ScopeRequest {
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
}

/**
 * The plan: a pure function of its request. Expressions over what is known are filled in; those over what only the run
 * can find out (addresses) stay, and make the step wait for the one that finds it.
 */
export function buildPlan(request: PlanRequest): Plan {
  const { recipe, environment, namespace, target } = request;
  const expand = expandContext(request);
  const drafts = expandAll(request, expand);
  const conditions = conditionScope(request);
  const { kept, gone, leftOut } = applyConditions(drafts, conditions, recipe);
  const byPath = providersOf(kept);
  const goneByPath = providersOf(gone);
  const scope = located(recipe, { id: recipe.name, at: [] }, goneByPath, () =>
    knownScope(request, expand, { kept, gone }),
  );
  const steps = kept.map((draft) => planStep(draft, { request, scope, kept, byPath, goneByPath }));
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
    checksByHand: checksByHand(request, { conditions, scope, goneByPath }),
  };
}

/** Known while planning, or refused: nothing of the run is waited for to word a check. */
function checksByHand(
  { recipe, stepPlans }: PlanRequest,
  { conditions, scope, goneByPath }: { conditions: JsonObject; scope: JsonObject; goneByPath: Map<string, StepId> },
): ManualCheck[] {
  const drafts = stepPlans.flatMap((kind) => {
    const section = kind.key === undefined ? undefined : recipe.sections[kind.key];
    return section === undefined ? [] : (kind.byHand?.(section) ?? []);
  });
  return drafts.flatMap(({ text, commands, when, at }) => {
    const id = at.join('.');
    if (when !== undefined && !located(recipe, { id, at: [...at, 'when'] }, goneByPath, () => holds(when, conditions)))
      return [];
    const filled = located(recipe, { id, at }, goneByPath, () =>
      fillIn({ manual: text, commands }, scope, () => false),
    );
    const { manual, commands: lines } = filled as { manual: string; commands: string[] };
    return [{ text: manual, commands: lines }];
  });
}

interface Planning {
  request: PlanRequest;
  scope: JsonObject;
  kept: readonly StepDraft[];
  /** Expression path to the step behind it: of the steps that are kept, and of those left out. */
  byPath: Map<string, StepId>;
  goneByPath: Map<string, StepId>;
}

function planStep(draft: StepDraft, { request, scope, kept, byPath, goneByPath }: Planning): PlanStep {
  const { recipe, stepPlans, rolloutTimeout } = request;
  const kind = stepPlans.find((plan) => plan.kind === draft.kind);
  if (kind === undefined) throw new Bug(`no step kind ${draft.kind}`);
  const isProvided = (path: readonly string[]) => byPath.has(path.join('.')) || goneByPath.has(path.join('.'));
  const wanted = located(recipe, draft, goneByPath, () => wantedOnly(draft.params, scope));
  const filled = located(recipe, draft, goneByPath, () => fillTemplates(wanted, scope, isProvided)) as JsonObject;
  for (const path of pathsIn(filled)) {
    if (path[0] === 'captured' || stepBehind(path, byPath) !== undefined) continue;
    const gone = stepBehind(path, goneByPath);
    const place = recipe.place([...draft.at, ...whereRead(draft.params, path)]);
    if (gone !== undefined) throw leftOutError(draft.id, path, gone, place);
    throw new UserError(`${draft.id} refers to ${path.join('.')}, and nothing in the recipe makes it`, {
      place,
      next: ['Correct the name, or declare what it names.'],
    });
  }
  const parsed = kind.params.safeParse({ ...filled, ...imageOverrides(draft, request) });
  if (!parsed.success) throw unfitError(draft, filled, parsed.error.issues[0], recipe);
  const params = parsed.data as JsonObject;
  const needs = new Set(draft.needs?.filter((need) => kept.some(({ id }) => id === need)));
  for (const path of pathsIn(wanted)) {
    const step = stepBehind(path, byPath);
    if (step !== undefined && step !== draft.id) needs.add(step);
  }
  for (const step of implicitNeeds(draft, params, kept, scope)) needs.add(step);
  return {
    id: draft.id,
    kind: draft.kind,
    ...(kind.describe(literal(params), request.describe) as StepDescription),
    params,
    needs: [...needs].sort(),
    origins: originsOf(draft.params),
    inputHash: hashOf({ kind: draft.kind, params }),
    timeout: (draft.kind === 'rollout' ? rolloutTimeout : undefined) ?? draft.timeout ?? kind.timeout,
  };
}

/** A value that expressions gave and that the step cannot take; the answers that it was made from are named. */
function unfitError(
  draft: StepDraft,
  filled: JsonObject,
  issue: z.core.$ZodIssue | undefined,
  recipe: Recipe,
): UserError {
  const path = (issue?.path ?? []).map((part) => (typeof part === 'symbol' ? String(part) : part));
  const found = path.reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], filled);
  const answers = originsOf(draft.params)[path.join('.')] ?? [];
  const place = recipe.place([...draft.at, ...path]);
  return new UserError(`${[...draft.at, ...path].join('.')}: ${issue?.message}; found ${JSON.stringify(found)}`, {
    place,
    next:
      answers.length === 0 ? ['Correct the recipe at this place.'] : answers.map((id) => `Change the answer ${id}.`),
  });
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

function expandAll(request: PlanRequest, expand: ExpandContext): StepDraft[] {
  const { recipe, stepPlans, target } = request;
  const cluster: StepDraft = {
    id: clusterId,
    kind: 'cluster',
    params: { name: target.name, provider: target.provider, isStarted: target.state === 'running' },
    at: [],
  };
  const drafts = [
    cluster,
    ...stepPlans.flatMap((kind) => {
      const section = kind.key === undefined ? undefined : recipe.sections[kind.key];
      return section === undefined ? [] : (kind.expand?.(section, expand) ?? []);
    }),
  ];
  if (!declaresOwnNamespace(request)) {
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

/**
 * What follows from the kinds themselves: all but images wait for the cluster (an image waits for it only when it is
 * delivered), objects wait for their namespace, a rollout's checks for nothing else.
 */
function implicitNeeds(draft: StepDraft, params: JsonObject, kept: readonly StepDraft[], scope: JsonObject): string[] {
  if (draft.kind === 'cluster' || draft.kind === 'image') return [];
  if (draft.kind === 'namespace') return [clusterId];
  const wanted = params['namespace'];
  const namespaces = kept.filter(
    ({ kind, params: { name } }) => kind === 'namespace' && fillIn(name, scope) === wanted,
  );
  return namespaces.length > 0 ? namespaces.map(({ id }) => id) : [clusterId];
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
