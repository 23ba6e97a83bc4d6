export interface DockerfileProblem {
  /** Both counted from 1. */
  line: number;
  column: number;
  /** In the words of BuildKit, the kubelet or the container runtime where these would refuse. */
  message: string;
  remedy: string;
  /** What comes of it: a build that fails, a container that does not start, or perhaps nothing. */
  effect: 'build' | 'container' | 'doubt';
  /** Position among the steps of the build at which it would stop. */
  step?: number;
}

/** Where a word stands within the lines of an instruction; else where the instruction begins. */
export function placeOf(
  lines: readonly string[],
  from: number,
  to: number,
  word?: string,
): { line: number; column: number } {
  if (word !== undefined && word !== '') {
    for (let line = from; line <= to; line += 1) {
      const at = (lines[line - 1] ?? '').indexOf(word);
      if (at >= 0) return { line, column: at + 1 };
    }
  }
  return { line: from, column: (lines[from - 1] ?? '').search(/\S/) + 1 || 1 };
}
