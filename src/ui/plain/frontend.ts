import { Chalk, type ChalkInstance } from 'chalk';
import { Bug, UserError } from '../../errors/errors.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import { sanitiseLine } from '../../secrets/sanitise.ts';
import type { Frontend, Message, Summary } from '../frontend.ts';
import type { LinePrompter } from '../prompts/line-prompter.ts';
import { systemClock, type Clock } from '../../clock.ts';
import { reduce } from '../session/reduce.ts';
import { summaryView } from '../session/summary-view.ts';
import { stateText, waitedText } from '../session/step-text.ts';
import { emptyView, stepOf } from '../session/view-model.ts';
import { fill, widthOf } from '../text/width.ts';
import { factOf, type FactLine, type FactWord } from './event-lines.ts';
import { messageLines } from './message-lines.ts';
import { planText } from './plan-text.ts';
import { createNewsFilter, createReminder } from './repetition.ts';

interface Writes {
  write(text: string): unknown;
}

export interface PlainFrontendOptions {
  stdout: Writes;
  stderr: Writes;
  /** Absent where nobody can answer: then nothing is asked. */
  prompter?: LinePrompter;
  colour: boolean;
  /** Print the output of commands too. */
  verbose?: boolean;
  clock?: Clock;
}

/** One line per fact: for pipes, CI, screen readers and terminals that only know lines. */
export function createPlainFrontend(options: PlainFrontendOptions): Frontend {
  const { stdout, stderr, prompter, verbose = false, clock = systemClock } = options;
  const chalk = new Chalk({ level: options.colour ? 1 : 0 });
  const isNews = createNewsFilter();
  let view = emptyView;
  let time: Pick<Clock, 'now'> = clock;
  const reminder = createReminder({
    clock,
    remind(id) {
      const step = stepOf(view, id);
      if (step !== undefined)
        printFact({
          word: 'wait',
          text: `${step.title}: ${stateText(view, step, time.now())}${waitedText(step, time.now())}`,
        });
    },
  });

  const print = (line: string) => stdout.write(`${sanitiseLine(line)}\n`);
  const printFact = ({ word, text, more = [] }: FactLine) => {
    stdout.write(`${colours(chalk)[word](fill(word, wordWidth))}  ${sanitiseLine(text)}\n`);
    for (const line of more) stdout.write(`${' '.repeat(wordWidth)}    ${sanitiseLine(line)}\n`);
  };

  return {
    isInteractive: prompter !== undefined,
    prompter: prompter ?? { ask: (request) => Promise.reject(unanswered(request.question.ask)) },
    async chooseRecipe(recipes) {
      return (await asking(prompter, 'Which recipe?').chooseRecipe(recipes))?.name;
    },
    async chooseCluster({ found }) {
      const asker = asking(prompter, 'Which cluster?');
      print('Looking for clusters.');
      const clusters = await found;
      if (clusters.length === 0) print('There is no cluster on this machine, and no kubeconfig context.');
      return asker.chooseCluster(clusters);
    },
    chooseFaults: (request) => asking(prompter, 'Which faults?').chooseFaults(request),
    confirm: async (request) => asking(prompter, request.question).confirm(request),
    busy(message) {
      if (message !== '') print(`${message}.`);
    },
    async showPlan(plan, report, estimates) {
      stdout.write(planText(plan, report, estimates));
      if (prompter === undefined) return { reply: 'start' };
      return prompter.choosePlanReply(!report.problems.some((problem) => problem.isFatal));
    },
    emit(event) {
      view = reduce(view, event, time.now());
      reminder.look(view);
      if (event.type === 'step.output' && !verbose) return;
      if (event.type === 'decision.needed' && prompter !== undefined) return; // The prompt shows the question.
      const fact = isNews(event) ? factOf(event, view) : undefined;
      if (fact !== undefined) printFact(fact);
    },
    decide(decision, signal) {
      if (prompter !== undefined) return prompter.decide(decision, signal);
      const canStop = decision.options.some(({ action }) => action === 'stop');
      if (!canStop) return Promise.reject(new Bug(`decision ${decision.id} offers no way to stop`));
      return Promise.resolve({ id: decision.id, action: 'stop' });
    },
    finish(summary) {
      for (const line of summaryLines(summary)) print(line);
      return Promise.resolve('leave');
    },
    say(message: Message) {
      const stream = message.level === 'info' ? stdout : stderr;
      const [first = '', ...rest] = messageLines(message).map(sanitiseLine);
      stream.write(`${[levelColours(chalk)[message.level](first), ...rest].join('\n')}\n`);
    },
    timedBy: (other) => void (time = other ?? clock),
    onInterrupt() {},
    withdraw: (reason) => prompter?.withdraw(reason),
    close() {
      reminder.stop();
      return Promise.resolve();
    },
  };
}

const wordWidth = 'decide'.length;

type Paint = (text: string) => string;

/** Colour only repeats what the word says. */
function colours(chalk: ChalkInstance): Record<FactWord, Paint> {
  return {
    begin: chalk.bold,
    start: chalk.blue,
    run: chalk.blue,
    wait: chalk.yellow,
    pods: chalk.yellow,
    skip: chalk.dim,
    same: chalk.dim,
    done: chalk.green,
    FAIL: chalk.red,
    output: chalk.dim,
    decide: chalk.yellow,
    end: chalk.bold,
  };
}

function levelColours(chalk: ChalkInstance): Record<Message['level'], Paint> {
  return { info: (text) => text, warning: chalk.yellow, error: chalk.red };
}

function summaryLines(summary: Summary): string[] {
  const view = summaryView(summary);
  const width = Math.max(0, ...view.rows.map(({ label }) => widthOf(label)));
  return [
    `${view.heading} (${view.facts})`,
    ...view.rows.map(
      ({ label, text, hint }) => `  ${fill(label, width)}  ${text}${hint === undefined ? '' : `  (${hint})`}`,
    ),
    ...(view.closing === undefined ? [] : [view.closing]),
  ];
}

function asking(prompter: LinePrompter | undefined, question: string): LinePrompter {
  if (prompter === undefined) throw unanswered(question);
  return prompter;
}

function unanswered(question: string): UserError {
  return new UserError(`No answer to: ${question}`, {
    why: 'There is no terminal to ask on.',
    next: ['Give the answer with a flag, --set or an answers file, or take the defaults with --yes.'],
    exitCode: exitCodes.answerMissing,
  });
}
