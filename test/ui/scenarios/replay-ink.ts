import type { Frontend } from '../../../src/ui/frontend.ts';
import { createInkFrontend } from '../../../src/ui/ink/frontend.tsx';
import { clockText } from '../../../src/ui/text/durations.ts';
import {
  planOf,
  readScenario,
  summaryOf,
  todoEstimates,
  todoReport,
  type ScenarioName,
} from '../../support/scenario.ts';
import { ManualClock, VirtualTerminal } from '../../support/virtual-terminal.ts';

export interface ReplayOptions {
  cols: number;
  rows: number;
  /** Seconds after the start at which the picture is taken; end them with .9, between two ticks of the clock. */
  stops: readonly number[];
  /** What is typed when the run asks for a decision. */
  decision?: string;
}

/** Pictures of a recorded run as the Ink front end shows it, by name, and the terminal's whole history at its end. */
export async function replayInk(name: ScenarioName, { cols, rows, stops, decision = '\r' }: ReplayOptions) {
  const recorded = readScenario(name);
  const start = recorded[0]?.at ?? 0;
  const clock = new ManualClock(start);
  const terminal = new VirtualTerminal({ cols, rows });
  const { stdin, stdout } = terminal;
  const frontend = createInkFrontend({ stdin, stdout, version: '0.1.0', environment: {}, clock });
  const pictures: Record<string, string> = {};

  const started = frontend.showPlan(planOf(recorded), todoReport, todoEstimates);
  pictures['plan'] = await terminal.waitFor('enter start');
  terminal.type('\r');
  await started;

  const left = [...stops];
  for (const { at, event } of recorded) {
    while (left[0] !== undefined && start + left[0] * 1000 < at) {
      const stop = left.shift() ?? 0;
      clock.jumpTo(start + stop * 1000);
      pictures[`${stop} s`] = await terminal.waitFor(`${clockText(stop)} of about`);
    }
    clock.jumpTo(at);
    frontend.emit(event);
    if (event.type !== 'decision.needed') continue;
    const answered = frontend.decide(event.decision, new AbortController().signal);
    pictures['decision'] = await terminal.waitFor('enter take it');
    terminal.type(decision);
    await answered;
  }
  pictures['summary'] = await finished(frontend, terminal, name);
  await frontend.close();
  return { pictures, history: terminal.screen.history().join('\n').trimEnd(), bytes: terminal.screen.bytes };
}

async function finished(frontend: Frontend, terminal: VirtualTerminal, name: ScenarioName): Promise<string> {
  const left = frontend.finish(summaryOf(readScenario(name)));
  const picture = await terminal.waitFor('enter leave');
  terminal.type('\r');
  await left;
  return picture;
}

/** Pictures below each other with their edges, for snapshots. */
export function album(pictures: Record<string, string>): string {
  return Object.entries(pictures)
    .map(([name, picture]) => [`== ${name}`, ...picture.split('\n').map((row) => `|${row}`), ''].join('\n'))
    .join('\n');
}
