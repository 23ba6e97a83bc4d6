import type { Decision, DecisionAction, DecisionAnswer, Failure } from '../events/events.ts';
import type { StepId } from '../plan/plan.ts';

/** Asks what to do with a failed step. Rejects when its signal is aborted. */
export type Decide = (decision: Decision, signal: AbortSignal) => Promise<DecisionAnswer>;

export interface DecisionsRequest {
  decide: Decide;
  /** Nobody is asked any more: the run ends. */
  signal: AbortSignal;
  say: (event: { type: 'decision.needed'; decision: Decision }) => void;
  /** Called with what the person wants, before the next question. */
  decided: (step: StepId, action: DecisionAction) => void;
  /** The question could not be put. */
  failed: (step: StepId, error: unknown) => void;
}

/** One question at a time: two steps that fail together are asked about one after the other. */
export class Decisions {
  readonly #request: DecisionsRequest;
  #asking: Promise<unknown> = Promise.resolve();
  #count = 0;

  constructor(request: DecisionsRequest) {
    this.#request = request;
  }

  /** Never rejects: a question that nobody could answer means stop. */
  async on(step: StepId, failure: Failure): Promise<DecisionAction> {
    const { signal, decided } = this.#request;
    const asked = this.#asking.then(async () => {
      const action = signal.aborted ? 'stop' : await this.#ask(step, failure);
      decided(step, action);
      return action;
    });
    this.#asking = asked;
    return asked;
  }

  async #ask(step: StepId, failure: Failure): Promise<DecisionAction> {
    const { decide, signal, say, failed } = this.#request;
    this.#count += 1;
    const decision: Decision = {
      id: `${step}#${this.#count}`,
      step,
      question: failure.cause,
      options: [
        { action: 'retry', label: 'try again' },
        { action: 'change-answer', label: 'change an answer' },
        { action: 'stop', label: 'stop' },
      ],
    };
    say({ type: 'decision.needed', decision });
    try {
      return (await decide(decision, signal)).action;
    } catch (error) {
      if (!signal.aborted) failed(step, error);
      return 'stop';
    }
  }
}
