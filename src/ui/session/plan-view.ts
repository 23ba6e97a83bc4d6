import type { ManualCheck, Plan, PlanStep, StepId, StepVerb } from '../../plan/plan.ts';
import type { PreflightReport, Problem } from '../../plan/preflight/report.ts';
import { commandLine } from '../text/command-line.ts';
import { durationText } from '../text/durations.ts';
import type { Estimates } from '../frontend.ts';

/** A plan in the words in which all front ends show it. */
export interface PlanView {
  /** `minikube (todo)`. */
  target: string;
  rows: PlanRow[];
  leftOut: { title: string; when: string }[];
  /** For the person's own eyes, afterwards. */
  checksByHand: ManualCheck[];
  /** What was proven before the first change. */
  proven: string[];
  fatal: Problem[];
  warnings: Problem[];
  /** How long, and what decides it. */
  time: string;
}

export interface PlanRow {
  step: StepId;
  verb: StepVerb;
  title: string;
  detail?: string;
  /** Seconds. */
  estimate?: number;
  /** Titles of what must be there first. */
  after: string[];
  /** Copyable lines; what the step does instead when it runs no command. */
  commands: string[];
  instead?: string;
  /** Where the row stands in a group of steps that run side by side; absent when it runs alone. */
  beside?: 'first' | 'middle' | 'last';
}

export function planView(plan: Plan, report: PreflightReport, estimates: Estimates): PlanView {
  const levels = levelsOf(plan.steps);
  return {
    target: `${plan.target.name} (${plan.namespace})`,
    rows: plan.steps.map((step, index) => rowOf(plan, step, estimates, besideOf(plan.steps, levels, index))),
    leftOut: plan.leftOut.map(({ id, when }) => ({ title: id, when })),
    checksByHand: plan.checksByHand,
    proven: report.proven,
    fatal: report.problems.filter((problem) => problem.isFatal),
    warnings: report.problems.filter((problem) => !problem.isFatal),
    time: timeText(plan, estimates),
  };
}

function rowOf(plan: Plan, step: PlanStep, estimates: Estimates, beside: PlanRow['beside']): PlanRow {
  const estimate = estimates.steps[step.id];
  return {
    step: step.id,
    verb: step.verb,
    title: step.title,
    ...(step.detail === undefined ? {} : { detail: step.detail }),
    ...(estimate === undefined ? {} : { estimate }),
    after: step.needs.map((need) => plan.steps.find(({ id }) => id === need)?.title ?? need),
    commands: step.commands.map(commandLine),
    ...(step.instead === undefined ? {} : { instead: step.instead }),
    ...(beside === undefined ? {} : { beside }),
  };
}

/** How many steps must be over before a step can start, along its longest chain. */
function levelsOf(steps: readonly PlanStep[]): Map<StepId, number> {
  const levels = new Map<StepId, number>();
  const byId = new Map(steps.map((step) => [step.id, step]));
  const levelOf = (id: StepId): number => {
    const known = levels.get(id);
    if (known !== undefined) return known;
    levels.set(id, 0); // A cycle has no level; the planner refuses one, and this must not hang on it.
    const level = Math.max(-1, ...(byId.get(id)?.needs ?? []).map(levelOf)) + 1;
    levels.set(id, level);
    return level;
  };
  for (const step of steps) levelOf(step.id);
  return levels;
}

function besideOf(steps: readonly PlanStep[], levels: Map<StepId, number>, index: number): PlanRow['beside'] {
  const levelAt = (at: number) => {
    const step = steps[at];
    return step === undefined ? undefined : levels.get(step.id);
  };
  const [before, level, after] = [levelAt(index - 1), levelAt(index), levelAt(index + 1)];
  if (before === level) return after === level ? 'middle' : 'last';
  return after === level ? 'first' : undefined;
}

function timeText(plan: Plan, estimates: Estimates): string {
  if (estimates.total <= 0) return 'How long it takes is not known yet.';
  const source = estimates.source === 'measured' ? 'measured on this machine' : "the recipe author's estimate";
  const longest = plan.criticalPath
    .map((id) => ({ id, seconds: estimates.steps[id] ?? 0 }))
    .reduce((a, b) => (b.seconds > a.seconds ? b : a), { id: '', seconds: 0 });
  const title = plan.steps.find(({ id }) => id === longest.id)?.title;
  const decides = title === undefined ? '' : `; ${title} decides`;
  return `About ${durationText(estimates.total)} (${source})${decides}.`;
}
