import type { AskReply, AskRequest, Prompter } from '../../src/questions/question.ts';

/** A text to answer with, or to leave with. */
export type Say = string | AskReply;

export const back: AskReply = { reply: 'back' };
export const stop: AskReply = { reply: 'stop' };

/** Enter: what is suggested, or nothing, as a field that is filled in gives it. */
export const enter = 'the suggestion, by Enter';

export interface FakePrompter extends Prompter {
  /** Every question as it was shown. */
  readonly asked: AskRequest[];
  ids(): string[];
}

/** A person who answers each question by its id, one after the other when there are several, else with Enter. */
export function prompterFrom(answers: Record<string, Say | Say[]> = {}): FakePrompter {
  const left = new Map(Object.entries(answers).map(([id, says]) => [id, Array.isArray(says) ? [...says] : [says]]));
  const asked: AskRequest[] = [];
  return {
    asked,
    ids: () => asked.map(({ question }) => question.id),
    async ask(request) {
      asked.push(request);
      if (asked.length > 100) throw new Error('asked for ever');
      const say = left.get(request.question.id)?.shift() ?? enter;
      if (typeof say !== 'string') return say;
      return { reply: 'answer', text: say === enter ? (request.suggestion ?? '') : say };
    },
  };
}
