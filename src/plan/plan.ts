/** `kind.name`, for example `image.backend`; unique in a plan. */
export type StepId = string;

export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

/** A text parameter, or the fallback where it is absent or something else. */
export function paramText(values: JsonObject, name: string, fallback = ''): string {
  const value = values[name];
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : fallback;
}

/** The closed list of step kinds. */
export const stepKinds = [
  'cluster',
  'namespace',
  'image',
  'secret',
  'pull-secret',
  'addon',
  'database',
  'keycloak',
  'release',
  'rollout',
  'certificate',
  'dns',
  'gitops-app',
  'http-check',
  'helm-test',
] as const;
export type StepKind = (typeof stepKinds)[number];

/** What a step is about to do, as the plan screen groups it. */
export type StepVerb = 'start' | 'connect' | 'build' | 'create' | 'install' | 'wait' | 'check' | 'configure';

/** The words and the exact commands of a step; pure, from its parameters. */
export interface StepDescription {
  verb: StepVerb;
  /** What it is about: `todo-backend:3f9c21`. */
  title: string;
  /** What will exist afterwards: `2 pods, NodePort 30002`. */
  detail?: string;
  /** Argument vectors, in order; what `run` executes. Text given on stdin is not part of it. */
  commands: string[][];
  /** What is done in place of commands, when the step reads or watches. */
  instead?: string;
}

/** How images get from the builder to the nodes. */
export type ImageDelivery =
  | { by: 'load'; program: 'minikube' | 'kind' | 'k3d'; cluster: string }
  | { by: 'shared-daemon' }
  /** `push` is the registry as this host names it, `pull` as the nodes do. */
  | { by: 'push'; push: string; pull: string };

/** The cluster that a plan is for, frozen: names for the person, and identities that a later run must find again. */
export interface PlanTarget {
  provider: 'minikube' | 'kind' | 'k3d' | 'context' | 'rehearsal';
  /** Profile, cluster or context name. */
  name: string;
  /** The kubeconfig context that every command names. */
  context: string;
  /** API server URL; absent while the cluster does not exist yet. */
  server?: string;
  /** uid of the namespace kube-system: the identity of a cluster. Absent while the cluster is stopped. */
  clusterUid?: string;
  /** It runs on this machine: NodePorts and built images are at hand. */
  isLocal: boolean;
  state: 'running' | 'stopped' | 'absent';
  delivery: ImageDelivery;
  /** Architecture of the nodes, as images name it. */
  architecture: string;
}

export interface PlanStep extends StepDescription {
  id: StepId;
  kind: StepKind;
  /**
   * Parameters of the step kind. Its texts are templates: `${...}` is filled in from outputs of earlier steps, a literal
   * `${` stands as `$${`.
   */
  params: JsonObject;
  /** Steps that must be finished first; sorted. */
  needs: StepId[];
  /** Parameter path to the answers that it was made from. */
  origins: Record<string, string[]>;
  /** SHA-256 over kind and parameters: same hash, same wish. */
  inputHash: string;
  /** Seconds after which the step is given up. */
  timeout: number;
}

/** A step that the answers or the environment leave out, and the condition that did. */
export interface LeftOutStep {
  id: StepId;
  when: string;
}

/** What a person looks at when the run is over, and the commands that show it. */
export interface ManualCheck {
  text: string;
  commands: string[];
}

/** What will happen, as a value: printable, comparable, without a secret and without a time. */
export interface Plan {
  version: 1;
  recipe: { name: string; title: string; digest: string };
  environment: string;
  namespace: string;
  target: PlanTarget;
  steps: PlanStep[];
  leftOut: LeftOutStep[];
  /** The chain of steps that decides how long it takes, by the recipe's own estimates. */
  criticalPath: StepId[];
  /** Names of the endpoints that the run will print, and the step that finds each. */
  endpoints: { name: string; title: string; step: StepId; service: string }[];
  checksByHand: ManualCheck[];
}

/** The deployment that a plan belongs to: state on this machine and the ledger in the cluster carry its name. */
export function deploymentName(plan: { recipe: { name: string }; environment: string }): string {
  return `${plan.recipe.name}.${plan.environment}`;
}
