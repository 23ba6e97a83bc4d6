import { join, resolve } from 'node:path';
import { writeAtomically } from '../engine/journal/atomic-file.ts';
import { unfinishedRun } from '../engine/journal/journal.ts';
import { directoryName } from '../engine/journal/state-directory.ts';
import { messageOf, UserError } from '../errors/errors.ts';
import { exitCodes, type ExitCode } from '../errors/exit-codes.ts';
import { pathSeconds } from '../plan/critical-path.ts';
import { answersFileName, answersFileText } from '../questions/answers-file.ts';
import type { Answers } from '../questions/question.ts';
import { questionsOf } from '../questions/recipe-questions.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { stepPlans } from '../steps/plans.ts';
import type { FoundCluster } from '../providers/provider.ts';
import { connectToDeploy, type Connection, type DeployConnection } from './connection.ts';
import { deploy, type Deployed } from './deploy.ts';
import { estimatesOf } from './estimates.ts';
import { down } from './down.ts';
import { openAddress } from './open.ts';
import { prepare, type Prepared } from './prepare.ts';
import type { Program } from './program.ts';
import { chooseRecipe, choiceOf } from './recipes.ts';
import { requireSomebody } from './require-somebody.ts';
import { summaryOf } from './summary.ts';
import { chooseTarget } from './targets.ts';

/** The main command: which recipe, which cluster, answers, plan, run, summary. */
export async function up(program: Program): Promise<ExitCode> {
  requireSomebody(program);
  let recipe = await chooseRecipe(program);
  for (;;) {
    if (recipe === undefined) return exitCodes.interrupted;
    const cluster = await chooseTarget(program, choiceOf(recipe), program.invocation.recipe === undefined);
    if (cluster === undefined) return exitCodes.interrupted;
    if (cluster === 'back') {
      recipe = await chooseRecipe({ ...program, chosen: undefined });
      continue;
    }
    const outcome = await upOn(program, recipe, cluster);
    if (outcome !== 'choose-again') return outcome;
  }
}

/** On one cluster. `choose-again`: the person went back before the first question. */
export async function upOn(
  program: Program,
  recipe: Recipe,
  cluster: FoundCluster,
  isResumed = false,
): Promise<ExitCode | 'choose-again'> {
  if (cluster.provider === 'rehearsal' && program.rehearsal === undefined) {
    const { chooseFaults, rehearse } = await import('./rehearse.ts');
    const faults = await chooseFaults(program, recipe);
    if (faults === undefined) return exitCodes.interrupted;
    if (faults === 'back') return 'choose-again';
    return rehearse(program, faults, (played) => upOn(played, recipe, cluster, isResumed));
  }
  program.frontend.busy(cluster.state === 'running' ? `reading ${cluster.name}` : 'looking at the tools');
  const connection = await connectToDeploy(cluster, program).finally(() => program.frontend.busy(''));
  try {
    const resumed = await answersToResume(program, recipe, connection, isResumed);
    return await loop(program, recipe, connection, resumed);
  } finally {
    await connection.close();
  }
}

/** Answers, plan and run, again as long as an answer is changed. */
async function loop(
  program: Program,
  recipe: Recipe,
  connection: DeployConnection,
  resumed: Record<string, string | number | boolean> | undefined,
): Promise<ExitCode | 'choose-again'> {
  let earlier: Answers | undefined;
  let changing: string | undefined;
  let taken = resumed;
  for (;;) {
    const preparation = await prepare({ program, recipe, connection, resumed: taken, earlier, changing });
    if (preparation.outcome === 'stop') return exitCodes.interrupted;
    if (preparation.outcome === 'back') {
      if (program.invocation.target !== undefined) continue;
      return 'choose-again';
    }
    const { prepared } = preparation;
    earlier = prepared.answers;
    taken = undefined;
    const reply = await approve(program, prepared);
    if (reply === 'back') {
      changing = firstToChange(prepared);
      continue;
    }
    if (typeof reply === 'number') return reply;
    const deployed = await deploy(program, prepared);
    if (deployed.result.outcome === 'change-answer') {
      changing = undefined;
      continue;
    }
    return await finish(program, prepared, deployed);
  }
}

/** Shows the plan. Nobody to ask: fatal problems end it, else it starts. */
async function approve(program: Program, prepared: Prepared): Promise<'start' | 'back' | ExitCode> {
  const { frontend, invocation } = program;
  const { plan, report, recipe } = prepared;
  frontend.emit({ type: 'run.planned', plan });
  if (invocation.saveAnswers !== undefined) await saveAnswers(program, prepared, invocation.saveAnswers);
  const fatal = report.problems.filter(({ isFatal }) => isFatal);
  if (!frontend.isInteractive || invocation.yes) {
    for (const { message, neededBy, remedy, isFatal } of report.problems) {
      frontend.say({
        level: isFatal ? 'error' : 'warning',
        text: message,
        ...(neededBy === undefined ? {} : { detail: [`needed by ${neededBy}`] }),
        next: remedy,
      });
    }
    if (fatal.length === 0) return 'start';
    frontend.say({ level: 'error', text: 'Nothing was changed.' });
    return exitCodes.preflight;
  }
  const { steps, source } = estimatesOf(plan, recipe.expect.steps, prepared.ledger?.durations);
  for (;;) {
    const { reply } = await frontend.showPlan(plan, report, { steps, source, total: pathSeconds(plan.steps, steps) });
    if (reply === 'quit') return fatal.length > 0 ? exitCodes.preflight : exitCodes.interrupted;
    if (reply === 'back') return 'back';
    if (reply === 'save') await saveAnswers(program, prepared, answersFileName);
    else if (fatal.length === 0) return 'start';
    else return 'back';
  }
}

/** The first answer that a problem names, else the last question: where going back leads. */
function firstToChange({ report, recipe }: Prepared): string | undefined {
  const named = new Set(report.problems.flatMap(({ answers }) => answers));
  return questionsOf(recipe, stepPlans).find(({ id }) => named.has(id))?.id;
}

async function saveAnswers(
  { directory, frontend }: Program,
  { recipe, answers }: Prepared,
  path: string,
): Promise<void> {
  const file = resolve(directory, path);
  try {
    await writeAtomically(file, answersFileText(recipe.name, questionsOf(recipe, stepPlans), answers));
  } catch (error) {
    throw new UserError(`The answers cannot be saved in ${file}`, {
      why: messageOf(error),
      next: ['Name another file with --save-answers.'],
    });
  }
  frontend.say({ level: 'info', text: `Answers saved in ${file}, without secrets` });
}

/** An earlier run without an end is offered once, before the first question. */
async function answersToResume(
  program: Program,
  recipe: Recipe,
  { target }: Connection,
  isResumed: boolean,
): Promise<Record<string, string | number | boolean> | undefined> {
  const { invocation, frontend, state } = program;
  const environment = invocation.environment ?? Object.keys(recipe.environments)[0] ?? 'local';
  const namespace = invocation.namespace ?? recipe.namespace ?? recipe.name;
  const open = await unfinishedRun(
    join(state, directoryName({ context: target.context, namespace, recipe: recipe.name, environment })),
  );
  if (open === undefined) return undefined;
  const answers = { ...open.start.answers, source: open.start.source };
  if (isResumed || invocation.yes || !frontend.isInteractive) return isResumed ? answers : undefined;
  const goesOn = await frontend.confirm({
    question: 'Go on with the run that was not finished?',
    detail: [
      `It began ${open.start.at.replace('T', ' ').slice(0, 16)} UTC in namespace ${open.start.namespace}; ${open.done.length} steps were done.`,
      ...(open.failed === undefined ? [] : [`${open.failed.step} failed: ${open.failed.cause}`]),
      ...(open.open.length === 0
        ? []
        : [`Interrupted: ${open.open.join(', ')}. Each step is checked against the cluster before it acts.`]),
    ],
    yes: 'go on with the same answers',
    no: 'answer anew',
    isDefaultYes: true,
  });
  return goesOn ? answers : undefined;
}

async function finish(program: Program, prepared: Prepared, deployed: Deployed): Promise<ExitCode> {
  const { frontend } = program;
  if (deployed.result.outcome === 'stopped') {
    frontend.say({
      level: 'warning',
      ...(program.rehearsal === undefined
        ? {
            text: 'Stopped. What was done stays, and is checked when you go on.',
            next: ['npx deploy-wizard resume'],
          }
        : { text: 'Stopped. Nothing stays: the cluster of a rehearsal ends with it.' }),
    });
    return deployed.exitCode;
  }
  const wish = await frontend.finish(summaryOf(program, prepared, deployed));
  if (wish === 'open') await openAddress(program, Object.values(deployed.endpoints)[0]);
  if (wish === 'undo')
    return down(program, {
      recipe: prepared.recipe.name,
      connection: prepared.connection,
      namespace: prepared.plan.namespace,
    });
  return deployed.exitCode;
}
