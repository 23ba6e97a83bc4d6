import { renderToString } from 'ink';
import type { ReactNode } from 'react';
import { describe, expect, test } from 'vitest';
import type { AskRequest } from '../../../src/questions/question.ts';
import { frameOf, type Frame } from '../../../src/ui/ink/frame.ts';
import type { Screen } from '../../../src/ui/ink/screen.ts';
import { askScreen } from '../../../src/ui/ink/screens/ask.tsx';
import { chooseScreen } from '../../../src/ui/ink/screens/choose.tsx';
import { confirmScreen } from '../../../src/ui/ink/screens/confirm.tsx';
import { decisionScreen } from '../../../src/ui/ink/screens/decision.tsx';
import { lookAt, LookInside } from '../../../src/ui/ink/screens/look-inside.tsx';
import { planScreen } from '../../../src/ui/ink/screens/plan.tsx';
import { rehearsalScreen } from '../../../src/ui/ink/screens/rehearsal.tsx';
import { newRunState, RunScreen } from '../../../src/ui/ink/screens/run.tsx';
import { summaryScreen } from '../../../src/ui/ink/screens/summary.tsx';
import { whereScreen, withClusters } from '../../../src/ui/ink/screens/where.tsx';
import { themeOf } from '../../../src/ui/ink/theme.ts';
import { reduce } from '../../../src/ui/session/reduce.ts';
import { emptyView, type ViewModel } from '../../../src/ui/session/view-model.ts';
import { widthOf } from '../../../src/ui/text/width.ts';
import { estimatesOf, planOf, readScenario, summaryOf } from '../../support/scenario.ts';

const long =
  'A sentence that goes on and on about what is asked, why it is asked, and what the answer changes. '.repeat(9);
const wide = '日本語のとても長い名前'.repeat(4);
const many = Array.from({ length: 60 }, (_, index) => `${wide}-${index}`);
const stall = readScenario('stall');
const plan = planOf(stall);
const estimates = estimatesOf('stall');

/** The run in the middle of everything, with a log as long as it is kept. */
const view: ViewModel = [
  ...stall.slice(0, -1),
  { at: 0, event: { type: 'step.output' as const, step: 'image.frontend', lines: many } },
  {
    at: 0,
    event: { type: 'step.output' as const, step: 'rollout.backend', lines: [...many, ...many, ...many, ...many] },
  },
].reduce((view, { at, event }) => reduce(view, event, at), emptyView);

const bigPlan = {
  ...plan,
  steps: plan.steps.flatMap((step) =>
    many.slice(0, 5).map((name, index) => ({ ...step, id: `${step.id}.${index}`, title: name, detail: long })),
  ),
};
const bigView = reduce(emptyView, { type: 'run.planned', plan: bigPlan }, 0);
const problems = many.slice(0, 8).map((name) => ({
  code: 'c',
  message: `${name}: ${long}`,
  neededBy: long,
  remedy: [long],
  answers: ['a'],
  isFatal: true,
}));

const ask: AskRequest = {
  question: { id: 'q', ask: long, why: long, type: 'text' },
  choices: [],
  position: 100,
  total: 100,
  sofar: many.map((name) => ({ title: name, text: long })),
  canGoBack: true,
  error: long,
};
const choices = many.map((name) => ({ value: name, label: name, hint: long }));
const recipe = { name: 'x', title: wide, description: long, parts: long, needs: long };
const cluster = {
  provider: 'minikube',
  name: wide,
  context: 'x',
  state: 'running',
  detail: long,
  server: `https://${wide}`,
  problem: long,
} as const;
const decision = {
  id: 'd',
  step: 'rollout.backend',
  question: long,
  options: ['retry', 'change-answer', 'stop'].map((action) => ({ action: action as 'retry', label: wide })),
};

function drawn<Request, State, Reply>(
  screen: Screen<Request, State, Reply>,
  request: Request,
  change: (state: State) => State = (state) => state,
): (frame: Frame) => ReactNode {
  return (frame) => screen.draw({ request, state: change(screen.open(request)), frame, view });
}

const screens: Record<string, (frame: Frame) => ReactNode> = {
  choose: drawn(
    chooseScreen,
    many.map((name) => ({ ...recipe, name })),
    (state) => ({ ...state, isExplained: true }),
  ),
  'choose filtering': drawn(
    chooseScreen,
    many.map((name) => ({ ...recipe, name })),
    (state) => ({ ...state, list: { cursor: 3, filter: wide, note: long } }),
  ),
  'where, searching': drawn(whereScreen, { recipe, canGoBack: true, since: 0 }),
  where: drawn(whereScreen, { recipe, canGoBack: true, since: 0 }, (state) =>
    withClusters(
      state,
      many.map(() => cluster),
      400,
    ),
  ),
  rehearsal: drawn(
    rehearsalScreen,
    { recipe, faults: many.map((spec) => ({ spec, title: long, shows: long })), real: [long], rehearsed: [long] },
    (state) => ({ ...state, ticked: many.slice(0, 3) }),
  ),
  'where, nothing there': drawn(whereScreen, { recipe, canGoBack: true, since: 0 }, (state) =>
    withClusters(state, [], 400),
  ),
  'ask for text': drawn(askScreen, { ...ask, suggestion: wide }),
  'ask for text, explained': drawn(askScreen, ask, (state) => ({ ...state, isExplained: true })),
  'ask for a secret': drawn(askScreen, { ...ask, question: { ...ask.question, type: 'secret' }, isKept: true }),
  'ask for a choice': drawn(askScreen, { ...ask, question: { ...ask.question, type: 'choice' }, choices }),
  'ask for a choice, explained': drawn(
    askScreen,
    { ...ask, question: { ...ask.question, type: 'choice' }, choices },
    (state) => ({ ...state, isExplained: true }),
  ),
  plan: drawn(planScreen, { plan: bigPlan, report: { problems: [], proven: many }, estimates }),
  'plan, commands': drawn(planScreen, { plan: bigPlan, report: { problems: [], proven: [] }, estimates }, (state) => ({
    ...state,
    aspect: 'commands' as const,
  })),
  'plan, details': drawn(planScreen, { plan: bigPlan, report: { problems, proven: many }, estimates }, (state) => ({
    ...state,
    aspect: 'details' as const,
    offset: 40,
  })),
  run: (frame) => <RunScreen view={view} state={newRunState} expected={160} notice={long} frame={frame} />,
  'run, commands': (frame) => (
    <RunScreen
      view={bigView}
      state={{ selected: 'release.backend.4', panel: 'commands' }}
      expected={undefined}
      notice={undefined}
      frame={frame}
    />
  ),
  'run of fifty steps': (frame) => (
    <RunScreen
      view={bigView}
      state={{ selected: 'release.frontend.4', panel: 'log' }}
      expected={160}
      notice={undefined}
      frame={frame}
    />
  ),
  'look inside': (frame) => <LookInside view={view} state={{ ...lookAt('rollout.backend'), up: 30 }} frame={frame} />,
  'look inside, commands': (frame) => (
    <LookInside view={view} state={{ ...lookAt('release.backend'), aspect: 'commands' }} frame={frame} />
  ),
  decision: drawn(decisionScreen, decision),
  confirm: drawn(confirmScreen, { question: long, detail: many, yes: wide, no: wide, isDefaultYes: true }),
  summary: drawn(summaryScreen, summaryOf('success')),
};

const sizes = [
  [60, 15],
  [60, 24],
  [80, 15],
  [80, 24],
  [120, 18],
  [200, 50],
] as const;

/** Screens on which something is selected or typed. */
const asks = /^(choose|where$|ask|decision|confirm|run)/;

describe.each(Object.entries(screens))('%s', (name, draw) => {
  test.each(sizes)('is lower than a terminal of %i by %i, and no line is wider', (columns, rows) => {
    const frame = frameOf(
      { columns, rows },
      { theme: themeOf({ hasColour: false }), now: 0, beat: 0, version: '0.1.0' },
    );
    const lines = renderToString(<>{draw(frame)}</>, { columns }).split('\n');
    expect(lines.length).toBeLessThan(rows);
    for (const line of lines) expect(widthOf(line)).toBeLessThan(columns);
    // What one answers with is never what has to go, nor are the keys.
    if (asks.test(name)) expect(lines.join('\n')).toMatch(/› /);
    expect(lines.at(-1)).toMatch(/(enter|esc|ctrl-c|↑↓|q) /);
  });
});
