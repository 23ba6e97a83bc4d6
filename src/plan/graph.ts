import { UserError, type SourcePlace } from '../errors/errors.ts';
import type { PlanStep, StepId } from './plan.ts';
import type { StepDraft } from './step-plan.ts';

export const clusterId: StepId = 'cluster.target';

/** Expression path to the step that stands behind it. */
export function providersOf(drafts: readonly StepDraft[]): Map<string, StepId> {
  return new Map(drafts.flatMap(({ id, provides = [] }) => provides.map((path): [string, StepId] => [path, id])));
}

/** The step behind a path: the provider of its longest known beginning. */
export function stepBehind(path: readonly string[], byPath: Map<string, StepId>): StepId | undefined {
  for (let length = path.length; length > 0; length -= 1) {
    const step = byPath.get(path.slice(0, length).join('.'));
    if (step !== undefined) return step;
  }
  return undefined;
}

/** Steps so that each comes after those it needs, otherwise in the order given. A cycle is an error at its first step. */
export function orderSteps(steps: readonly PlanStep[], placeOf: (id: StepId) => SourcePlace): PlanStep[] {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const ordered: PlanStep[] = [];
  const finished = new Set<StepId>();
  const visit = (step: PlanStep, trail: StepId[]): void => {
    if (finished.has(step.id)) return;
    if (trail.includes(step.id)) {
      const cycle = [...trail.slice(trail.indexOf(step.id)), step.id];
      throw new UserError(`These steps wait for each other: ${cycle.join(' → ')}`, {
        place: placeOf(step.id),
        next: ['Remove one of the references between them.'],
      });
    }
    for (const need of step.needs) {
      const needed = byId.get(need);
      if (needed !== undefined) visit(needed, [...trail, step.id]);
    }
    finished.add(step.id);
    ordered.push(step);
  };
  for (const step of steps) visit(step, []);
  return ordered;
}
