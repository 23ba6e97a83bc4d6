import { statfs } from 'node:fs/promises';
import { exitCodes } from '../../errors/exit-codes.ts';
import { ToolError, UserError } from '../../errors/errors.ts';
import { jsonOf } from '../capture.ts';
import { explain } from '../problem.ts';
import type { RunCommand } from '../shell/run.ts';
import { isAtLeast, parseVersion } from '../version.ts';
import type { Docker } from './docker.ts';
import { engineProblems } from './problems.ts';

type Engine = Awaited<ReturnType<Docker['engine']>>;

/** Seconds within which client and engine answer. */
const limit = 5;

/** Looks at client, engine and builder. `UserError` (exit 4) tells which of them is missing and what to do. */
export async function readEngine(run: RunCommand, program: string): Promise<Engine> {
  const { Client, Server } = await versions(run, program);
  const [builder, free] = await Promise.all([builderOf(run, program, Client.Version), freeSpace(run, program)]);
  return {
    client: Client.Version,
    server: Server.Version,
    architecture: Server.Arch,
    builder,
    ...(free === undefined ? {} : { free }),
  };
}

interface Versions {
  Client: { Version: string };
  Server: { Version: string; Arch: string };
}

async function versions(run: RunCommand, program: string): Promise<Versions> {
  try {
    const answer = await run([program, 'version', '--format', '{{json .}}'], { timeout: limit });
    const versions = jsonOf(answer) as Partial<Versions>;
    if (versions.Client === undefined || !versions.Server) {
      throw unusable('The Docker engine does not tell its version', answer.stdout.slice(0, 200), startEngine);
    }
    return versions as Versions;
  } catch (error) {
    const known = explain(error, engineProblems);
    if (!(known instanceof ToolError)) throw known;
    if (known.code === 'tool-missing')
      throw unusable(`${program} is not installed`, 'Images are built by it.', [install]);
    const last = known.lastLines.findLast((line) => !line.startsWith('{')) ?? known.message;
    throw unusable('The Docker engine does not answer', last, startEngine);
  }
}

const install = 'Install Docker: https://docs.docker.com/get-started/get-docker/';
const startEngine = ['Start Docker Desktop, OrbStack or Colima; on Linux: sudo systemctl start docker'];

function unusable(message: string, why: string, next: string[]): UserError {
  return new UserError(message, { why, next, exitCode: exitCodes.preflight });
}

/** Since docker 23 `docker build` is buildx where that is installed, and the legacy builder where it is not. */
async function builderOf(run: RunCommand, program: string, client: string): Promise<Engine['builder']> {
  const version = parseVersion(client);
  if (version === undefined || !isAtLeast(version, { major: 23, minor: 0 })) return 'legacy';
  const { status } = await run([program, 'buildx', 'version'], { timeout: limit, accept: [1, 125] });
  return status === 0 ? 'buildkit' : 'legacy';
}

/** Bytes free where the engine keeps images; undefined when that is inside a virtual machine or on another host. */
async function freeSpace(run: RunCommand, program: string): Promise<number | undefined> {
  const argv = [program, 'info', '--format', '{{.OperatingSystem}}\t{{.DockerRootDir}}'];
  try {
    const { stdout } = await run(argv, { timeout: limit });
    const [system = '', folder = ''] = stdout.trim().split('\t');
    if (/docker desktop|orbstack|lima|rancher desktop/i.test(system)) return undefined;
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return undefined; // Another host, or an engine that answers too slowly for a figure that is only helpful.
  }
}
