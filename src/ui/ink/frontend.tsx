import { UserError } from '../../errors/errors.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import type { Decision, DecisionAnswer } from '../../events/events.ts';
import type { FoundCluster } from '../../providers/provider.ts';
import type { ClusterRequest, Frontend } from '../frontend.ts';
import { systemClock, type Clock } from '../../clock.ts';
import { appearanceOf } from './appearance.ts';
import { createApplication, type Application } from './application.tsx';
import { messageHistory, summaryHistory } from './history.ts';
import { askScreen } from './screens/ask.tsx';
import { chooseScreen } from './screens/choose.tsx';
import { confirmScreen } from './screens/confirm.tsx';
import { decisionScreen } from './screens/decision.tsx';
import { planScreen } from './screens/plan.tsx';
import { rehearsalScreen } from './screens/rehearsal.tsx';
import { summaryScreen } from './screens/summary.tsx';
import { whereScreen, withClusters } from './screens/where.tsx';
import type { Terminal, TerminalInput, TerminalOutput } from './terminal.ts';

export { restoreTerminal } from './terminal.ts';

export interface InkFrontendOptions {
  stdin: TerminalInput;
  stdout: TerminalOutput & { hasColors?(): boolean };
  version: string;
  /** NO_COLOR, TERM and the locale are looked at. */
  environment?: NodeJS.ProcessEnv;
  /** Overrules the environment: `--no-color`. */
  colour?: boolean;
  clock?: Clock;
  /** Where `paintFirst` has drawn already. */
  terminal?: Terminal;
}

/** One continuous application on the terminal, from the first question to the last screen. */
export function createInkFrontend(options: InkFrontendOptions): Frontend {
  const { environment = process.env, clock = systemClock } = options;
  const application = createApplication({ ...options, clock, ...appearanceOf({ ...options, environment }) });
  const { asker, board, store, stage, redraw } = application;

  return {
    isInteractive: true,
    // Async throughout: what cannot be asked is a rejection, never a throw.
    prompter: { ask: async (request) => asker.open(askScreen, request, { reply: { reply: 'stop' } }).answer },
    async chooseRecipe(recipes) {
      return (await asker.open(chooseScreen, recipes, { reply: undefined }).answer)?.name;
    },
    chooseCluster: (request) => chooseCluster(application, clock, request),
    chooseFaults: async (request) => asker.open(rehearsalScreen, request, { reply: undefined }).answer,
    async confirm(request) {
      const stopped = new UserError('Stopped', { exitCode: exitCodes.interrupted });
      return asker.open(confirmScreen, request, { error: stopped }).answer;
    },
    busy: (message) => application.setBusy(message),
    async showPlan(plan, report, estimates) {
      board.expect(estimates.total > 0 ? estimates.total : undefined);
      return asker.open(planScreen, { plan, report, estimates }, { reply: { reply: 'quit' } }).answer;
    },
    emit(event) {
      board.heard(event);
      store.dispatch(event);
    },
    decide: (decision, signal) => decide(application, decision, signal),
    async finish(summary) {
      board.closeLook();
      board.commitNews(stage.frame());
      stage.commit(summaryHistory(summary, stage.frame().width));
      return asker.open(summaryScreen, summary, { reply: 'leave' }).answer;
    },
    say(message) {
      board.notice(message.text);
      board.commitNews(stage.frame());
      stage.commit(messageHistory(message, stage.frame().width));
      redraw.soon();
    },
    timedBy: (time) => application.setTime(time ?? clock),
    onInterrupt: (listener) => application.onInterrupt(listener),
    withdraw: (reason) => asker.withdraw(reason),
    async close() {
      redraw.stop();
      await stage.close();
    },
  };
}

async function chooseCluster(
  application: Application,
  clock: Clock,
  { found, recipe, canGoBack }: ClusterRequest,
): Promise<FoundCluster | 'back' | undefined> {
  const request = { recipe, canGoBack, since: clock.now() };
  const screen = application.asker.open(whereScreen, request, { reply: undefined });
  application.setSearching(true);
  found.then(
    (clusters) => {
      application.setSearching(false);
      screen.update((state) => withClusters(state, clusters, clock.now()));
    },
    (error: unknown) => {
      application.setSearching(false);
      screen.withdraw(error);
    },
  );
  return screen.answer;
}

async function decide({ asker }: Application, decision: Decision, signal: AbortSignal): Promise<DecisionAnswer> {
  signal.throwIfAborted();
  const screen = asker.open(decisionScreen, decision, 'passed');
  const withdraw = () => screen.withdraw(signal.reason);
  signal.addEventListener('abort', withdraw, { once: true });
  try {
    return { id: decision.id, action: await screen.answer };
  } finally {
    signal.removeEventListener('abort', withdraw);
  }
}
