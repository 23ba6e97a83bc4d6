import { connect as connectTcp } from 'node:net';
import type { Problem } from '../../plan/preflight/report.ts';
import { isSecretRef } from '../../secrets/secret.ts';
import type { PreflightRequest } from './request.ts';

const connectMilliseconds = 4000;

/** A database outside the cluster must answer from here, unless only the cluster can know its name. */
export async function databaseProblems({ answers, program: { vault } }: PreflightRequest): Promise<Problem[]> {
  const checks = Object.entries(answers).map(async ([id, value]): Promise<Problem[]> => {
    const text = isSecretRef(value) ? vault.get(value)?.reveal() : undefined;
    if (text === undefined || !/^postgres(ql)?(\+\w+)?:\/\//.test(text) || !URL.canParse(text)) return [];
    const { hostname, port } = new URL(text);
    const isOnlyInside = /\.svc(\.cluster\.local)?$/.test(hostname) || !hostname.includes('.');
    const isPrivate = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd][0-9a-f]{2}:)/.test(hostname);
    if (isOnlyInside && hostname !== 'localhost') return [];
    const why = await tcpAnswer(hostname, Number(port === '' ? 5432 : port));
    if (why === undefined) return [];
    return [
      {
        code: 'database-unreachable',
        message: `The database at ${hostname}:${port === '' ? 5432 : port} does not answer: ${why}`,
        remedy: ['Check host and port of the URL, and that this machine and the cluster may connect to it.'],
        answers: [id],
        isFatal: !isPrivate,
      },
    ];
  });
  return (await Promise.all(checks)).flat();
}

/** undefined: somebody answers. */
function tcpAnswer(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connectTcp({ host, port, timeout: connectMilliseconds });
    const end = (why: string | undefined) => {
      socket.destroy();
      resolve(why);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end(`no answer within ${connectMilliseconds / 1000} s`));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end(
        error.code === 'ENOTFOUND'
          ? 'there is no such host'
          : error.code === 'ECONNREFUSED'
            ? 'the connection is refused'
            : error.message,
      ),
    );
  });
}
