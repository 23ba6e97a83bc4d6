import { exitCodes } from '../errors/exit-codes.ts';
import { UserError } from '../errors/errors.ts';
import type { Program } from './program.ts';

/** Without a terminal only `--yes` says that the plan is approved. */
export function requireSomebody({ frontend, invocation }: Program): void {
  if (frontend.isInteractive || invocation.yes) return;
  throw new UserError('There is no terminal to ask on', {
    next: ['--yes takes the defaults and starts.', 'deploy-wizard plan shows what it would do.'],
    exitCode: exitCodes.answerMissing,
  });
}
