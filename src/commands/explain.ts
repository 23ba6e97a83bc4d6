import { exitCodes, type ExitCode } from '../errors/exit-codes.ts';
import { UserError } from '../errors/errors.ts';
import { explainCode } from '../kubernetes/diagnosis/index.ts';
import { closest } from '../recipe/closest.ts';
import { stepPlans } from '../steps/plans.ts';
import type { Program } from './program.ts';

/** Why a step exists; what a failure code means and how to mend it. */
export function explain({ invocation }: Program, write: (text: string) => void): ExitCode {
  const [word] = invocation.words;
  if (word === undefined) {
    for (const { kind, why } of stepPlans) write(`${kind}\n  ${why}\n`);
    return exitCodes.ok;
  }
  const plan = stepPlans.find(({ kind }) => kind === word.split('.')[0]);
  if (plan !== undefined) {
    write(`${plan.why}\n`);
    return exitCodes.ok;
  }
  const text = explainCode(word);
  if (text !== undefined) {
    write(`${text}\n`);
    return exitCodes.ok;
  }
  const near = closest(
    word,
    stepPlans.map(({ kind }) => kind),
  );
  throw new UserError(`Nothing is known of ${word}`, {
    next: [near === undefined ? 'deploy-wizard explain lists the kinds of steps' : `Did you mean ${near}?`],
  });
}
