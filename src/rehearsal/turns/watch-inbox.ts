import type { ProgramTime } from '../../clock.ts';
import type { ApiAnswer, Transport } from '../../kubernetes/watch/transport.ts';
import { watchParameter, type WatchProgress } from './turn.ts';

interface Stream {
  path: string;
  /** Lines that have come so far. */
  lines: number;
  waiting: Buffer[];
  take(bytes: Buffer): void;
  /** Set when it has ended; hands that on. */
  end: (() => void) | undefined;
  arrived: (() => void) | undefined;
}

/**
 * Keeps what watches bring until it is time: until all has arrived that the cluster sent before it gave the turn back. It
 * is handed on in the order of the addresses, whichever connection was faster.
 */
export class WatchInbox {
  readonly #time: Pick<ProgramTime, 'during'>;
  readonly #streams = new Map<string, Stream>();
  #count = 0;

  constructor(time: Pick<ProgramTime, 'during'>) {
    this.#time = time;
  }

  transport(transport: Transport): Transport {
    return {
      ...transport,
      get: (path, signal) => this.#time.during(() => transport.get(path, signal)),
      stream: (path, listener, signal) => this.#stream(transport, path, listener, signal),
    };
  }

  /** Resolves when each watch has brought what it was sent; one that is not open any more brings nothing. */
  async arrived(sent: Record<string, WatchProgress>): Promise<void> {
    for (const [number, { lines, isEnded }] of Object.entries(sent)) {
      const isThere = () => {
        const stream = this.#streams.get(number);
        return stream === undefined || stream.end !== undefined || (!isEnded && stream.lines >= lines);
      };
      const stream = this.#streams.get(number);
      while (stream !== undefined && !isThere()) await new Promise<void>((resolve) => (stream.arrived = resolve));
    }
  }

  deliver(): void {
    const streams = [...this.#streams.entries()].toSorted(([, one], [, other]) => (one.path < other.path ? -1 : 1));
    for (const [number, stream] of streams) {
      for (const bytes of stream.waiting.splice(0)) stream.take(bytes);
      if (stream.end === undefined) continue;
      this.#forget(number);
      stream.end();
    }
  }

  async #stream(
    transport: Transport,
    path: string,
    listener: Parameters<Transport['stream']>[1],
    signal: AbortSignal,
  ): Promise<ApiAnswer | 'ended'> {
    this.#count += 1;
    const number = String(this.#count);
    const stream: Stream = {
      path: path.replace(/\?.*/, ''),
      lines: 0,
      waiting: [],
      take: (bytes) => listener.chunk(bytes),
      end: undefined,
      arrived: undefined,
    };
    let open: () => void = () => undefined;
    const opened = new Promise<'opened'>((resolve) => (open = () => resolve('opened')));
    const running = transport.stream(
      `${path}${path.includes('?') ? '&' : '?'}${watchParameter}=${number}`,
      {
        opened: open,
        chunk(bytes) {
          stream.waiting.push(bytes);
          for (const byte of bytes) if (byte === newline) stream.lines += 1;
          stream.arrived?.();
        },
      },
      signal,
    );
    const begun = await this.#time.during(() => Promise.race([opened, running]));
    if (begun !== 'opened') return begun;
    this.#streams.set(number, stream);
    listener.opened();
    return new Promise((resolve, reject) => {
      const finish = (end: () => void) => {
        // Whoever ended it waits for nothing that may still be on its way.
        if (signal.aborted) {
          this.#forget(number);
          return end();
        }
        stream.end = end;
        stream.arrived?.();
      };
      running.then(
        (result) => finish(() => resolve(result)),
        (error: unknown) => finish(() => reject(error as Error)),
      );
    });
  }

  #forget(number: string): void {
    const stream = this.#streams.get(number);
    this.#streams.delete(number);
    stream?.arrived?.();
  }
}

const newline = 10;
