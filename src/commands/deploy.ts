import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Journal } from '../engine/journal/journal.ts';
import { LedgerWriter, ledgerName, readLedger, type Ledger } from '../engine/journal/ledger.ts';
import { takeLock } from '../engine/journal/lock.ts';
import { directoryName, privateDirectory } from '../engine/journal/state-directory.ts';
import { runPlan } from '../engine/run-plan.ts';
import type { RunResult } from '../engine/run-request.ts';
import type { LedgerEntry } from '../engine/step.ts';
import { exitCodes, type ExitCode } from '../errors/exit-codes.ts';
import { UserError } from '../errors/errors.ts';
import { gatherClusterFacts } from '../facts/cluster-facts.ts';
import type { StepId } from '../plan/plan.ts';
import { steps } from '../steps/steps.ts';
import { preflight } from './preflight/preflight.ts';
import { plain } from '../questions/question.ts';
import { describeContext, type Prepared } from './prepare.ts';
import type { Program } from './program.ts';
import { expectedAnswers } from './rehearsal-answers.ts';
import { finishedLedger, recordOf, startLedger } from './run-ledger.ts';
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
  const { frontend, stop, kill, time } = program;
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
  const at = () => new Date(time.now()).toISOString();
  const lock = await takeLock(directory);
  const run = program.rehearsal?.newRun() ?? randomBytes(6).toString('hex');
  program.logs.folder(join(directory, 'logs', run));
  const journal = await Journal.start(directory, {
    type: 'run',
    run,
    at: at(),
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
  const started = time.elapsed();
  try {
    const rehearsal = program.rehearsal === undefined ? {} : { rehearsal: program.rehearsal.claims };
    frontend.emit({ type: 'run.started', run, steps: plan.steps.length, ...rehearsal });
    await program.rehearsal?.expect(expectedAnswers(plan));
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
      record: recordOf(journal, writer, { namespace: plan.namespace, time }),
      emit: (event) => frontend.emit(event),
      stop,
      kill,
      ...(frontend.isInteractive && !program.invocation.yes
        ? { decide: (decision, signal) => decide(program, () => frontend.decide(decision, signal)) }
        : {}),
      now: () => time.elapsed(),
      clock: () => new Date(time.now()),
      timers: time,
      ...(program.rehearsal === undefined ? {} : { random: program.rehearsal.random }),
    });
    // Written only where something differs.
    if (result.outcome === 'done') writer.change((ledger) => finishedLedger(ledger, prepared, result));
    await writer.flush();
    const exitCode = exitCodeOf(result, program);
    const endpoints = Object.fromEntries(plan.endpoints.flatMap(({ name }) => urlOf(name, result)));
    const duration = (time.elapsed() - started) / 1000;
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
        ...rehearsal,
      });
    }
    await journal.append({ type: 'end', outcome: result.outcome, at: at() });
    return { result, exitCode, ledger: writer.ledger, endpoints, forwards, duration };
  } finally {
    await journal.close();
    await lock.release();
  }
}

/** A person takes their time: that of a rehearsal goes on at a pace that they can follow. */
function decide<T>({ rehearsal }: Program, ask: () => Promise<T>): Promise<T> {
  return rehearsal === undefined ? ask() : rehearsal.attended(ask);
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
