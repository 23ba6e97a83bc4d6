import type { Invocation, OutputForm } from '../cli/invocation.ts';
import { UserError } from '../errors/errors.ts';
import type { Frontend } from './frontend.ts';
import type { Terminal } from './ink/terminal.ts';

export interface FrontendRequest {
  invocation: Invocation;
  environment: NodeJS.ProcessEnv;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  version: string;
  /** Where the first screen has been drawn already. */
  terminal?: Terminal | undefined;
}

/** The front end that fits the terminal and the flags; each is loaded only when it is used. */
export async function createFrontend(request: FrontendRequest): Promise<Frontend & { restore(): void }> {
  const { stdin, stdout, stderr, version, invocation } = request;
  const form = outputForm(request);
  switch (form) {
    case 'ink': {
      const { createInkFrontend, restoreTerminal } = await import('./ink/frontend.tsx');
      return Object.assign(
        createInkFrontend({
          stdin,
          stdout,
          version,
          environment: request.environment,
          ...(invocation.colour ? {} : { colour: false }),
          ...(request.terminal === undefined ? {} : { terminal: request.terminal }),
        }),
        { restore: restoreTerminal },
      );
    }
    case 'plain': {
      const { createPlainFrontend } = await import('./plain/frontend.ts');
      const prompter = hasTerminal(request) && !invocation.yes ? await linePrompter(stdin, stdout) : undefined;
      return Object.assign(
        createPlainFrontend({
          stdout,
          stderr,
          colour: invocation.colour && stdout.isTTY,
          verbose: invocation.verbose,
          ...(prompter === undefined ? {} : { prompter }),
        }),
        { restore: () => undefined },
      );
    }
    case 'json': {
      const { createJsonFrontend } = await import('./json/frontend.ts');
      return Object.assign(createJsonFrontend({ stdout, clock: { now: Date.now }, verbose: invocation.verbose }), {
        restore: () => undefined,
      });
    }
    default:
      return form satisfies never;
  }
}

async function linePrompter(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream) {
  const [{ createLineInput }, { createLinePrompter }] = await Promise.all([
    import('./prompts/line-input.ts'),
    import('./prompts/line-prompter.ts'),
  ]);
  return createLinePrompter(createLineInput({ stdin, stdout }));
}

/** Ink draws the wizard; commands that print and end, and runs that ask nothing, are lines. */
export function outputForm(
  request: Pick<FrontendRequest, 'invocation' | 'environment' | 'stdin' | 'stdout'>,
): OutputForm {
  const { invocation, environment } = request;
  if (invocation.output === 'ink' && !hasTerminal(request))
    throw new UserError('--output ink needs a terminal', { next: ['--output plain'] });
  if (invocation.output !== undefined) return invocation.output;
  const draws = ['wizard', 'up', 'resume', 'down'].includes(invocation.command) && !invocation.yes;
  const canDraw = hasTerminal(request) && environment['TERM'] !== 'dumb' && environment['INK_SCREEN_READER'] !== 'true';
  return draws && canDraw ? 'ink' : 'plain';
}

function hasTerminal({ stdin, stdout }: Pick<FrontendRequest, 'stdin' | 'stdout'>): boolean {
  return stdin.isTTY && stdout.isTTY;
}
