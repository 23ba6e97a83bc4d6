import type { ContextFactory } from '../engine/attempt.ts';
import { StepFailure, type AnyStep, type LedgerEntry, type StepContext } from '../engine/step.ts';
import { answersBehind } from '../plan/origin.ts';
import { paramText, type JsonObject, type PlanStep } from '../plan/plan.ts';
import { evaluateTemplate, parseTemplate } from '../recipe/expression.ts';
import { isSecretPath } from '../recipe/secret-flow.ts';
import { Secret } from '../secrets/secret.ts';
import { steps } from '../steps/steps.ts';
import type { Prepared } from './prepare.ts';
import type { Program } from './program.ts';

/** `namespace/service` to the local port that is forwarded to it. */
export type Forwards = Map<string, number>;

export interface ContextSettings {
  program: Program;
  prepared: Prepared;
  forwards: Forwards;
  /** What the ledger knows of each step; filled when a stopped cluster has started. */
  known: ReadonlyMap<string, LedgerEntry>;
  connected(): Promise<void>;
}

/** The world of each step: tools bound to the approved cluster, and nothing else. */
export function contextFactory(settings: ContextSettings): ContextFactory {
  const { program, prepared, forwards, known, connected } = settings;
  const { connection, plan, recipe, source } = prepared;
  const { kubectl, helm, docker, provider, reader, cluster } = connection;
  return (step, own): StepContext => {
    const context: StepContext = {
      ...own,
      step,
      target: plan.target,
      folder: recipe.folder,
      source,
      directory: program.directory,
      namespace: plan.namespace,
      kubectl,
      helm,
      docker,
      provider,
      cluster: reader,
      before: known.get(step.id),
      time: program.time,
      execute: (argv, options) => program.run(argv, { signal: own.signal, ...options }),
      connected,
      nodeAddresses: () => provider.nodeAddresses(cluster, own.signal),
      answersBehind: (reference) => answersBehind(plan, reference),
      environment: (name) => program.environment[name],
      asked: (questionId) => program.vault.get(questionId),
      protect(name, value) {
        program.vault.put(name, value);
        return new Secret(name, value);
      },
      secret: (template) => revealTemplate(template, context, prepared, program),
      async forward(service, port, namespace) {
        const key = `${namespace}/${service}`;
        const known = forwards.get(key);
        if (known !== undefined) return known;
        // It outlives its step: the address must answer as long as this program runs.
        const forward = await kubectl.forward(service, port, namespace, program.kill);
        forward.ended.catch(() => undefined).finally(() => forwards.delete(key)); // It ends with the program, or with the pod behind it.
        forwards.set(key, forward.port);
        return forward.port;
      },
    };
    return context;
  };
}

/** A text over secrets, filled in. Each secret that it reads is made known to the vault first, so that it is redacted everywhere. */
async function revealTemplate(
  template: string,
  context: StepContext,
  prepared: Prepared,
  { vault }: Program,
): Promise<Secret> {
  const paths = parseTemplate(template).flatMap((part) => ('expression' in part ? part.expression.paths : []));
  const scope: JsonObject = {};
  for (const path of paths.filter((candidate) => isSecretPath(candidate))) {
    const name = path.join('.');
    const value = vault.get(name)?.reveal() ?? (await readMade(path, context, prepared))[name];
    if (value === undefined) {
      throw new StepFailure({
        code: 'secret-missing',
        cause: `The secret ${name} is nowhere to be found`,
        evidence: [],
        remedy: [`Look at the step that makes it, and run up again.`],
      });
    }
    vault.put(name, value);
    setAt(scope, path, value);
  }
  return new Secret(template, paramText({ text: evaluateTemplate(template, scope) }, 'text'));
}

/** Keys of a Secret may hold dots, so a path is no text to be split. */
function setAt(scope: JsonObject, path: readonly string[], value: string): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    scope[first] = value;
    return;
  }
  const inner = (scope[first] ?? {}) as JsonObject;
  scope[first] = inner;
  setAt(inner, rest, value);
}

/** Secrets that a step stands behind, as the cluster has them. */
async function readMade(path: string[], context: StepContext, { plan }: Prepared): Promise<Record<string, string>> {
  const behind: PlanStep | undefined = plan.steps.find(({ id, kind }) =>
    path[0] === 'database' ? kind === 'database' : id === `secret.${path[1]}`,
  );
  const kind: AnyStep | undefined = behind === undefined ? undefined : steps.get(behind.kind);
  if (behind === undefined || kind?.secrets === undefined) return {};
  return kind.secrets(kind.plan.params.parse(behind.params) as never, { ...context, step: behind });
}
