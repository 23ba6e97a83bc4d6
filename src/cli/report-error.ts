import { exitCodes, type ExitCode } from '../errors/exit-codes.ts';
import { formatPlace, messageOf, ToolError, UserError, UserErrors } from '../errors/errors.ts';
import { sanitise } from '../secrets/sanitise.ts';

/** The last words of a command that failed before it could say them itself: what, why, what now. Never a stack, unless it is our mistake. */
export function reportError(error: unknown, stream: { write(text: string): unknown }): ExitCode {
  const { lines, code } = wordsOf(error);
  // Words from outside may have several lines: none of them may look like one of ours.
  stream.write(`${lines.map((line) => sanitise(line).replaceAll('\n', '\n    ')).join('\n')}\n`);
  return code;
}

function wordsOf(error: unknown): { lines: string[]; code: ExitCode } {
  if (error instanceof UserErrors) {
    return {
      lines: [`error: ${error.message}`, ...error.errors.flatMap((one) => wordsOfUser(one, '  '))],
      code: error.exitCode,
    };
  }
  if (error instanceof UserError) return { lines: wordsOfUser(error, 'error: '), code: error.exitCode };
  if (error instanceof ToolError) {
    return {
      lines: [
        `error: ${error.message}${error.why === undefined ? '' : `: ${error.why}`}`,
        ...error.lastLines.slice(-5).map((line) => `  ${line}`),
        `  ran: ${error.argv.join(' ')} (${error.status === null ? 'ended by a signal' : `exit code ${error.status}`})`,
        ...error.next.map((next) => `  next: ${next}`),
      ],
      code: exitCodes.preflight,
    };
  }
  if (error instanceof Error && error.message === 'interrupted')
    return { lines: ['Interrupted.'], code: exitCodes.interrupted };
  if (error === 'SIGTERM') return { lines: ['Terminated.'], code: exitCodes.terminated };
  if (isTroubleOfTheMachine(error))
    return {
      lines: [`error: ${messageOf(error)}`, '  next: Make room, or give this program the right to write there.'],
      code: exitCodes.preflight,
    };
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return {
    lines: [
      `A mistake in deploy-wizard: ${messageOf(error)}`,
      ...stack.split('\n').slice(1, 8),
      'Please report it with these lines.',
    ],
    code: exitCodes.bug,
  };
}

/** What the file system refused is nobody's mistake but to be mended by the person. */
function isTroubleOfTheMachine(error: unknown): boolean {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  return syscall !== undefined && ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EMFILE'].includes(code ?? '');
}

function wordsOfUser({ message, why, next, place }: UserError, lead: string): string[] {
  const where = place === undefined ? '' : `${formatPlace(place)}: `;
  return [
    `${lead}${where}${message}`,
    ...(why === undefined ? [] : [`  ${why}`]),
    ...next.map((line) => `  next: ${line}`),
  ];
}
