import { exitCodes } from '../../errors/exit-codes.ts';
import { ToolError, UserError } from '../../errors/errors.ts';
import type { RunCommand } from '../shell/run.ts';
import { formatVersion, isAtLeast, parseVersion } from '../version.ts';

/** Server-side apply with `--field-manager`, `wait --for=delete` of what is gone already, `delete --raw` with a body. */
const oldest = { major: 1, minor: 29 };
const install = 'Install kubectl: https://kubernetes.io/docs/tasks/tools/ (macOS: brew install kubectl)';

/** Version of the person's kubectl, `1.35.2`. `UserError` (exit 4) when there is none or it is too old. */
export async function kubectlVersion(run: RunCommand, program = 'kubectl'): Promise<string> {
  const output = await versionOutput(run, program);
  const version = parseVersion(/"gitVersion": *"([^"]*)"/.exec(output)?.[1] ?? '');
  if (version === undefined) throw unusable(`${program} does not tell its version`, output.slice(0, 200));
  if (!isAtLeast(version, oldest)) {
    throw unusable(
      `kubectl ${formatVersion(version)} is too old`,
      `${oldest.major}.${oldest.minor} or newer is needed, for server-side apply as it is used here.`,
    );
  }
  return formatVersion(version);
}

async function versionOutput(run: RunCommand, program: string): Promise<string> {
  try {
    return (await run([program, 'version', '--client', '-o', 'json'], { timeout: 10 })).stdout;
  } catch (error) {
    if (error instanceof ToolError && error.code === 'tool-missing') {
      throw unusable(`${program} is not installed`, 'It is the program that talks to the cluster.');
    }
    if (error instanceof ToolError) throw unusable(`${program} does not work`, error.lastLines.at(-1) ?? error.message);
    throw error;
  }
}

function unusable(message: string, why: string): UserError {
  return new UserError(message, { why, next: [install], exitCode: exitCodes.preflight });
}
