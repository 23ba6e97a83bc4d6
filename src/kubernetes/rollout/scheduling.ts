/** One clause of the scheduler's verdict: so many nodes are left out for this reason. */
export interface UnfitNodes {
  nodes: number;
  /** In the scheduler's words: `Insufficient cpu`. */
  reason: string;
}

/**
 * `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {a: }. preemption: ...`: its clauses,
 * the one that covers most nodes first. kubernetes/pkg/scheduler/framework/types.go, FitError.
 */
export function unfitNodes(message: string): UnfitNodes[] {
  const [, verdict = ''] = /^\d+\/\d+ nodes are available: (.*)$/s.exec(message) ?? [];
  // What follows the first full stop is about preemption. A taint's key may hold full stops, but no space after them.
  const clauses = verdict.split(/\.(?:\s|$)/)[0] ?? '';
  return clauses
    .split(/, (?=\d+ )/)
    .flatMap((clause) => {
      const [, nodes, reason = ''] = /^(\d+) (.+)$/s.exec(clause.trim()) ?? [];
      return nodes === undefined ? [] : [{ nodes: Number(nodes), reason: reason.replace(/^node\(s\) /, '') }];
    })
    .sort((a, b) => b.nodes - a.nodes);
}
