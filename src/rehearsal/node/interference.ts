import type { MissingData } from './container-config.ts';
import type { Container, Pod } from './pod.ts';

export type ProbeType = 'startup' | 'readiness' | 'liveness';

/** How a run of a container is to end, whatever its program would do. */
export interface ForcedExit {
  /** Milliseconds after its start. */
  after: number;
  exitCode: number;
  /** `OOMKilled`; `Error` unless told. */
  reason?: string;
  /** Said before it ends. */
  line?: string;
}

/** What may go wrong on a node beyond what the objects say. The faults of a rehearsal answer these. */
export interface Interference {
  /** The text of the runtime when the image cannot be pulled; `image` is the full name. */
  pullProblem(image: string, container: Container, pod: Pod): string | undefined;
  exitOf(container: Container, pod: Pod, restartCount: number): ForcedExit | undefined;
  /** The text of a probe that fails; `refused` when nobody listens. */
  probeProblem(type: ProbeType, container: Container, pod: Pod): { text: string } | 'refused' | undefined;
  /** The text of the runtime when it cannot start the program. */
  startProblem(container: Container, pod: Pod): string | undefined;
  /** Milliseconds that the program takes longer until it serves. */
  startDelay(container: Container, pod: Pod): number;
  isMissing: MissingData;
  /** The text of the condition Ready of a node that is not. */
  nodeProblem(node: string): string | undefined;
  /** Called when any answer may have changed. */
  onChange(listener: () => void): void;
}

export const noInterference: Interference = {
  pullProblem: () => undefined,
  exitOf: () => undefined,
  probeProblem: () => undefined,
  startProblem: () => undefined,
  startDelay: () => 0,
  isMissing: () => false,
  nodeProblem: () => undefined,
  onChange: () => {
    // Nothing ever changes.
  },
};
