import { join } from 'node:path';
import { lastRun } from '../engine/journal/journal.ts';
import { ledgerName, readLedger, type Ledger } from '../engine/journal/ledger.ts';
import { directoryName } from '../engine/journal/state-directory.ts';
import { buildPlan } from '../plan/build.ts';
import type { Plan } from '../plan/plan.ts';
import { conditionScope } from '../plan/scope.ts';
import type { DescribeContext } from '../plan/step-plan.ts';
import type { PreflightReport } from '../plan/preflight/report.ts';
import { plain, type Answers } from '../questions/question.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { stepPlans } from '../steps/plans.ts';
import { askAnswers, sourceFolder } from './answers.ts';
import type { DeployConnection } from './connection.ts';
import { imageTags, ownDockerfiles } from './images.ts';
import { preflight } from './preflight/preflight.ts';
import type { Program } from './program.ts';
import { keptSecrets } from './kept-secrets.ts';

/** Everything that is decided before the first change. */
export interface Prepared {
  recipe: Recipe;
  connection: DeployConnection;
  answers: Answers;
  source: string;
  plan: Plan;
  report: PreflightReport;
  /** What the cluster remembers of this deployment. */
  ledger: Ledger | undefined;
}

export interface PrepareRequest {
  program: Program;
  recipe: Recipe;
  connection: DeployConnection;
  /** Answers of a run to go on with. */
  resumed?: Record<string, string | number | boolean> | undefined;
  /** Answers given so far, when one of them is to be changed. */
  earlier?: Answers | undefined;
  changing?: string | undefined;
}

export type Preparation = { outcome: 'ready'; prepared: Prepared } | { outcome: 'back' } | { outcome: 'stop' };

/** Resolve answers, gather facts, build the plan, check it. Touches nothing. */
export async function prepare(request: PrepareRequest): Promise<Preparation> {
  const { program, recipe, connection, resumed, earlier, changing } = request;
  const known = await rememberedBy(request);
  const before = { ...known.answers, ...resumed, ...plain(earlier) };
  const resolved = await askAnswers({
    program,
    recipe,
    connection,
    before,
    kept: await keptSecrets(recipe, connection, known.ledger),
    ownPorts: ownPorts(connection, known.ledger, String(before['namespace'] ?? recipe.namespace ?? recipe.name)),
    changing,
    isResumed: resumed !== undefined,
  });
  if (resolved.outcome !== 'answered') return resolved;
  const { answers } = resolved;
  program.frontend.busy('reading the code and the charts');
  try {
    const environment = String(plain(answers)['environment'] ?? Object.keys(recipe.environments)[0] ?? 'local');
    const namespace = String(plain(answers)['namespace'] ?? recipe.namespace ?? recipe.name);
    const source = await sourceFolder(recipe, answers, program.directory);
    const [tags, dockerfiles] = await Promise.all([
      imageTags(
        recipe,
        source,
        connection.target.architecture,
        conditionScope({ recipe, answers, environment, namespace, target: connection.target, stepPlans }),
        program.stop,
      ),
      ownDockerfiles(recipe, source),
    ]);
    const { target } = connection;
    const plan = buildPlan({
      recipe,
      answers,
      environment,
      namespace,
      target,
      imageTags: tags,
      dockerfiles,
      platforms: {},
      source,
      describe: describeContext({ recipe, connection, source }),
      stepPlans,
      ...(program.invocation.timeout === undefined ? {} : { rolloutTimeout: program.invocation.timeout }),
    });
    const ledger =
      connection.facts === undefined ? undefined : await readLedger(connection.reader, namespace, ledgerName(plan));
    const report = await preflight({ program, recipe, connection, plan, answers, source });
    return { outcome: 'ready', prepared: { recipe, connection, answers, source, plan, report, ledger } };
  } finally {
    program.frontend.busy('');
  }
}

/** What the commands of steps are written with. */
export function describeContext({
  recipe,
  connection,
  source,
}: Pick<Prepared, 'recipe' | 'connection' | 'source'>): DescribeContext {
  const { target, kubectl, helm, docker, provider } = connection;
  return { target, folder: recipe.folder, source, kubectl, helm, docker, provider };
}

/**
 * What is remembered of the deployment that the flags, or else the recipe's own namespace and first environment, name: by
 * the cluster; while that is stopped, by the journal of this machine.
 */
async function rememberedBy({ program, recipe, connection, resumed }: PrepareRequest): Promise<Memory> {
  const { invocation, state } = program;
  const environment = String(
    invocation.environment ?? resumed?.['environment'] ?? Object.keys(recipe.environments)[0] ?? 'local',
  );
  const namespace = String(invocation.namespace ?? resumed?.['namespace'] ?? recipe.namespace ?? recipe.name);
  if (connection.facts === undefined) {
    const { context } = connection.target;
    const last = await lastRun(join(state, directoryName({ context, namespace, recipe: recipe.name, environment })));
    return { answers: last?.answers ?? {}, ledger: undefined };
  }
  const ledger = await readLedger(connection.reader, namespace, ledgerName({ recipe, environment }));
  return { answers: ledger?.answers ?? {}, ledger };
}

interface Memory {
  answers: Record<string, string | number | boolean>;
  ledger: Ledger | undefined;
}

function ownPorts({ facts }: DeployConnection, ledger: Ledger | undefined, namespace: string): ReadonlySet<number> {
  const names = new Set(ledger?.endpoints.map(({ service }) => `${namespace}/${service}`));
  return new Set([...(facts?.nodePorts ?? [])].flatMap(([port, holder]) => (names.has(holder) ? [port] : [])));
}
