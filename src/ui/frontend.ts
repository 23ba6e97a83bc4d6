import type { Clock } from '../clock.ts';
import type { Decision, DecisionAnswer, EngineEvent, RehearsalClaims } from '../events/events.ts';
import type { FoundCluster } from '../providers/provider.ts';
import type { ManualCheck, Plan } from '../plan/plan.ts';
import type { PreflightReport } from '../plan/preflight/report.ts';
import type { Prompter } from '../questions/question.ts';

export interface RecipeChoice {
  name: string;
  title: string;
  description: string;
  /** `2 images, 2 charts`. */
  parts: string;
  /** `1.2 CPU, 1.6 GB; about 3 minutes the first time`. */
  needs: string;
}

/** Seconds by step id, and where they come from. */
export interface Estimates {
  steps: Record<string, number>;
  total: number;
  source: 'measured' | 'author';
}

/** The recorded facts of a finished deployment: the last screen. */
export interface Summary {
  ok: boolean;
  title: string;
  target: string;
  namespace: string;
  duration: number;
  objects: number;
  changed: boolean;
  endpoints: { title: string; url: string; isForwarded: boolean }[];
  /** What only a person can judge, and the commands that show it. */
  checksByHand: ManualCheck[];
  /** Label and command, copyable. */
  commands: { label: string; command: string; hint?: string }[];
  /** `npm ci in todo-frontend (31 s)`. */
  slowest?: string;
  /** Set when it was a rehearsal. */
  rehearsal?: RehearsalClaims;
}

export interface ClusterRequest {
  found: Promise<FoundCluster[]>;
  recipe: RecipeChoice;
  /** There is a choice of the recipe to go back to. */
  canGoBack: boolean;
}

/** A fault that a rehearsal can be given. */
export interface FaultOffer {
  /** As `--fault` takes it: `image-pull:backend`. */
  spec: string;
  /** In a few words. */
  title: string;
  /** One sentence: what will be seen. */
  shows: string;
}

/** What is asked before a rehearsal: which faults are to happen in it. */
export interface RehearsalRequest {
  recipe: RecipeChoice;
  faults: readonly FaultOffer[];
  real: readonly string[];
  rehearsed: readonly string[];
}

/** A question with two answers, both worded by who asks. */
export interface ConfirmRequest {
  question: string;
  /** What it is about, each line a fact. */
  detail: string[];
  yes: string;
  no: string;
  isDefaultYes: boolean;
}

export type PlanReply = { reply: 'start' } | { reply: 'back' } | { reply: 'save' } | { reply: 'quit' };

/**
 * What the program needs of a user interface. Ink and plain lines are two of these; JSON is one that never asks.
 * A front end draws and asks; it decides nothing and knows no tool.
 */
export interface Frontend {
  readonly isInteractive: boolean;
  readonly prompter: Prompter;
  chooseRecipe(recipes: RecipeChoice[]): Promise<string | undefined>;
  /** `back`: to the choice of the recipe, where that was one. undefined: the person leaves. */
  chooseCluster(request: ClusterRequest): Promise<FoundCluster | 'back' | undefined>;
  /** Specs of the faults that are to happen. `back`: to the choice of the cluster. undefined: the person leaves. */
  chooseFaults(request: RehearsalRequest): Promise<string[] | 'back' | undefined>;
  /** A question that is not part of a recipe: continue a run, remove data. Ctrl-C rejects with a UserError of exit code 130. */
  confirm(request: ConfirmRequest): Promise<boolean>;
  /** What goes on while nothing can be shown yet: `reading the cluster`. Empty text ends it. */
  busy(message: string): void;
  showPlan(plan: Plan, report: PreflightReport, estimates: Estimates): Promise<PlanReply>;
  /** Every event of the engine, in order. */
  emit(event: EngineEvent): void;
  decide(decision: Decision, signal: AbortSignal): Promise<DecisionAnswer>;
  /** Ends the run's screens; resolves when the person leaves. */
  finish(summary: Summary): Promise<'leave' | 'open' | 'undo'>;
  /** One message for the person: an error, a note. */
  say(message: Message): void;
  /** What happens from now on happens in this time; undefined: in that of this machine again. */
  timedBy(time: Pick<Clock, 'now'> | undefined): void;
  /**
   * Ctrl-C that came as a key, which it does only while the terminal is drawn on. In line mode it is SIGINT, the
   * program's own.
   */
  onInterrupt(listener: () => void): void;
  /** Takes the question away that is open, if one is: its promise rejects with the reason. For SIGTERM and the like. */
  withdraw(reason: unknown): void;
  close(): Promise<void>;
}

export interface Message {
  level: 'info' | 'warning' | 'error';
  text: string;
  /** More lines, each its own fact. */
  detail?: string[];
  next?: string[];
}
