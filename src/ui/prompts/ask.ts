import type { AskReply, AskRequest, Choice } from '../../questions/question.ts';
import type { LineChoice, LineInput, Typed } from './line-input.ts';

/** Typed alone, goes back: Esc does not reach a line prompt. The prompt says so. */
const backWord = '<';
/** Typed alone, empties an optional answer that has a suggestion. The prompt says so. */
const noneWord = '-';

const back = Symbol('back');

/** Asks one question of a recipe in line mode. */
export async function askByLine(lines: LineInput, request: AskRequest): Promise<AskReply> {
  const { question, position, total, error } = request;
  lines.print('');
  if (error !== undefined) lines.print(`That answer does not do: ${error}`);
  lines.print(`Why: ${question.why}`);
  const message = `${question.ask} (${position} of ${total})`;
  if (question.type === 'secret')
    return replyOf(await lines.secret({ message: `${message}${secretHints(request)}` }), request);
  const choices = choicesOf(request);
  if (choices.length > 0) return choose(lines, request, message, choices);
  const { suggestion } = request;
  return replyOf(
    await lines.text({
      message: `${message}${textHints(request)}`,
      ...(suggestion === undefined ? {} : { initial: suggestion }),
    }),
    request,
  );
}

/** What can be picked from a list instead of typed. */
function choicesOf({ question, choices }: AskRequest): Choice[] {
  if (question.type !== 'boolean' || choices.length > 0) return choices;
  return [
    { value: 'true', label: 'yes' },
    { value: 'false', label: 'no' },
  ];
}

async function choose(
  lines: LineInput,
  request: AskRequest,
  message: string,
  choices: readonly Choice[],
): Promise<AskReply> {
  const listed: LineChoice<string | typeof back>[] = choices.map(({ value, label, hint }) => ({
    value,
    name: hint === undefined ? label : `${label} (${hint})`,
  }));
  if (request.canGoBack) listed.push({ value: back, name: 'go back to the question before' });
  const { suggestion } = request;
  const answer = await lines.choose({
    message,
    choices: listed,
    ...(suggestion === undefined ? {} : { initial: suggestion }),
  });
  if (answer === 'stopped') return { reply: 'stop' };
  return answer.typed === back ? { reply: 'back' } : { reply: 'answer', text: answer.typed };
}

function replyOf(answer: Typed<string>, request: AskRequest): AskReply {
  if (answer === 'stopped') return { reply: 'stop' };
  const text = answer.typed;
  if (request.canGoBack && text.trim() === backWord) return { reply: 'back' };
  if (canBeEmptied(request) && text.trim() === noneWord) return { reply: 'answer', text: '' };
  return { reply: 'answer', text };
}

function canBeEmptied({ question, suggestion }: AskRequest): boolean {
  return question.isOptional === true && suggestion !== undefined && question.type !== 'secret';
}

function textHints(request: AskRequest): string {
  const hints = [
    ...(canBeEmptied(request) ? [`${noneWord} for none`] : []),
    ...(request.question.isOptional === true && request.suggestion === undefined ? ['Enter for none'] : []),
    ...backHint(request),
  ];
  return inBrackets(hints);
}

function secretHints(request: AskRequest): string {
  const hints = [
    ...(request.isKept === true ? ['Enter keeps the one in the cluster'] : []),
    ...(request.isKept !== true && request.question.isOptional === true ? ['Enter for none'] : []),
    ...backHint(request),
  ];
  return inBrackets(hints);
}

function backHint({ canGoBack }: AskRequest): string[] {
  return canGoBack ? [`${backWord} goes back`] : [];
}

function inBrackets(hints: string[]): string {
  return hints.length === 0 ? '' : ` [${hints.join(', ')}]`;
}
