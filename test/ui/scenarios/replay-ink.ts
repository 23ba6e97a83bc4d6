import type { Decision, DecisionAction } from '../../../src/events/events.ts';
import type { Frontend, Summary } from '../../../src/ui/frontend.ts';
import { spinnerCell } from '../../../src/ui/ink/components/spinner.ts';
import { createInkFrontend } from '../../../src/ui/ink/frontend.tsx';
import { clockText } from '../../../src/ui/text/durations.ts';
import { planOf, readLines, summaryOf, tell, type RecordedLine, type ScenarioName } from '../../support/scenario.ts';
import { keys } from '../../support/terminal.ts';
import { ManualClock, VirtualTerminal } from '../../support/virtual-terminal.ts';

/** A moment of a run, in seconds after its first event, and words that stand on the screen then at any size. */
export type Moment = readonly [seconds: number, words: string];

export interface ReplayOptions {
  cols: number;
  rows: number;
  /** Moments of which pictures are taken, no two in one second. */
  moments: readonly Moment[];
}

/** Pictures of a recorded run as the Ink front end shows it, by name, and the terminal's whole history at its end. */
export async function replayInk(name: ScenarioName, { cols, rows, moments }: ReplayOptions) {
  const lines = readLines(name);
  const plan = planOf(lines);
  const start = lines[0]?.at ?? 0;
  const clock = new ManualClock(start);
  const terminal = new VirtualTerminal({ cols, rows });
  const { stdin, stdout } = terminal;
  const frontend = createInkFrontend({ stdin, stdout, version: '0.1.0', environment: {}, clock });
  const pictures: Record<string, string> = {};

  const left = [...moments];
  for (const [index, line] of lines.entries()) {
    for (let [moment] = left; moment !== undefined && start + moment[0] * 1000 < line.at; [moment] = left) {
      left.shift();
      const [seconds, words] = moment;
      clock.jumpTo(start + seconds * 1000);
      // The spinner tells this picture from the others of the same second.
      const time = `${spinnerCell(clock.now()).text} ${clockText(seconds)} of about`;
      const isThere = () => [time, words].every((text) => terminal.screen.text().includes(text));
      pictures[`${seconds} s`] = await terminal.waitUntil(isThere, `${time}, ${words}`);
    }
    clock.jumpTo(line.at);
    const told = tell(frontend, line, plan);
    if ('report' in line) {
      pictures['plan'] = await terminal.waitFor('enter start');
      terminal.type(keys.enter);
    }
    await told;
    if ('message' in line) pictures['said'] = await terminal.waitFor(line.message.next?.at(-1) ?? line.message.text);
    if (!('event' in line) || line.event.type !== 'decision.needed') continue;
    const { decision } = line.event;
    const action = actionTaken(decision, lines.slice(index + 1));
    const answered = frontend.decide(decision, new AbortController().signal);
    pictures['decision'] = await terminal.waitFor('enter take it');
    terminal.type(keys.right.repeat(decision.options.findIndex((option) => option.action === action)) + keys.enter);
    const answer = await answered;
    if (answer.action !== action) throw new Error(`${action} was chosen, ${answer.action} came`);
  }
  if (left.length > 0) throw new Error(`${name} is over before ${left.join(' and ')}`);
  const summary = summaryOf(name);
  if (summary !== undefined) pictures['summary'] = await finished(frontend, terminal, summary);
  await frontend.close();
  return { pictures, history: terminal.screen.history().join('\n').trimEnd(), bytes: terminal.screen.bytes };
}

/** What the person decided when the run was recorded: the step began again, or the run came to its end. */
function actionTaken({ step }: Decision, later: readonly RecordedLine[]): DecisionAction {
  const isAgain = later.some(
    (line) => 'event' in line && line.event.type === 'step.started' && line.event.step === step,
  );
  return isAgain ? 'retry' : 'stop';
}

async function finished(frontend: Frontend, terminal: VirtualTerminal, summary: Summary): Promise<string> {
  const left = frontend.finish(summary);
  const picture = await terminal.waitFor('enter leave');
  terminal.type(keys.enter);
  await left;
  return picture;
}

/** Pictures below each other with their edges, for snapshots. */
export function album(pictures: Record<string, string>): string {
  return Object.entries(pictures)
    .map(([name, picture]) => [`== ${name}`, ...picture.split('\n').map((row) => `|${row}`), ''].join('\n'))
    .join('\n');
}
