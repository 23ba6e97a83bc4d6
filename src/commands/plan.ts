import { exitCodes, type ExitCode } from '../errors/exit-codes.ts';
import { pathSeconds } from '../plan/critical-path.ts';
import { planText } from '../ui/plain/plan-text.ts';
import { connectToDeploy } from './connection.ts';
import { estimatesOf } from './estimates.ts';
import { prepare } from './prepare.ts';
import type { Program } from './program.ts';
import { chooseRecipe, choiceOf } from './recipes.ts';
import { chooseTarget } from './targets.ts';

/** The plan as text or JSON; touches nothing. Exit 4 when a check says that it would fail. */
export async function plan(program: Program, write: (text: string) => void): Promise<ExitCode> {
  const { frontend, invocation } = program;
  const recipe = await chooseRecipe(program);
  const cluster = recipe === undefined ? undefined : await chooseTarget(program, choiceOf(recipe));
  if (recipe === undefined || cluster === undefined) return exitCodes.interrupted;
  const connection = await connectToDeploy(cluster, program);
  try {
    const preparation = await prepare({ program, recipe, connection });
    if (preparation.outcome !== 'ready') return exitCodes.interrupted;
    const { plan: built, report, ledger } = preparation.prepared;
    if (invocation.output === 'json') frontend.emit({ type: 'run.planned', plan: built });
    else {
      const { steps, source } = estimatesOf(built, recipe.expect.steps, ledger?.durations);
      write(planText(built, report, { steps, source, total: pathSeconds(built.steps, steps) }));
    }
    const fatal = report.problems.filter(({ isFatal }) => isFatal);
    if (invocation.output === 'json')
      for (const { message, remedy } of fatal) frontend.say({ level: 'error', text: message, next: remedy });
    return fatal.length === 0 ? exitCodes.ok : exitCodes.preflight;
  } finally {
    await connection.close();
  }
}
