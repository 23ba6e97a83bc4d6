import { ToolError } from '../../errors/errors.ts';
import { explained } from '../problem.ts';
import type { RunCommand } from '../shell/run.ts';
import { kubectlProblems } from './problems.ts';

// kubectl prints the address after it listens: portforward.go, "Forwarding from %s:%d -> %d".
const listening = /^Forwarding from 127\.0\.0\.1:(\d+) -> \d+/;

/**
 * Runs `kubectl port-forward`; resolves with the local port once it listens. `ended` resolves when `signal` ended it and
 * rejects when it ended by itself (its pod is gone, the connection was lost).
 */
export async function forwardPort(
  run: RunCommand,
  argv: readonly string[],
  signal: AbortSignal,
): Promise<{ port: number; ended: Promise<void> }> {
  let announce: (port: number) => void = () => undefined;
  const listens = new Promise<number>((resolve) => {
    announce = resolve;
  });
  const running = run(argv, {
    signal,
    maxBytes: 0, // One line for each connection, as long as it lives.
    onLine: (line) => {
      const port = listening.exec(line)?.[1];
      if (port !== undefined) announce(Number(port));
    },
  });
  const ended = explained(running, kubectlProblems).then(
    ({ status }) => {
      throw new ToolError('kubectl port-forward ended by itself', { argv, status, lastLines: [], isTransient: true });
    },
    (error: unknown) => {
      if (!signal.aborted) throw error;
    },
  );
  const endedFirst = ended.then((): never => {
    throw signal.reason;
  });
  ended.catch(() => undefined); // Whoever holds it gets the reason; nobody may.
  return { port: await Promise.race([listens, endedFirst]), ended };
}
