import { messageOf, ToolError, UserError } from '../errors/errors.ts';
import { listLimit, within } from './deadline.ts';
import type { FoundCluster } from './provider.ts';

/** Clusters as far as they are known; what is on it when the time is up is the answer. */
export type Board = Map<string, FoundCluster>;

/** Lists the clusters of a kind within the limit. Those that were begun and not finished say that they do not answer. */
export function listWithin(
  limit: number | undefined,
  signal: AbortSignal,
  look: (board: Board, signal: AbortSignal) => Promise<void>,
): Promise<FoundCluster[]> {
  const board: Board = new Map();
  const answer = () => [...board.values()];
  const work = async (limited: AbortSignal): Promise<FoundCluster[]> => {
    await look(board, limited);
    return answer();
  };
  return within(limit ?? listLimit, signal, work, answer);
}

/** For a cluster that is being looked at: what stands on the board until it has answered. */
export function unanswered(cluster: Omit<FoundCluster, 'detail' | 'problem'>): FoundCluster {
  const problem = `does not answer within ${listLimit / 1000} s`;
  return { ...cluster, detail: problem, problem };
}

/** The answer of a program, or that it is not installed, or in words why it does not work. */
export async function asked<T>(work: Promise<T>): Promise<{ answer: T } | { problem: string } | 'missing'> {
  try {
    return { answer: await work };
  } catch (error) {
    if (error instanceof ToolError && error.code === 'tool-missing') return 'missing';
    if (error instanceof ToolError || error instanceof UserError) return { problem: messageOf(error) };
    throw error;
  }
}
