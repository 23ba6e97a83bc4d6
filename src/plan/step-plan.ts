import type { z } from 'zod';
import type { Provider } from '../providers/provider.ts';
import type { Docker } from '../tools/docker/docker.ts';
import type { Helm } from '../tools/helm/helm.ts';
import type { Kubectl } from '../tools/kubectl/kubectl.ts';
import type { Question } from '../questions/question.ts';
import type { JsonObject, ManualCheck, PlanTarget, StepDescription, StepId, StepKind } from './plan.ts';

/** A step as its recipe section asks for it, before expressions are filled in. */
export interface StepDraft {
  id: StepId;
  kind: StepKind;
  /** Expressions allowed in any string. */
  params: Record<string, unknown>;
  /** CEL without braces; the step is left out when it is false. */
  when?: string;
  /** Steps to wait for although no data flows from them. */
  needs?: StepId[];
  /**
   * The expression paths that this step stands behind: whoever says `images.backend`, or anything below it, waits for this
   * step. A path that `known` gives no value for, or null, is an output of the run: `releases.web.url`.
   */
  provides?: string[];
  /** Path in the recipe, for messages: `['images', 'backend']`. */
  at: (string | number)[];
  /** Seconds; else the default of the kind. */
  timeout?: number;
}

/** A check for the person's own eyes, before expressions are filled in. */
export interface ManualCheckDraft extends ManualCheck {
  when?: string;
  at: (string | number)[];
}

/** What an expansion may look at. */
export interface ExpandContext {
  recipe: { name: string; folder: string };
  environment: { name: string; values: string[] };
  target: PlanTarget;
  /** Expression for the namespace of whatever names none. */
  namespace: string;
  /** Content hashes of build contexts by image id, gathered before planning. */
  imageTags: Record<string, string>;
  /** Absolute folder of the application's code. */
  source: string;
}

/** The pure parts of the tools: they write argument vectors, they run nothing. */
export interface DescribeContext {
  target: PlanTarget;
  /** Absolute folder of the recipe. */
  folder: string;
  /** Absolute folder of the application's code. */
  source: string;
  kubectl: Pick<Kubectl, 'argv'>;
  helm: Pick<Helm, 'upgradeArgv' | 'testArgv'>;
  docker: Pick<Docker, 'buildArgv' | 'pushArgv'>;
  provider: Pick<Provider, 'startArgv' | 'deliverArgv'>;
}

/** One kind of step, its pure half: how the recipe asks for it and what it will do. */
export interface StepPlan<Section extends z.ZodType = z.ZodType, Params extends z.ZodType = z.ZodType> {
  kind: StepKind;
  /** Top-level recipe key that it reads; absent when other kinds' sections expand to it. */
  key?: string;
  section?: Section;
  params: Params;
  /** Seconds until it is given up, unless the recipe says otherwise. */
  timeout: number;
  /** Why such a step exists, two sentences for a person; `explain` prints it. */
  why: string;
  /** Questions that the section asks besides those under `questions`. */
  questions?(section: z.output<Section>): Question[];
  /**
   * Values that expressions may use already while planning, by path: `{ images: { backend: { tag } } }`; expressions
   * allowed. What is still open after filling in, the step must output in the run.
   */
  known?(section: z.output<Section>, context: ExpandContext): JsonObject;
  expand?(section: z.output<Section>, context: ExpandContext): StepDraft[];
  /** What a person looks at afterwards, because no program can; expressions allowed. */
  byHand?(section: z.output<Section>): ManualCheckDraft[];
  describe(params: z.output<Params>, context: DescribeContext): StepDescription;
}

export function defineStepPlan<Section extends z.ZodType, Params extends z.ZodType>(
  plan: StepPlan<Section, Params>,
): StepPlan<Section, Params> {
  return plan;
}

/** The form in which plans of different kinds stand in one list. */
// eslint-disable-next-line typescript/no-explicit-any -- a list of kinds with different parameters; each validates its own
export type AnyStepPlan = StepPlan<any, any>;
