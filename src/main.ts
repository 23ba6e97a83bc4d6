import { readInvocation, type Invocation } from './cli/invocation.ts';
import type { Program } from './commands/program.ts';
import { exitCodes, type ExitCode } from './errors/exit-codes.ts';

/** The whole program: read the invocation, compose, run the command, end with its code. */
export async function main(argv: readonly string[], root: string, version: string): Promise<void> {
  let code: ExitCode;
  try {
    const invocation = readInvocation(argv, process.env);
    code =
      invocation.wants === undefined ? await run(invocation, root, version) : await print(invocation.wants, version);
  } catch (error) {
    const { reportError } = await import('./cli/report-error.ts');
    code = reportError(error, process.stderr);
  }
  process.exitCode = code;
}

async function print(what: 'version' | 'help', version: string): Promise<ExitCode> {
  if (what === 'version') process.stdout.write(`${version}\n`);
  else process.stdout.write((await import('./cli/help.ts')).helpText(version));
  return exitCodes.ok;
}

/** Everything heavier than words is loaded here, after `--version` and `--help` have been answered. */
async function run(invocation: Invocation, root: string, version: string): Promise<ExitCode> {
  const { showFirstScreen, choose } = await import('./first-screen.ts');
  const first = showFirstScreen(invocation, root, version);
  const { openStage } = await import('./stage.ts');
  const stage = await openStage(invocation, version, first?.terminal);
  try {
    const chosen = first === undefined ? Promise.resolve(undefined) : choose(stage, first.choices);
    // While the person looks at the first screen, the rest is loaded; not before Ink has drawn it.
    const preload = setTimeout(() => void import('./compose.ts').then(() => import('./commands/up.ts')), 80);
    const choice = await chosen.finally(() => clearTimeout(preload));
    if (choice === 'left') return exitCodes.interrupted;
    const { compose } = await import('./compose.ts');
    const program = await compose(stage, invocation, root, version);
    try {
      return await command({ ...program, chosen: choice?.recipe });
    } finally {
      await program.end();
    }
  } finally {
    await stage.close();
  }
}

async function command(program: Program): Promise<ExitCode> {
  const { invocation } = program;
  const write = (text: string) => process.stdout.write(text);
  switch (invocation.command) {
    case 'wizard':
    case 'up':
      return await (await import('./commands/up.ts')).up(program);
    case 'plan':
      return await (await import('./commands/plan.ts')).plan(program, write);
    case 'status':
      return await (await import('./commands/status.ts')).status(program);
    case 'open':
      return await (await import('./commands/open.ts')).open(program);
    case 'down':
      return await (await import('./commands/down.ts')).down(program);
    case 'resume':
      return await (await import('./commands/resume.ts')).resume(program);
    case 'recipe':
      return await (await import('./commands/recipe.ts')).recipe(program, write);
    case 'explain':
      return (await import('./commands/explain.ts')).explain(program, write);
    case 'diagnose':
    case 'rollback':
    case 'export':
    case 'doctor':
    case 'completion':
      return exitCodes.usage;
    default:
      return invocation.command satisfies never;
  }
}
