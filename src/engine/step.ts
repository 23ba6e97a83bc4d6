import type { z } from 'zod';
import type { ProgramTime } from '../clock.ts';
import type { Failure } from '../events/events.ts';
import type { JsonObject, PlanStep, PlanTarget } from '../plan/plan.ts';
import type { KeyReference } from '../plan/origin.ts';
import type { StepPlan } from '../plan/step-plan.ts';
import type { Secret } from '../secrets/secret.ts';
import type { Docker } from '../tools/docker/docker.ts';
import type { Helm } from '../tools/helm/helm.ts';
import type { Kubectl } from '../tools/kubectl/kubectl.ts';
import type { CommandOptions, CommandResult } from '../tools/shell/run.ts';
import type { ClusterReader } from '../kubernetes/watch/cluster-reader.ts';
import type { Provider } from '../providers/provider.ts';

/** What a step found before acting. */
export type Check =
  /** Everything is as wanted; `outputs` are those of an earlier run. */
  | { found: 'done'; outputs?: JsonObject }
  | Todo
  /** Something that is not ours is in the way. */
  | ({ found: 'blocked' } & Failure);

export interface Todo {
  found: 'todo';
  why: string;
  /**
   * What `run` is about to make and the cluster does not have: it is in the ledger before the act, so that `down` also
   * finds what a run has left that failed or was ended.
   */
  makes?: Making;
}

export const done = (outputs?: JsonObject): Check =>
  outputs === undefined ? { found: 'done' } : { found: 'done', outputs };
export const todo = (why: string, makes?: Making): Check => ({
  found: 'todo',
  why,
  ...(makes === undefined ? {} : { makes }),
});
export const blocked = (failure: Failure): Check => ({ found: 'blocked', ...failure });

/** One object that a step made, by which `down` finds it again. */
export interface MadeObject {
  apiVersion: string;
  kind: string;
  name: string;
  namespace?: string;
  uid?: string;
}

/** What the ledger in the cluster keeps of one step. */
export interface LedgerEntry {
  step: string;
  kind: string;
  inputHash: string;
  made: MadeObject[];
  /** Parameters that undo needs; no secret. */
  undo: JsonObject;
  /** It keeps data that `down` removes only when asked. */
  holdsData: boolean;
}

/** The narrow world of a step: its own tools, what it may say, and when to stop. */
export interface StepContext {
  step: PlanStep;
  target: PlanTarget;
  /** Absolute folder of the recipe; charts and Dockerfiles are below it. */
  folder: string;
  kubectl: Kubectl;
  helm: Helm;
  docker: Docker;
  provider: Provider;
  cluster: ClusterReader;
  signal: AbortSignal;
  /** What the ledger says of this step from an earlier run. */
  before: LedgerEntry | undefined;
  /** Whether a step that this one needs, directly or not, changed something in this run. */
  isAfterChange: boolean;
  /** Time as the cluster counts it; whatever waits does so by it. */
  time: ProgramTime;
  /** Runs one of the argument vectors that `describe` returned. */
  execute: (argv: readonly string[], options?: CommandOptions) => Promise<CommandResult>;
  /** Called by the step that made the cluster answer: freezes the target and makes up for the checks that a stopped cluster could not have. */
  connected: () => Promise<void>;
  /** Forwards a free port of this host to a Service for the rest of the run; the port. */
  forward: (service: string, port: number, namespace: string) => Promise<number>;
  /** Ids of the answers that a key of a Secret was made from. */
  answersBehind(reference: KeyReference): string[];
  /** Addresses of the cluster's nodes as this host may reach them, best first. */
  nodeAddresses: () => Promise<string[]>;
  /** Absolute folder of the application's code. */
  source: string;
  /** The person's working directory: files that they name are relative to it. */
  directory: string;
  /** Namespace of the deployment. */
  namespace: string;
  /** A variable of the person's environment that a recipe names as the source of a secret. */
  environment: (name: string) => string | undefined;
  /** Evaluates a text with `${...}` over secrets: asked ones come from the vault, made ones from the cluster. Never stored. */
  secret: (template: string) => Promise<Secret>;
  /** The vault entry of an asked secret; undefined: not asked in this run, the cluster keeps it. */
  asked: (questionId: string) => Secret | undefined;
  /** Puts a value under the protection of the vault, so that it is redacted wherever it might appear. */
  protect: (name: string, value: string) => Secret;
  /** Waits for another step of the plan; rejects when that failed. For a step that can do much of its work before. */
  finished: (step: string) => Promise<void>;
  progress: (message: string, done?: number, total?: number) => void;
  waiting: (blocker: string) => void;
  /** Something that is no failure, told when the step is finished. */
  warn: (text: string) => void;
  output: (lines: string[]) => void;
  rollout: (change: {
    object: string;
    state: 'ready' | 'progressing' | 'stalled' | 'failed' | 'unknown';
    waitingFor?: string;
    ready?: number;
    wanted?: number;
  }) => void;
}

/** What the ledger records of a step. */
export interface Making {
  made?: MadeObject[];
  undo?: JsonObject;
  holdsData?: boolean;
}

/** What `run` hands on: what it made, and values that later expressions use. */
export interface StepResult extends Making {
  /** Expression path to value: `releases.frontend.url`. */
  outputs?: JsonObject;
}

/** The acting half of a step kind. Contract: `check` reads, `run` acts, `verify` proves, `undo` removes only what the ledger says we made. */
export interface Step<Params = never> {
  plan: StepPlan;
  check(params: Params, context: StepContext): Promise<Check>;
  run(params: Params, context: StepContext): Promise<StepResult>;
  /** Throws when the cluster does not show what `run` promised. */
  verify?(params: Params, context: StepContext): Promise<void>;
  /** Removes what the ledger says this step made; ends when it is gone. */
  undo?(entry: LedgerEntry, context: UndoContext): Promise<void>;
  /** Secrets that this step stands behind, read from the cluster: expression path to value. */
  secrets?(params: Params, context: StepContext): Promise<Record<string, string>>;
  /** Side by side up to this many of the kind; absent: no limit. */
  parallel?: number;
  /** A stop waits for it to end, because half of its work would be worse than all of it. */
  isUninterruptible?: boolean;
}

export interface UndoContext {
  kubectl: Kubectl;
  helm: Helm;
  docker: Docker;
  provider: Provider;
  namespace: string;
  signal: AbortSignal;
  time: ProgramTime;
  /** Remove what holds data as well. */
  withData: boolean;
  progress: (message: string) => void;
  /** Something that stays, in words: told to the person at the end. */
  leaves: (what: string) => void;
}

export function defineStep<Section extends z.ZodType, Params extends z.ZodType>(
  plan: StepPlan<Section, Params>,
  acts: Omit<Step<z.output<Params>>, 'plan'>,
): Step<z.output<Params>> {
  return { plan, ...acts };
}

// eslint-disable-next-line typescript/no-explicit-any -- a list of kinds with different parameters; each validates its own
export type AnyStep = Step<any>;

/** Thrown by a step that knows the cause: shown as it is, without a stack. */
export class StepFailure extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.cause);
    this.name = 'StepFailure';
    this.failure = failure;
  }
}
