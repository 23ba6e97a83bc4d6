import { readFileSync } from 'node:fs';
import type { EngineEvent } from '../../src/events/events.ts';
import type { Plan } from '../../src/plan/plan.ts';
import type { PreflightReport } from '../../src/plan/preflight/report.ts';
import type { Estimates, Summary } from '../../src/ui/frontend.ts';

/** One line of a recorded run. */
export interface Recorded {
  /** Milliseconds since 1970. */
  at: number;
  event: EngineEvent;
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

export function readScenario(name: ScenarioName, folder = scenarios): Recorded[] {
  return scenarioText(name, folder)
    .trimEnd()
    .split('\n')
    .map((line) => {
      const { v: _v, seq: _seq, time, ...event } = JSON.parse(line) as { v: 1; seq: number; time: string };
      return { at: Date.parse(time), event: event as unknown as EngineEvent };
    });
}

export function planOf(recorded: readonly Recorded[]): Plan {
  const [first] = recorded;
  if (first?.event.type !== 'run.planned') throw new Error('a recorded run begins with its plan');
  return first.event.plan;
}

/** What is shown beside the plan of the todo recipe; the numbers of the drawing of the plan screen. */
export const todoReport: PreflightReport = {
  problems: [],
  proven: ['31 references resolve', 'you may do all of this', '2.1 CPU and 3.2 GB are free'],
};

export const todoEstimates: Estimates = {
  steps: {
    'cluster.minikube': 50,
    'image.backend': 25,
    'image.frontend': 70,
    'namespace.todo': 1,
    'secret.backend-secrets': 1,
    'database.postgres': 15,
    'release.backend': 20,
    'release.frontend': 15,
    'http-check.page': 1,
    'http-check.api': 2,
  },
  total: 160,
  source: 'author',
};

/** The last screen of a run, made of its own last event. */
export function summaryOf(recorded: readonly Recorded[]): Summary {
  const last = recorded.at(-1)?.event;
  if (last?.type !== 'run.finished') throw new Error('a recorded run ends with run.finished');
  const { recipe, target, namespace, endpoints } = planOf(recorded);
  return {
    ok: last.ok,
    title: recipe.title,
    target: target.name,
    namespace,
    duration: last.duration,
    objects: last.ok ? 23 : 0,
    changed: last.changed,
    endpoints: endpoints.flatMap(({ name, title }) => {
      const url = last.endpoints[name];
      return url === undefined ? [] : [{ title, url, isForwarded: last.forwarded?.includes(name) ?? false }];
    }),
    checksByHand: [],
    commands: [
      { label: 'Logs', command: 'kubectl --context minikube -n todo logs deploy/backend -f' },
      { label: 'Again', command: 'npx deploy-wizard up todo', hint: 'changes only what differs' },
      { label: 'Remove', command: 'npx deploy-wizard down todo', hint: 'exactly what this run made' },
    ],
  };
}
