import type { Problem } from '../../plan/preflight/report.ts';
import type { Message } from '../frontend.ts';

/** What preflight found, one fact a line: what is missing, who needs it, what to do. */
export function problemLines(problem: Problem): string[] {
  return [
    `${problem.message} [${problem.code}]`,
    ...(problem.neededBy === undefined ? [] : [`  needed by ${problem.neededBy}`]),
    ...(problem.answers.length === 0 ? [] : [`  depends on the answer ${problem.answers.join(', ')}`]),
    ...problem.remedy.map((line) => `  do: ${line}`),
  ];
}

const levelWords: Record<Message['level'], string> = { info: '', warning: 'warning: ', error: 'error: ' };

/** A message as lines: what, more facts, what to do next. */
export function messageLines(message: Message): string[] {
  return [
    levelWords[message.level] + message.text,
    ...(message.detail ?? []).map((line) => `  ${line}`),
    ...(message.next ?? []).map((line) => `  next: ${line}`),
  ];
}
