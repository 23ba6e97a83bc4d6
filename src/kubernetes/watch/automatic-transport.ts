import { ToolError } from '../../errors/errors.ts';
import type { Transport } from './transport.ts';

export interface AutomaticSettings {
  /** Resolves when the first way can be used. */
  prepare: () => Promise<unknown>;
  first: Transport;
  /** Used from then on when `prepare` fails. */
  other: Transport;
  signal: AbortSignal;
}

/** Tries one way of reaching the API server, and takes another for the rest of the run when it cannot be had. */
export function automaticTransport({ prepare, first, other, signal }: AutomaticSettings): Transport {
  let chosen: Promise<Transport> | undefined;
  const choose = (): Promise<Transport> => {
    chosen ??= prepare().then(
      () => first,
      (error: unknown) => {
        // Stopping, or no kubectl at all: another way of calling it will do no better.
        if (signal.aborted || (error instanceof ToolError && error.code === 'tool-missing')) throw error;
        return other;
      },
    );
    return chosen;
  };
  return {
    get: async (path, requestSignal) => (await choose()).get(path, requestSignal),
    stream: async (path, listener, requestSignal) => (await choose()).stream(path, listener, requestSignal),
    async close() {
      await first.close();
      await other.close();
    },
  };
}
