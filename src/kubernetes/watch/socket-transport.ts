import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { messageOf } from '../../errors/errors.ts';
import type { Clock } from '../../clock.ts';
import { unreachable } from './failures.ts';
import { answerLimit, largestAnswer, wholeAnswerLimit, type ApiAnswer, type Transport } from './transport.ts';

export interface SocketSettings {
  /** Path of a Unix socket that speaks HTTP to the API server; `isSuspect`: the last one refused a connection. */
  socket: (isSuspect: boolean) => Promise<string>;
  clock: Clock;
  /** The command by which a person can ask for the same path. */
  argv: (path: string) => string[];
}

/** Plain HTTP over a Unix socket, with connections kept for the next request. */
export function socketTransport(settings: SocketSettings): Transport {
  const agent = new Agent({ keepAlive: true });
  const send = async (path: string, signal: AbortSignal, isSuspect = false): Promise<Exchange> =>
    exchangeOf(await settings.socket(isSuspect), settings.clock, agent, path, signal);

  const attempt = async (path: string, signal: AbortSignal, isSuspect: boolean): Promise<ApiAnswer> => {
    const exchange = await send(path, signal, isSuspect);
    try {
      return await wholeAnswer(exchange);
    } finally {
      exchange.release();
    }
  };
  return {
    async get(path, signal) {
      try {
        // A kept connection may be closed by the other side while our request is on its way, and the proxy may have been
        // restarted: a second try goes over a new connection. Reading twice harms nothing.
        return await attempt(path, signal, false).catch((error: unknown) => {
          if (signal.aborted || !isConnectionLoss(error)) throw error;
          return attempt(path, signal, isRefusal(error));
        });
      } catch (error) {
        signal.throwIfAborted();
        throw unreachable(settings.argv(path), messageOf(error));
      }
    },
    async stream(path, listener, signal) {
      let exchange: Exchange | undefined;
      try {
        exchange = await send(path, signal);
        if (exchange.response.statusCode !== 200) return await wholeAnswer(exchange);
        exchange.unlimited();
        listener.opened();
        for await (const chunk of exchange.response) listener.chunk(chunk as Buffer);
        return 'ended';
      } catch (error) {
        signal.throwIfAborted();
        throw unreachable(settings.argv(path), messageOf(error));
      } finally {
        exchange?.release();
      }
    },
    close() {
      agent.destroy();
      return Promise.resolve();
    },
  };
}

const codeOf = (error: unknown): string => (error instanceof Error && (error as NodeJS.ErrnoException).code) || '';

/** Nobody listens on the socket any more. */
const isRefusal = (error: unknown): boolean => ['ECONNREFUSED', 'ENOENT'].includes(codeOf(error));

const isConnectionLoss = (error: unknown): boolean =>
  isRefusal(error) || ['ECONNRESET', 'EPIPE'].includes(codeOf(error));

/** One request, its answer, and the clocks that bound it. */
interface Exchange {
  response: IncomingMessage;
  heard: () => void;
  /** A stream may be silent for long; its own watchdog looks after it. */
  unlimited: () => void;
  release: () => void;
}

async function exchangeOf(
  socketPath: string,
  clock: Clock,
  agent: Agent,
  path: string,
  signal: AbortSignal,
): Promise<Exchange> {
  signal.throwIfAborted();
  const headers = { accept: 'application/json, */*' };
  const request = httpRequest({ socketPath, path, agent, headers, signal });
  const limits = limitsOf(request, clock);
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request.once('response', resolve);
      request.on('error', reject); // Stays: an error after the response is told by the response, and must not be thrown.
      request.end();
    });
    limits.heard();
    return {
      response,
      heard: () => limits.heard(),
      unlimited: () => limits.stop(),
      release() {
        limits.stop();
        // A connection whose answer was read to the end is kept; any other would leave the rest in the way.
        if (!response.complete) request.destroy();
      },
    };
  } catch (error) {
    limits.stop();
    throw error;
  }
}

function limitsOf(request: ClientRequest, clock: Clock) {
  const giveUpAfter = (limit: number) =>
    clock.after(limit, () => request.destroy(new Error(`no answer within ${limit / 1000} s`)));
  let silence = giveUpAfter(answerLimit);
  const whole = giveUpAfter(wholeAnswerLimit);
  return {
    heard() {
      silence();
      silence = giveUpAfter(answerLimit);
    },
    stop() {
      silence();
      whole();
    },
  };
}

async function wholeAnswer({ response, heard }: Exchange): Promise<ApiAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    heard();
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > largestAnswer) throw new Error(`the answer has more than ${largestAnswer} bytes`);
  }
  return {
    status: response.statusCode ?? 0,
    body: Buffer.concat(chunks).toString('utf8'),
    retryAfter: retryAfter(response.headers['retry-after']),
  };
}

/** RFC 9110, 10.2.3; the API server sends seconds, never a date. */
function retryAfter(header: string | undefined): number | undefined {
  const seconds = Number(header);
  return header === undefined || !Number.isFinite(seconds) ? undefined : Math.min(60, Math.max(0, seconds)) * 1000;
}
