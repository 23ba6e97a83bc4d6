import type { Plan, StepId } from '../plan/plan.ts';
import type { RolloutStatus } from '../kubernetes/rollout/status.ts';

/** RFC 3339, UTC, with milliseconds. */
export type Instant = string;

/**
 * Everything the engine ever says: past-tense facts, plain data, no secret. Public: `--output json` prints these
 * objects, one a line, in an envelope of `v`, `seq` and `time`.
 */
export type EngineEvent =
  | { type: 'run.planned'; plan: Plan }
  | { type: 'run.started'; run: string; steps: number; rehearsal?: RehearsalClaims }
  | { type: 'step.started'; step: StepId; attempt: number }
  | StepProgressed
  | StepWaiting
  | { type: 'step.skipped'; step: StepId; reason: string }
  | StepFinished
  | ({ type: 'step.failed'; step: StepId } & Failure)
  | { type: 'step.output'; step: StepId; lines: string[] }
  | RolloutChanged
  | { type: 'decision.needed'; decision: Decision }
  | RunFinished;

/** What of a run on the built-in cluster is real, what is played, and what it therefore does not prove. */
export interface RehearsalClaims {
  seed: string;
  /** How much faster than life the cluster's time runs. */
  speed: number | 'max';
  faults: string[];
  real: string[];
  rehearsed: string[];
  notProven: string[];
}

/** `done` of `total` when the amount is known; `message` says what is being done. */
export interface StepProgressed {
  type: 'step.progressed';
  step: StepId;
  message: string;
  done?: number;
  total?: number;
}

export interface StepFinished {
  type: 'step.finished';
  step: StepId;
  changed: boolean;
  /** Seconds. */
  duration: number;
  /** What is as wanted and still worth knowing; absent: nothing. */
  warnings?: string[];
}

/** A wait and its blocker: what is missing, since when. */
export interface StepWaiting {
  type: 'step.waiting';
  step: StepId;
  blocker: string;
  since: Instant;
}

export interface RolloutChanged {
  type: 'rollout.changed';
  step: StepId;
  /** `Deployment/backend`. */
  object: string;
  state: RolloutStatus['state'];
  waitingFor?: string;
  /** Pods that are available, of those wanted. */
  ready?: number;
  wanted?: number;
}

export interface RunFinished {
  type: 'run.finished';
  ok: boolean;
  exitCode: number;
  changed: boolean;
  /** Name to URL; each answered a request from this host. */
  endpoints: Record<string, string>;
  /** Seconds. */
  duration: number;
  /** Names of endpoints that live only as long as this process, because they are forwarded. */
  forwarded?: string[];
  /** Set when it was a rehearsal. */
  rehearsal?: RehearsalClaims;
}

/** Why a step failed, for a person: one sentence of cause, what was seen, what to do. */
export interface Failure {
  /** Stable name; `deploy-wizard explain CODE` tells more. */
  code: string;
  cause: string;
  evidence: string[];
  remedy: string[];
  /** Answers whose change may mend it. */
  answers?: string[];
}

/** A question raised during a run. Its answer is a message with the same id; no callback travels. */
export interface Decision {
  id: string;
  step: StepId;
  question: string;
  options: DecisionOption[];
}

export type DecisionAction = 'retry' | 'change-answer' | 'stop';

export interface DecisionOption {
  action: DecisionAction;
  label: string;
}

export interface DecisionAnswer {
  id: string;
  action: DecisionAction;
}

export type Emit = (event: EngineEvent) => void;
