import type { BuildProgress } from './docker.ts';
import type { StepNumber } from './dockerfile.ts';

/** The step at which a build stopped. */
export interface FailedStep {
  /** As the builder names it: `[deps 3/5] RUN npm ci`. */
  name: string;
  number: StepNumber | undefined;
  /** What the step printed last. */
  output: string[];
  /** A program that a `RUN` started failed, not the builder. */
  isCommand: boolean;
  /** Line of the Dockerfile, where the builder told it. */
  line: number | undefined;
}

/** Follows the output of a build, line by line. */
export interface BuildOutput {
  /** Takes the next line; progress when it tells some. */
  read(line: string): BuildProgress | undefined;
  failedStep(): FailedStep | undefined;
}

const keptLines = 20;

/** Keeps the last lines of a step. */
export function keep(lines: string[], line: string): void {
  lines.push(line);
  if (lines.length > keptLines) lines.shift();
}
