import { ToolError, UserError } from '../errors/errors.ts';
import type { ExitCode } from '../errors/exit-codes.ts';

type Words<T> = T | ((match: RegExpExecArray) => T);

/** A failure of a program that we know: what its text means to a person. Every program has a table of them beside its adapter. */
export interface KnownProblem {
  /** Stable name, `ToolError.code`. */
  code: string;
  /** Looked for in the last lines of the program, joined by line breaks. */
  says: RegExp;
  /** One sentence. */
  means: Words<string>;
  /** What the person can do, each one sentence or one command. */
  next: Words<string[]>;
  /** Waiting may heal it. */
  isTransient?: boolean;
  /** The person mends it before anything is changed: it becomes a `UserError` that ends the program with this code. */
  exitCode?: ExitCode;
}

/**
 * The error of a program in words, when its table knows it; any other error as it is. The first entry that matches
 * wins, so that the particular stands before the general.
 */
export function explain(error: unknown, problems: readonly KnownProblem[]): unknown {
  if (!(error instanceof ToolError) || error.code !== 'tool-failed') return error;
  const lines = withoutNoise(error.lastLines);
  const text = lines.join('\n');
  for (const problem of problems) {
    const match = problem.says.exec(text);
    if (match !== null) return inWords({ error, problem, match, lines, why: lineAround(text, match.index) });
  }
  return error;
}

/** Awaits a program and rejects with `explain`ed errors. */
export async function explained<T>(work: Promise<T>, problems: readonly KnownProblem[]): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw explain(error, problems);
  }
}

interface Recognised {
  error: ToolError;
  problem: KnownProblem;
  match: RegExpExecArray;
  lines: string[];
  /** The line that gave it away. */
  why: string;
}

function inWords({ error, problem, match, lines, why }: Recognised): UserError | ToolError {
  const message = typeof problem.means === 'string' ? problem.means : problem.means(match);
  const next = typeof problem.next === 'function' ? problem.next(match) : problem.next;
  if (problem.exitCode !== undefined) return new UserError(message, { why, next, exitCode: problem.exitCode });
  return new ToolError(message, {
    argv: error.argv,
    status: error.status,
    lastLines: lines,
    why,
    next,
    isTransient: problem.isTransient ?? false,
    code: problem.code,
  });
}

// client-go logs each attempt by klog, and Helm 4 by slog, before the program says once what went wrong.
const logLine = /^(?:[EWIF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ \S+\.go:\d+\]|level=[A-Z]+ msg=)/;

function withoutNoise(lines: string[]): string[] {
  const said = lines.filter((line) => !logLine.test(line));
  return said.length === 0 ? lines : said;
}

function lineAround(text: string, index: number): string {
  const start = text.lastIndexOf('\n', index - 1) + 1;
  const end = text.indexOf('\n', index);
  return text.slice(start, end === -1 ? undefined : end).trim();
}
