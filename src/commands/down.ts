import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ledgerName, listLedgers, type Ledger } from '../engine/journal/ledger.ts';
import { takeLock } from '../engine/journal/lock.ts';
import { directoryName, privateDirectory } from '../engine/journal/state-directory.ts';
import { undoDeployment } from '../engine/undo.ts';
import { exitCodes, type ExitCode } from '../errors/exit-codes.ts';
import { steps } from '../steps/steps.ts';
import type { Connection } from './connection.ts';
import { theOne, withDeployments } from './deployments.ts';
import type { Program } from './program.ts';
import { requireSomebody } from './require-somebody.ts';

/** Removes what the ledger says we made, asked first; data is asked for separately. Ends when it is gone. */
export async function down(
  program: Program,
  known?: { recipe: string; connection: Connection; namespace: string },
): Promise<ExitCode> {
  requireSomebody(program);
  if (known !== undefined) {
    const ledgers = (await listLedgers(known.connection.reader, known.namespace)).filter(
      ({ recipe }) => recipe.name === known.recipe,
    );
    return remove(program, known.connection, theOne(ledgers, program, known.connection));
  }
  return (
    (await withDeployments(program, (connection, ledgers) =>
      remove(program, connection, theOne(ledgers, program, connection)),
    )) ?? exitCodes.interrupted
  );
}

async function remove(program: Program, connection: Connection, ledger: Ledger): Promise<ExitCode> {
  const { frontend, invocation, kill, state } = program;
  const scope = await agree(program, connection, ledger);
  if (scope === undefined) return exitCodes.interrupted;
  const { target } = connection;
  const directory = await privateDirectory(
    join(
      state,
      directoryName({
        context: target.context,
        namespace: ledger.namespace,
        recipe: ledger.recipe.name,
        environment: ledger.environment,
      }),
    ),
  );
  const lock = await takeLock(directory);
  try {
    await connection.kubectl.freezeTarget();
    const left = await undoDeployment({
      ledger,
      ledgerName: ledgerName({ recipe: ledger.recipe, environment: ledger.environment }),
      steps,
      withData: scope.withData,
      withNamespace: scope.withNamespace,
      tools: connection,
      signal: kill,
      time: program.time,
      progress: (text) => frontend.say({ level: 'info', text: `removing ${text}` }),
    });
    frontend.say({
      level: 'info',
      text: `${ledger.recipe.title} is removed from ${target.name}`,
      ...(left.length === 0 ? {} : { detail: left.map((line) => `left: ${line}`) }),
      ...(left.length === 0 || scope.withData
        ? {}
        : {
            next: [
              `Remove the data as well: deploy-wizard down ${ledger.recipe.name} --data${invocation.target === undefined ? '' : ` --target ${invocation.target}`}`,
            ],
          }),
    });
    if (left.length === 0 || scope.withData) await rm(join(directory, 'journal.jsonl'), { force: true });
    return exitCodes.ok;
  } finally {
    await lock.release();
  }
}

/** What may go: asked for on a terminal, given by `--yes` and `--data` elsewhere. undefined: nothing. */
async function agree(
  program: Program,
  { target, reader }: Connection,
  ledger: Ledger,
): Promise<{ withData: boolean; withNamespace: boolean } | undefined> {
  const { frontend, invocation } = program;
  const made = ledger.entries.flatMap((entry) =>
    entry.made.map((object) => ({ ...object, holdsData: entry.holdsData })),
  );
  const data = made.filter(({ holdsData }) => holdsData);
  // A namespace that another deployment has moved into is not ours alone any more.
  const isShared = (await listLedgers(reader, ledger.namespace)).length > 1;
  const ownNamespace = !isShared && made.some(({ kind, name }) => kind === 'Namespace' && name === ledger.namespace);
  // Without the data gone, what holds it lives in the namespace.
  if (invocation.yes)
    return { withData: invocation.withData, withNamespace: ownNamespace && (invocation.withData || data.length === 0) };
  const list = (objects: { kind: string; name: string }[]) => objects.map(({ kind, name }) => `${kind} ${name}`);
  const goes = made.filter(({ kind, holdsData }) => kind !== 'Namespace' && !holdsData);
  const isAgreed = await frontend.confirm({
    question: `Remove ${ledger.recipe.title} from ${target.name}, namespace ${ledger.namespace}?`,
    detail: list(goes),
    yes: 'remove',
    no: 'keep everything',
    isDefaultYes: false,
  });
  if (!isAgreed) return undefined;
  const withData =
    data.length > 0 &&
    (invocation.withData ||
      (await frontend.confirm({
        question: 'Remove its data as well? It cannot be brought back.',
        detail: list(data),
        yes: 'remove the data',
        no: 'keep the data',
        isDefaultYes: false,
      })));
  const withNamespace =
    ownNamespace &&
    (withData || data.length === 0) &&
    (await frontend.confirm({
      question: `Remove the namespace ${ledger.namespace}, which was made for it?`,
      detail: ['With it goes whatever else is in it.'],
      yes: 'remove the namespace',
      no: 'keep it',
      isDefaultYes: false,
    }));
  return { withData, withNamespace };
}
