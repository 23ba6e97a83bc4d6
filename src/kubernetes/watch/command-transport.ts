import { ToolError } from '../../errors/errors.ts';
import type { CommandOptions, RunCommand } from '../../tools/shell/run.ts';
import type { Clock } from '../../clock.ts';
import { unreachable } from './failures.ts';
import { answerLimit, largestAnswer, type ApiAnswer, type Transport } from './transport.ts';

export interface CommandSettings {
  run: RunCommand;
  clock: Clock;
  /** `kubectl --context X get --raw PATH`. */
  argv: (path: string) => string[];
}

/** Milliseconds after which a command that still runs is taken for a standing stream: kubectl does not tell. */
const takenForOpen = 2_000;
/** Seconds for one request with kubectl's own start and a login helper; kubectl bounds the request itself. */
const commandLimit = 20;

/** One `kubectl get --raw` a request and a watch: where `kubectl proxy` cannot listen. Dearer, otherwise the same. */
export function commandTransport({ run, clock, argv }: CommandSettings): Transport {
  const running = new Set<Promise<unknown>>();
  const execute = async (command: string[], options: CommandOptions): Promise<ApiAnswer | 'ended'> => {
    const result = run(command, options);
    running.add(result);
    try {
      await result;
      return 'ended';
    } catch (error) {
      options.signal?.throwIfAborted();
      // kubectl that is missing is no cluster that is out of reach: waiting does not bring it.
      if (!(error instanceof ToolError) || error.code === 'tool-missing') throw error;
      return refusal(error) ?? lost(command, error);
    } finally {
      running.delete(result);
    }
  };
  return {
    async get(path, signal) {
      const command = [...argv(path), `--request-timeout=${answerLimit / 1000}s`];
      const body = collector();
      const outcome = await execute(command, { signal, timeout: commandLimit, onData: body.push });
      return outcome === 'ended' ? { status: 200, body: body.text() } : outcome;
    },
    async stream(path, listener, signal) {
      let isOpen = false;
      const opened = (): void => {
        if (!isOpen) listener.opened();
        isOpen = true;
      };
      const cancel = clock.after(takenForOpen, opened);
      try {
        return await execute(argv(path), {
          signal,
          onData(chunk) {
            opened();
            listener.chunk(chunk);
          },
        });
      } finally {
        cancel();
      }
    },
    async close() {
      await Promise.allSettled(running); // Whoever closes has aborted them.
    },
  };
}

/** kubectl prints `Error from server (REASON): MESSAGE`; the reasons are those of apimachinery's metav1.StatusReason. */
const statusOf: Record<string, number> = {
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  Expired: 410,
  Gone: 410,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
};
const serverError = /^Error from server \((\w+)\): (.*)$/;
const loginError = /^error: You must be logged in to the server \((.*)\)$/;

function refusal(error: ToolError): ApiAnswer | undefined {
  for (const line of error.lastLines.toReversed()) {
    const login = loginError.exec(line);
    if (login !== null) return statusAnswer(401, 'Unauthorized', login[1] ?? '');
    const [, reason, message] = serverError.exec(line) ?? [];
    const status = reason === undefined ? undefined : (statusOf[reason] ?? 500);
    if (status !== undefined) return statusAnswer(status, reason ?? '', message ?? '');
  }
  return undefined;
}

function statusAnswer(status: number, reason: string, message: string): ApiAnswer {
  return { status, body: JSON.stringify({ kind: 'Status', apiVersion: 'v1', reason, message, code: status }) };
}

/** The words of client-go, in the form in which `kubectl proxy` hands them on: plain text with 502. */
function lost(command: string[], error: ToolError): ApiAnswer {
  const line = error.lastLines.at(-1);
  if (line === undefined) throw unreachable(command, error.message);
  return { status: 502, body: line };
}

function collector(): { push: (chunk: Buffer) => void; text: () => string } {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    push(chunk) {
      size += chunk.length;
      if (size <= largestAnswer) chunks.push(chunk);
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}
