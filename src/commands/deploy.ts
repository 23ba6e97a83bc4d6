import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Journal } from '../engine/journal/journal.ts';
import { LedgerWriter, ledgerName, readLedger, withEntry, type Ledger } from '../engine/journal/ledger.ts';
import { takeLock } from '../engine/journal/lock.ts';
import { directoryName, privateDirectory } from '../engine/journal/state-directory.ts';
import { runPlan, type RunRecord, type RunResult } from '../engine/run-plan.ts';
import type { LedgerEntry } from '../engine/step.ts';
import { exitCodes, type ExitCode } from '../errors/exit-codes.ts';
import { UserError } from '../errors/errors.ts';
import { gatherClusterFacts } from '../facts/cluster-facts.ts';
import type { Plan, StepId } from '../plan/plan.ts';
import { steps } from '../steps/steps.ts';
import type { ServiceToOpen } from '../steps/rollout/plan.ts';
import { preflight } from './preflight/preflight.ts';
import { plain } from '../questions/question.ts';
import { describeContext, type Prepared } from './prepare.ts';
import type { Program } from './program.ts';
import { contextFactory, type Forwards } from './step-context.ts';
import { targetWord } from './targets.ts';

export interface Deployed {
  result: RunResult;
  exitCode: ExitCode;
  ledger: Ledger;
  /** Name to URL; each answered. */
  endpoints: Record<string, string>;
  forwards: Forwards;
  /** Seconds. */
  duration: number;
}

/** Runs an approved plan under the lock of its deployment, writing down what it intends and does. */
export async function deploy(program: Program, prepared: Prepared): Promise<Deployed> {
  const { plan, connection, answers, source, recipe } = prepared;
  const { frontend, stop, kill } = program;
  const directory = await privateDirectory(
    join(
      program.state,
      directoryName({
        context: plan.target.context,
        namespace: plan.namespace,
        recipe: plan.recipe.name,
        environment: plan.environment,
      }),
    ),
  );
  const lock = await takeLock(directory);
  const run = randomBytes(6).toString('hex');
  program.logs.folder(join(directory, 'logs', run));
  const journal = await Journal.start(directory, {
    type: 'run',
    run,
    at: new Date().toISOString(),
    recipe: recipe.name,
    recipePath: recipe.folder,
    environment: plan.environment,
    namespace: plan.namespace,
    target: targetWord(connection.cluster),
    answers: plain(answers),
    source,
  });
  const writer = new LedgerWriter(
    connection.kubectl,
    ledgerName(plan),
    startLedger(prepared),
    prepared.ledger !== undefined,
  );
  const forwards: Forwards = new Map();
  const known = new Map(prepared.ledger?.entries.map((entry) => [entry.step, entry]));
  const started = performance.now();
  try {
    frontend.emit({ type: 'run.started', run, steps: plan.steps.length });
    const result = await runPlan({
      plan,
      steps,
      ledger: known,
      redact: (text) => program.vault.redact(text),
      context: contextFactory({
        program,
        prepared,
        forwards,
        known,
        connected: () => connected(program, prepared, writer, known),
      }),
      describe: describeContext(prepared),
      record: recordOf(journal, writer, plan.namespace),
      emit: (event) => frontend.emit(event),
      stop,
      kill,
      ...(frontend.isInteractive && !program.invocation.yes
        ? { decide: (decision, signal) => frontend.decide(decision, signal) }
        : {}),
      now: () => performance.now(),
      clock: () => new Date(),
    });
    // The endpoints, the answers and the times of the run; written only where something differs.
    if (result.outcome === 'done') writer.change((ledger) => finished(ledger, prepared, result));
    await writer.flush();
    const exitCode = exitCodeOf(result, program);
    const endpoints = Object.fromEntries(plan.endpoints.flatMap(({ name }) => urlOf(name, result)));
    const duration = (performance.now() - started) / 1000;
    if (result.outcome !== 'change-answer') {
      const forwarded = plan.endpoints.flatMap(({ name, service }) =>
        forwards.has(`${plan.namespace}/${service}`) ? [name] : [],
      );
      frontend.emit({
        type: 'run.finished',
        ok: exitCode === exitCodes.ok,
        exitCode,
        changed: result.changed,
        endpoints,
        duration,
        ...(forwarded.length === 0 ? {} : { forwarded }),
      });
    }
    await journal.append({ type: 'end', outcome: result.outcome, at: new Date().toISOString() });
    return { result, exitCode, ledger: writer.ledger, endpoints, forwards, duration };
  } finally {
    await journal.close();
    await lock.release();
  }
}

/** The moment at which the cluster answers: it is frozen as the approved one, and what could not be checked before is checked now. */
async function connected(
  program: Program,
  prepared: Prepared,
  writer: LedgerWriter,
  known: Map<StepId, LedgerEntry>,
): Promise<void> {
  const { connection, plan } = prepared;
  const approved = plan.target.clusterUid === undefined ? undefined : { uid: plan.target.clusterUid };
  await connection.kubectl.freezeTarget(approved);
  if (plan.target.state === 'running') return;
  connection.facts = await gatherClusterFacts(connection.reader);
  plan.target.state = 'running';
  const stored = await readLedger(connection.reader, plan.namespace, ledgerName(plan));
  if (stored !== undefined) {
    writer.adopt(stored);
    for (const entry of stored.entries) known.set(entry.step, entry);
  }
  const { problems } = await preflight({ ...prepared, program });
  const [first] = problems.filter(({ isFatal }) => isFatal);
  if (first !== undefined) {
    throw new UserError(first.message, {
      ...(first.neededBy === undefined ? {} : { why: `needed by ${first.neededBy}` }),
      next: first.remedy,
      exitCode: exitCodes.preflight,
    });
  }
}

function startLedger({ plan, ledger }: Prepared): Ledger {
  const { name, title, digest } = plan.recipe;
  return (
    ledger ?? {
      version: 1,
      recipe: { name, title, digest },
      environment: plan.environment,
      namespace: plan.namespace,
      answers: {},
      entries: [],
      endpoints: [],
      durations: {},
    }
  );
}

function recordOf(journal: Journal, writer: LedgerWriter, namespace: string): RunRecord {
  const at = () => new Date().toISOString();
  const write = async (entry: LedgerEntry | undefined) => {
    if (entry !== undefined) writer.change((ledger) => withEntry(ledger, entry));
    await writer.flush();
  };
  return {
    async intends(step, attempt, entry) {
      await journal.append({ type: 'intent', step: step.id, attempt, at: at() });
      await write(entry);
    },
    async did(step, changed, entry) {
      await journal.append({ type: 'done', step: step.id, changed, at: at() });
      // From here on there is a namespace to write to.
      if (step.kind === 'namespace' && step.params['name'] === namespace) writer.open();
      await write(entry);
    },
    failed: (step, { code, cause }) =>
      journal.append({ type: 'failed', step: step.id, failure: { code, cause }, at: at() }),
  };
}

function finished(ledger: Ledger, { plan, answers }: Prepared, result: RunResult): Ledger {
  const { name, title, digest } = plan.recipe;
  const services = plan.steps.flatMap(({ id, kind, params }) =>
    kind === 'rollout'
      ? (params['services'] as unknown as ServiceToOpen[]).flatMap(
          ({ id: service, show, name: object, port, scheme, path, host }) =>
            show === undefined
              ? []
              : [
                  {
                    name: `${id.slice('rollout.'.length)}.${service}`,
                    title: show,
                    service: object,
                    port,
                    scheme,
                    path,
                    ...(host === undefined ? {} : { host }),
                  },
                ],
        )
      : [],
  );
  return {
    ...ledger,
    recipe: { name, title, digest },
    answers: plain(answers),
    endpoints: services,
    durations: { ...ledger.durations, ...rounded(result.durations) },
  };
}

function rounded(durations: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(durations).map(([step, seconds]) => [step, Math.round(seconds * 10) / 10]));
}

/** `frontend.page` is the output `releases.frontend.services.page.url`. */
function urlOf(name: string, { outputs }: RunResult): [string, string][] {
  const [release, service] = name.split('.');
  const url = outputs[`releases.${release}.services.${service}.url`];
  return typeof url === 'string' ? [[name, url]] : [];
}

function exitCodeOf(result: RunResult, { kill, stop }: Program): ExitCode {
  if (kill.aborted && kill.reason === 'SIGTERM') return exitCodes.terminated;
  if (result.outcome === 'stopped' || stop.aborted)
    return result.outcome === 'done' ? exitCodes.ok : exitCodes.interrupted;
  if (result.outcome === 'done') return exitCodes.ok;
  const codes = result.failures.map(({ failure }) => failure.code);
  return codes.includes('target-changed')
    ? exitCodes.targetChanged
    : codes.includes('bug')
      ? exitCodes.bug
      : exitCodes.stepFailed;
}

/** Steps that a plan names and an earlier run made: what the summary counts. */
export function objectsOf(ledger: Ledger): number {
  return ledger.entries.reduce((sum, { made }) => sum + made.length, 0);
}

export function estimatesOf(
  plan: Plan,
  expected: Record<string, number>,
  measured: Record<string, number> | undefined,
): { steps: Record<string, number>; source: 'measured' | 'author' } {
  const hasMeasured = measured !== undefined && Object.keys(measured).length > 0;
  const steps = Object.fromEntries(
    plan.steps.flatMap(({ id }) =>
      (hasMeasured ? (measured[id] ?? expected[id]) : expected[id]) === undefined
        ? []
        : [[id, (hasMeasured ? measured[id] : undefined) ?? expected[id] ?? 0]],
    ),
  );
  return { steps, source: hasMeasured ? 'measured' : 'author' };
}
