import { Bug, messageOf, ToolError, UserError } from '../errors/errors.ts';
import { exitCodes, type ExitCode } from '../errors/exit-codes.ts';
import type { Failure } from '../events/events.ts';
import { StepFailure } from './step.ts';

/** Errors whose exit code says more than that a step failed: the run ends with it. */
const codes: Partial<Record<ExitCode, string>> = { [exitCodes.targetChanged]: 'target-changed' };

/** Whatever a step threw, as the words for the person. */
export function failureOf(error: unknown): Failure {
  if (error instanceof StepFailure) return error.failure;
  if (error instanceof UserError) {
    return {
      code: codes[error.exitCode] ?? 'user',
      cause: error.message,
      evidence: error.why === undefined ? [] : [error.why],
      remedy: error.next,
    };
  }
  if (error instanceof ToolError) {
    return {
      code: error.code,
      cause: error.why === undefined ? error.message : `${error.message}: ${error.why}`,
      // What is the cause already is not said twice.
      evidence: error.lastLines.filter((line) => line.trim() !== '' && line !== error.why).slice(-8),
      remedy: error.next.length > 0 ? error.next : [`Run it by hand: ${error.argv.join(' ')}`],
    };
  }
  const bug = error instanceof Bug ? error : new Bug(messageOf(error), { cause: error });
  const stack = (error instanceof Error ? error.stack : bug.stack)?.split('\n').slice(1, 5) ?? [];
  return {
    code: 'bug',
    cause: `A mistake in deploy-wizard: ${bug.message}`,
    evidence: stack.map((line) => line.trim()),
    remedy: ['Report it with these lines; running `up` again goes on where it stopped.'],
  };
}

export function isTransient(error: unknown): boolean {
  return error instanceof ToolError && error.isTransient;
}
