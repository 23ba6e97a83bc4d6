import { Bug, UserError } from '../../errors/errors.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import type { EngineEvent } from '../../events/events.ts';
import type { Frontend } from '../frontend.ts';
import type { Clock } from '../../clock.ts';

export interface JsonFrontendOptions {
  stdout: { write(text: string): unknown };
  clock: Pick<Clock, 'now'>;
  /** Print `step.output` too. */
  verbose?: boolean;
}

/** Version of the envelope and its types; design section 12. */
const jsonVersion = 1;

/** Events as JSON, one object a line: `v`, `seq`, `time`, `type`, then the fields of the type. Never asks. */
export function createJsonFrontend({ stdout, clock, verbose = false }: JsonFrontendOptions): Frontend {
  let seq = 0;
  let ownTime: Pick<Clock, 'now'> = clock;
  const print = (type: string, fields: object) => {
    seq += 1;
    const time = new Date(ownTime.now()).toISOString();
    stdout.write(`${JSON.stringify({ v: jsonVersion, seq, time, type, ...fields })}\n`);
  };

  return {
    isInteractive: false,
    prompter: { ask: (request) => Promise.reject(unanswered(request.question.ask)) },
    chooseRecipe: () => Promise.reject(unanswered('Which recipe?', 'Name it: deploy-wizard up RECIPE')),
    chooseCluster: () => Promise.reject(unanswered('Which cluster?', 'Name it: --target minikube')),
    chooseFaults: () => Promise.reject(unanswered('Which faults?', 'Name them: --fault image-pull:web')),
    confirm: ({ question }) => Promise.reject(unanswered(question)),
    busy() {},
    showPlan(_plan, report, estimates) {
      const { problems, proven } = report;
      print('preflight.finished', { problems, proven, estimates });
      return Promise.resolve({ reply: 'start' });
    },
    emit(event: EngineEvent) {
      const { type, ...fields } = event;
      if (type !== 'step.output' || verbose) print(type, fields);
    },
    decide(decision) {
      const stop = decision.options.find(({ action }) => action === 'stop');
      if (stop === undefined) return Promise.reject(new Bug(`decision ${decision.id} offers no way to stop`));
      return Promise.resolve({ id: decision.id, action: 'stop' });
    },
    finish: () => Promise.resolve('leave'),
    say: (message) => print('message', message),
    timedBy: (time) => void (ownTime = time ?? clock),
    onInterrupt() {},
    withdraw() {},
    close: () => Promise.resolve(),
  };
}

function unanswered(
  question: string,
  next = 'Give the answer with --set, in an answers file, or take defaults with --yes.',
) {
  return new UserError(`No answer to: ${question}`, {
    why: 'With --output json nothing is asked.',
    next: [next],
    exitCode: exitCodes.answerMissing,
  });
}
