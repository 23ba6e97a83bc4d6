/** A whole answer of the API server, whatever its status. */
export interface ApiAnswer {
  status: number;
  body: string;
  /** Milliseconds that the server asks to wait (`Retry-After`). */
  retryAfter?: number | undefined;
}

interface StreamListener {
  /** The server took the request; the stream stands. */
  opened(): void;
  chunk(bytes: Buffer): void;
}

/**
 * How requests reach the API server. Both methods reject with a transient `ToolError` when no answer came (refused, cut,
 * too slow) and with the signal's reason when it was aborted.
 */
export interface Transport {
  get(path: string, signal: AbortSignal): Promise<ApiAnswer>;
  /** `ended`: the server closed the stream in good order. An answer: it refused. */
  stream(path: string, listener: StreamListener, signal: AbortSignal): Promise<ApiAnswer | 'ended'>;
  close(): Promise<void>;
}

/** Milliseconds without a byte after which a request is given up, so that a dead cluster is no hang. */
export const answerLimit = 5_000;
/** Milliseconds for a whole answer, for a server that trickles. */
export const wholeAnswerLimit = 60_000;
/** Bytes of one answer; a page of 500 objects has some megabytes. */
export const largestAnswer = 256 * 1024 * 1024;
