import { readFileSync } from 'node:fs';
import type { EngineEvent } from '../../src/events/events.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { PreflightReport } from '../../src/plan/preflight/report.ts';
import type { Estimates, Frontend, Message, PlanReply, Summary } from '../../src/ui/frontend.ts';

/** One event of a recorded run. */
export interface Recorded {
  /** Milliseconds since 1970. */
  at: number;
  event: EngineEvent;
}

/** One line of a recorded run: an event, the plan that was shown, or what was said to the person. */
export type RecordedLine = Recorded | ({ at: number } & Shown) | { at: number; message: Message };

/** What stood beside the plan when it was shown. */
interface Shown {
  report: PreflightReport;
  estimates: Estimates;
}

export const scenarioNames = [
  'success',
  'unchanged',
  'build-failure',
  'stall',
  'decision-retry',
  'cancelled',
  'left-out',
] as const;
export type ScenarioName = (typeof scenarioNames)[number];

const scenarios = new URL('../scenarios/', import.meta.url);

/** The lines of the file as they are. A bundled program says where the files are. */
export function scenarioText(name: ScenarioName, folder = scenarios): string {
  return readFileSync(new URL(`${name}.jsonl`, folder), 'utf8');
}

export function readLines(name: ScenarioName, folder = scenarios): RecordedLine[] {
  return scenarioText(name, folder)
    .trimEnd()
    .split('\n')
    .map((line) => lineOf(JSON.parse(line) as Printed));
}

type Printed = { v: 1; seq: number; time: string } & (
  | EngineEvent
  | ({ type: 'preflight.finished'; estimates: Estimates } & PreflightReport)
  | ({ type: 'message' } & Message)
);

function lineOf({ v: _v, seq: _seq, time, ...said }: Printed): RecordedLine {
  const at = Date.parse(time);
  if (said.type === 'preflight.finished') {
    const { problems, proven, estimates } = said;
    return { at, report: { problems, proven }, estimates };
  }
  if (said.type === 'message') {
    const { type: _type, ...message } = said;
    return { at, message };
  }
  return { at, event: said };
}

/** What the engine said, without what the program showed and said beside it. */
export function readScenario(name: ScenarioName, folder = scenarios): Recorded[] {
  return readLines(name, folder).filter((line) => 'event' in line);
}

/** Tells a front end what the program told it when the line was recorded; gives what is answered to a plan. */
export async function tell(frontend: Frontend, line: RecordedLine, plan: Plan): Promise<PlanReply | undefined> {
  if ('report' in line) return frontend.showPlan(plan, line.report, line.estimates);
  if ('event' in line) frontend.emit(line.event);
  else frontend.say(line.message);
  return undefined;
}

export function planOf(recorded: readonly RecordedLine[]): Plan {
  const [first] = recorded;
  if (first === undefined || !('event' in first) || first.event.type !== 'run.planned')
    throw new Error('a recorded run begins with its plan');
  return first.event.plan;
}

export function reportOf(name: ScenarioName, folder = scenarios): PreflightReport {
  return shownIn(name, folder).report;
}

export function estimatesOf(name: ScenarioName, folder = scenarios): Estimates {
  return shownIn(name, folder).estimates;
}

function shownIn(name: ScenarioName, folder: URL): Shown {
  const shown = readLines(name, folder).find((line) => 'report' in line);
  if (shown === undefined) throw new Error(`${name} was recorded without a look at its plan`);
  return shown;
}

/** The last screen of the run; a run that was interrupted ends without one. */
export function summaryOf(name: Exclude<ScenarioName, 'cancelled'>): Summary;
export function summaryOf(name: ScenarioName): Summary | undefined;
export function summaryOf(name: ScenarioName): Summary | undefined {
  const text = readFileSync(new URL('summaries.json', scenarios), 'utf8');
  return (JSON.parse(text) as Partial<Record<ScenarioName, Summary>>)[name];
}
