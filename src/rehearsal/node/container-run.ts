import type { Image } from './images.ts';
import type { Container } from './pod.ts';
import type { Program } from './programs.ts';

export interface LogLine {
  /** Milliseconds since 1970. */
  time: number;
  stream: 'stdout' | 'stderr';
  text: string;
}

/** How many lines of one run are kept. */
const keptLines = 2000;

/** One container as the runtime has it, from its creation to its end. */
export interface ContainerRun {
  container: Container;
  /** `containerd://...` */
  id: string;
  image: Image;
  restartCount: number;
  program: Program;
  state: 'created' | 'running' | 'exited';
  /** Milliseconds since 1970; 0 when it never ran. */
  startedAt: number;
  finishedAt: number;
  exitCode: number;
  reason: string;
  message: string;
  isStopping: boolean;
  user: { uid: number; gid: number; supplementalGroups: number[] };
  lines: LogLine[];
  /** Takes back what is still to happen. */
  cancel: (() => void)[];
}

/**
 * What a run has said until now. Lines are computed when they are asked for: ten thousand pods that log at times that
 * nobody looks at need no timers.
 */
export function linesOf(run: ContainerRun, now: number): readonly LogLine[] {
  const until = run.state === 'exited' ? run.finishedAt : now;
  if (run.startedAt === 0) return run.lines;
  const said = run.program.lines
    .map(({ after, stream, text }) => ({ time: run.startedAt + after, stream, text }))
    .filter(({ time }) => time <= until);
  return [...said, ...run.lines].slice(-keptLines);
}

/**
 * The termination message: what was written to its file, else, when asked for and it failed, the end of its log
 * (pkg/kubelet/kuberuntime: 2048 bytes, 80 lines).
 */
export function terminationMessage(run: ContainerRun, now: number): string {
  if (run.program.message !== undefined) return run.program.message;
  if (run.container.terminationMessagePolicy !== 'FallbackToLogsOnError' || run.exitCode === 0) return '';
  const text = linesOf(run, now)
    .slice(-80)
    .map(({ text: line }) => `${line}\n`)
    .join('');
  return text.slice(-2048);
}
