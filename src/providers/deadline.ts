/** Milliseconds within which the clusters of a kind are listed, whatever a sick one does. */
export const listLimit = 5000;

/**
 * Runs `work` with a signal that ends it after `milliseconds`, and answers `late()` at that moment: a program that does not
 * end when it is asked to keeps nobody waiting. Rejects when `signal` is aborted.
 */
export async function within<T>(
  milliseconds: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  late: () => T,
): Promise<T> {
  signal.throwIfAborted();
  const limit = new AbortController();
  const working = work(AbortSignal.any([signal, limit.signal]));
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  const tooLate = new Promise<T>((resolve, reject) => {
    timer = setTimeout(() => resolve(late()), milliseconds);
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([working, tooLate]);
  } finally {
    clearTimeout(timer);
    if (stop !== undefined) signal.removeEventListener('abort', stop);
    limit.abort(new Error('too late'));
    working.catch(() => undefined); // It lost the race; its answer is wanted no more.
  }
}
