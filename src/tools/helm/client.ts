import { exitCodes } from '../../errors/exit-codes.ts';
import { ToolError, UserError } from '../../errors/errors.ts';
import type { RunCommand } from '../shell/run.ts';
import { formatVersion, isAtLeast, parseVersion } from '../version.ts';

/** `uninstall --ignore-not-found`, hooks left out by `template --no-hooks`, OCI charts. */
const oldest = { major: 3, minor: 13 };
const install = 'Install Helm: https://helm.sh/docs/intro/install/ (macOS: brew install helm)';

/** Version of the person's helm, `4.1.4`. `UserError` (exit 4) when there is none, or it is too old or too new. */
export async function helmVersion(run: RunCommand, program = 'helm'): Promise<{ major: 3 | 4; version: string }> {
  const output = await versionOutput(run, program);
  const version = parseVersion(output);
  if (version === undefined) throw unusable(`${program} does not tell its version`, output.slice(0, 200));
  if (!isAtLeast(version, oldest)) {
    throw unusable(`Helm ${formatVersion(version)} is too old`, `${oldest.major}.${oldest.minor} or newer is needed.`);
  }
  if (version.major > 4) {
    throw unusable(
      `Helm ${formatVersion(version)} is newer than this program knows`,
      'Its flags may differ: Helm 3 and 4 are known.',
    );
  }
  return { major: version.major === 3 ? 3 : 4, version: formatVersion(version) };
}

async function versionOutput(run: RunCommand, program: string): Promise<string> {
  try {
    return (await run([program, 'version', '--template', '{{.Version}}'], { timeout: 10 })).stdout;
  } catch (error) {
    if (error instanceof ToolError && error.code === 'tool-missing') {
      throw unusable(`${program} is not installed`, 'It is the program that installs charts.');
    }
    if (error instanceof ToolError) throw unusable(`${program} does not work`, error.lastLines.at(-1) ?? error.message);
    throw error;
  }
}

function unusable(message: string, why: string): UserError {
  return new UserError(message, { why, next: [install], exitCode: exitCodes.preflight });
}
