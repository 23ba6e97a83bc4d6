import { systemClock } from '../clock.ts';
import { exitCodes, type ExitCode } from '../errors/exit-codes.ts';
import type { Failure } from '../events/events.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { createJsonFrontend } from '../ui/json/frontend.ts';
import type { Program } from './program.ts';
import { rehearse } from './rehearse.ts';
import { findTarget } from './targets.ts';

/** Rehearses a recipe with its defaults, then with each fault that it declares; says what came of each. */
export async function rehearseRecipe(program: Program, recipe: Recipe): Promise<ExitCode> {
  const { frontend } = program;
  const plain = await rehearsal(program, recipe, []);
  if (plain.exitCode !== exitCodes.ok) {
    frontend.say({ level: 'error', text: 'The rehearsal did not pass', ...wordsOf(plain) });
    return exitCodes.stepFailed;
  }
  frontend.say({
    level: 'info',
    text: 'The rehearsal passed',
    detail: plain.notProven.map((text) => `not proven: ${text}`),
  });
  let isPassed = true;
  for (const { fault, code } of recipe.expect.faults) {
    const outcome = await rehearsal(program, recipe, [fault]);
    const codes = outcome.failures.map((failure) => failure.code);
    const isFound = codes.includes(code);
    isPassed &&= isFound;
    frontend.say(
      isFound
        ? { level: 'info', text: `${fault} is told as ${code}`, detail: outcome.failures.map(({ cause }) => cause) }
        : {
            level: 'error',
            text: `${fault} is not told as ${code}`,
            ...wordsOf(outcome),
            ...(codes.length === 0 ? { detail: ['No step failed.'] } : {}),
          },
    );
  }
  return isPassed ? exitCodes.ok : exitCodes.stepFailed;
}

interface Outcome {
  exitCode: number;
  failures: Failure[];
  notProven: string[];
}

/** One run on a cluster of its own. What it says is read, not shown. */
async function rehearsal(program: Program, recipe: Recipe, faults: readonly string[]): Promise<Outcome> {
  const events: Record<string, unknown>[] = [];
  const frontend = createJsonFrontend({
    stdout: { write: (line) => events.push(JSON.parse(line) as Record<string, unknown>) },
    clock: systemClock,
  });
  const { upOn } = await import('./up.ts');
  const quiet: Program = { ...program, frontend, invocation: { ...program.invocation, yes: true } };
  const cluster = await findTarget('rehearsal', program.providers, program.stop);
  const exitCode = await rehearse(quiet, faults, async (played) => {
    const code = await upOn(played, recipe, cluster);
    return code === 'choose-again' ? exitCodes.interrupted : code;
  });
  const finished = events.find(({ type }) => type === 'run.finished') as
    { rehearsal?: { notProven: string[] } } | undefined;
  const problems = events.flatMap((event) =>
    event['type'] === 'message' && event['level'] === 'error' ? [failureOf(event)] : [],
  );
  const failures = events.flatMap((event) => (event['type'] === 'step.failed' ? [event as unknown as Failure] : []));
  return { exitCode, failures: [...failures, ...problems], notProven: finished?.rehearsal?.notProven ?? [] };
}

/** What the check before the first change refuses comes as a message. */
function failureOf(event: Record<string, unknown>): Failure {
  const { text = '', next = [], detail = [] } = event as { text?: string; next?: string[]; detail?: string[] };
  return { code: 'preflight', cause: text, evidence: detail, remedy: next };
}

function wordsOf({ failures }: Outcome): { detail: string[]; next: string[] } {
  return {
    detail: failures.flatMap(({ code, cause, evidence }) => [`${code}: ${cause}`, ...evidence]),
    next: failures.flatMap(({ remedy }) => remedy),
  };
}
