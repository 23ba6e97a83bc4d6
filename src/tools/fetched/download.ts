import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { messageOf, UserError } from '../../errors/errors.ts';
import { exitCodes } from '../../errors/exit-codes.ts';

export interface DownloadProgress {
  bytes: number;
  /** Where the server tells it. */
  total?: number;
}

export interface DownloadRequest {
  /** For people: `kubectl 1.35.2`. */
  what: string;
  url: string;
  sha256: string;
  /** Where it goes; it is to be thrown away when this fails. */
  file: string;
  fetch: typeof fetch;
  signal: AbortSignal;
  onProgress: (progress: DownloadProgress) => void;
  /** Seconds without a byte after which the server is given up. */
  patience: number;
  /** What else the person can do: where to install it by hand, what the proxy needs. */
  remedies: readonly string[];
}

/** Bytes; the largest of the pinned files has under 70 MB. */
const largest = 256 * 1024 * 1024;

/** Fetches a file and proves its SHA-256. `UserError` (exit 4) with cause and remedy when it does not come whole. */
export async function download(request: DownloadRequest): Promise<void> {
  const { url, file, signal } = request;
  const watch = watchFor(request.patience);
  const hash = createHash('sha256');
  let bytes = 0;
  /** What reading from the network threw, kept apart from what writing to the disk throws. */
  const lost = (error: unknown): unknown => {
    if (signal.aborted) return signal.reason;
    if (error instanceof UserError) return error;
    if (watch.signal.aborted) return problems.stalled(request, bytes);
    return bytes === 0 ? problems.unreachable(request, error) : problems.cut(request, bytes, error);
  };
  try {
    const answer = await request
      .fetch(url, {
        // A mirror that compresses on the way would change the bytes whose hash is known.
        headers: { accept: 'application/octet-stream, */*', 'accept-encoding': 'identity' },
        signal: AbortSignal.any([signal, watch.signal]),
      })
      .catch((error: unknown) => {
        throw lost(error);
      });
    const total = await expectFile(request, answer);
    const body = async function* (): AsyncGenerator<Uint8Array> {
      try {
        for await (const chunk of answer.body ?? []) {
          watch.heard();
          bytes += chunk.length;
          if (bytes > largest) throw problems.tooLarge(request);
          hash.update(chunk);
          request.onProgress(total === undefined ? { bytes } : { bytes, total });
          yield chunk;
        }
      } catch (error) {
        throw lost(error);
      }
    };
    await pipeline(body, createWriteStream(file));
    if (total !== undefined && bytes !== total) throw problems.cut(request, bytes, `${total} bytes were announced`);
    const actual = hash.digest('hex');
    if (actual !== request.sha256) throw problems.wrongHash(request, actual);
  } finally {
    watch.end();
  }
}

/** Looks at status and headers; bytes that will come, where the server tells. */
async function expectFile(request: DownloadRequest, answer: Response): Promise<number | undefined> {
  const total = Number(answer.headers.get('content-length') ?? Number.NaN);
  const problem = answer.ok
    ? /^(?:text\/html|application\/xhtml)/.test(answer.headers.get('content-type') ?? '')
      ? problems.webPage(request, answer.url)
      : total > largest && problems.tooLarge(request)
    : problems.status(request, answer);
  if (!problem) return Number.isNaN(total) ? undefined : total;
  // Its connection is of no more use; that closing it fails changes nothing.
  await answer.body?.cancel().catch(() => undefined);
  throw problem;
}

/** Aborts after so many seconds without `heard`. */
function watchFor(seconds: number) {
  const controller = new AbortController();
  const start = () => setTimeout(() => controller.abort(), seconds * 1000);
  let timer = start();
  return {
    signal: controller.signal,
    heard() {
      clearTimeout(timer);
      timer = start();
    },
    end: () => clearTimeout(timer),
  };
}

const again = 'Try again; what came so far is not kept.';

/** Each failure with its cause and what mends it. */
const problems = {
  unreachable: (request: DownloadRequest, error: unknown) =>
    failure(request, `${request.what} could not be fetched: ${hostOf(request.url)} does not answer`, causeOf(error), [
      'Check the network, and the proxy where there is one.',
    ]),
  stalled: (request: DownloadRequest, bytes: number) =>
    failure(
      request,
      `${request.what} could not be fetched: ${hostOf(request.url)} has sent nothing for ${request.patience} s`,
      `${sizeOf(bytes)} had come.`,
      [again],
    ),
  cut: (request: DownloadRequest, bytes: number, error: unknown) =>
    failure(
      request,
      `The download of ${request.what} was cut off after ${sizeOf(bytes)}`,
      typeof error === 'string' ? error : causeOf(error),
      [again],
    ),
  status: (request: DownloadRequest, { status, statusText, url }: Response) =>
    failure(
      request,
      `${request.what} could not be fetched: ${hostOf(url || request.url)} answers ${status}${statusText === '' ? '' : ` ${statusText}`}`,
      url || request.url,
      status === 407
        ? ['The proxy wants a login: put it into HTTPS_PROXY, as http://user:password@host:port.']
        : status >= 500
          ? [again]
          : [],
    ),
  webPage: (request: DownloadRequest, url: string) =>
    failure(
      request,
      `${hostOf(url || request.url)} answers with a web page instead of ${request.what}`,
      'A proxy or the login page of a network stands between.',
      [`Open ${request.url} in a browser on this machine, do what the page asks, then try again.`],
    ),
  tooLarge: (request: DownloadRequest) =>
    failure(
      request,
      `What ${hostOf(request.url)} sends is too large to be ${request.what}`,
      `More than ${sizeOf(largest)}; nothing of it is kept.`,
      [],
    ),
  wrongHash: (request: DownloadRequest, actual: string) =>
    failure(
      request,
      `What ${hostOf(request.url)} sent is not ${request.what} as it was released`,
      `Its SHA-256 is ${actual}; ${request.sha256} is right. Nothing of it is kept.`,
      ['A mirror or a proxy may have changed it: try another network.'],
    ),
};

function failure(request: DownloadRequest, message: string, why: string, next: readonly string[]): UserError {
  return new UserError(message, { why, next: [...next, ...request.remedies], exitCode: exitCodes.preflight });
}

/** `fetch failed` says nothing; the error below it does (undici). */
function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = (cause as { code?: unknown }).code;
  const text = messageOf(cause);
  return typeof code === 'string' && !text.includes(code) ? `${text} (${code})` : text || String(code);
}

function hostOf(url: string): string {
  return new URL(url).host;
}

function sizeOf(bytes: number): string {
  return bytes < 1024 * 1024 ? `${bytes} bytes` : `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
