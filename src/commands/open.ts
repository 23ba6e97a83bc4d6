import type { Ledger } from '../engine/journal/ledger.ts';
import { exitCodes, type ExitCode } from '../errors/exit-codes.ts';
import { UserError } from '../errors/errors.ts';
import { addressOf } from '../steps/rollout/addresses.ts';
import type { Connection } from './connection.ts';
import { theOne, withDeployments } from './deployments.ts';
import type { Program } from './program.ts';

/** Makes the addresses of a deployment reachable again and opens the first; forwarded ones live as long as this command. */
export async function open(program: Program): Promise<ExitCode> {
  const code = await withDeployments(program, async (connection, ledgers) => {
    const ledger = theOne(ledgers, program, connection);
    if (ledger.endpoints.length === 0)
      throw new UserError(`${ledger.recipe.title} has no address to open`, {
        next: [`deploy-wizard status ${ledger.recipe.name}`],
      });
    const found = await addressesOf(program, connection, ledger);
    for (const { title, url, isForwarded } of found) {
      program.frontend.say({
        level: 'info',
        text: `${title}: ${url}`,
        ...(isForwarded ? { detail: ['forwarded by this command: it ends with Ctrl-C'] } : {}),
      });
    }
    await openAddress(program, found.find(({ name }) => name.endsWith('.page'))?.url ?? found[0]?.url);
    if (found.some(({ isForwarded }) => isForwarded)) await untilStopped(program);
    return exitCodes.ok;
  });
  return code ?? exitCodes.interrupted;
}

export interface FoundAddress {
  name: string;
  title: string;
  url: string;
  isForwarded: boolean;
}

/** An address of each Service that a person opens; each answered a request from this host. */
export async function addressesOf(
  program: Program,
  { provider, cluster, reader, kubectl }: Connection,
  ledger: Ledger,
): Promise<FoundAddress[]> {
  return Promise.all(
    ledger.endpoints.map(async ({ name, title, service, port, scheme, path, host }) => {
      let isForwarded = false;
      const url = await addressOf(
        { id: name, name: service, port, scheme, path, ...(host === undefined ? {} : { host }) },
        ledger.namespace,
        {
          cluster: reader,
          signal: program.kill,
          time: program.time,
          progress: () => undefined,
          nodeAddresses: () => provider.nodeAddresses(cluster, program.kill),
          async forward(target, number, namespace) {
            isForwarded = true;
            return (await kubectl.forward(target, number, namespace, program.kill)).port;
          },
        },
      );
      return { name, title, url: path === '/' ? url : `${url}${path}`, isForwarded };
    }),
  );
}

/** Opens a browser where there is a desktop; elsewhere, and over SSH, the printed address is all. */
export async function openAddress(
  { run, environment, frontend, kill }: Program,
  url: string | undefined,
): Promise<void> {
  if (url === undefined) return;
  const isRemote = environment['SSH_CONNECTION'] !== undefined || environment['SSH_TTY'] !== undefined;
  const hasDesktop =
    process.platform === 'darwin' ||
    environment['DISPLAY'] !== undefined ||
    environment['WAYLAND_DISPLAY'] !== undefined ||
    environment['WSL_DISTRO_NAME'] !== undefined;
  if (isRemote || !hasDesktop) {
    frontend.say({ level: 'info', text: `Open ${url} in a browser` });
    return;
  }
  const opener =
    process.platform === 'darwin' ? 'open' : environment['WSL_DISTRO_NAME'] !== undefined ? 'wslview' : 'xdg-open';
  try {
    await run([opener, url], { signal: kill, timeout: 10 });
  } catch {
    frontend.say({ level: 'info', text: `Open ${url} in a browser` }); // No opener: the address is what counts.
  }
}

function untilStopped({ stop }: Program): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener('abort', () => resolve(), { once: true });
  });
}
