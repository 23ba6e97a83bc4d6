import type { ProgramTime } from '../clock.ts';
import type { Kubectl } from '../tools/kubectl/kubectl.ts';
import type { StepKind } from '../plan/plan.ts';
import type { Ledger } from './journal/ledger.ts';
import type { AnyStep, LedgerEntry, UndoContext } from './step.ts';

export interface UndoRequest {
  ledger: Ledger;
  ledgerName: string;
  steps: ReadonlyMap<StepKind, AnyStep>;
  withData: boolean;
  withNamespace: boolean;
  tools: Pick<UndoContext, 'helm' | 'docker' | 'provider'> & { kubectl: Kubectl };
  signal: AbortSignal;
  time: ProgramTime;
  progress: (text: string) => void;
}

/**
 * Takes back what a deployment made, last first. Only objects that still have the uid that the ledger recorded are
 * touched. The ledger goes last, so that a removal that is cut off can be run again. Returns what is left, in words.
 */
export async function undoDeployment(request: UndoRequest): Promise<string[]> {
  const { ledger, steps, withData, withNamespace, tools, signal, time, progress } = request;
  const { helm, docker, provider, kubectl } = tools;
  const left: string[] = [];
  const leaves = (what: string) => void left.push(what);
  const { namespace } = ledger;
  const context: UndoContext = { helm, docker, provider, kubectl, namespace, signal, time, withData, progress, leaves };
  const entries = [...ledger.entries].reverse();
  for (const entry of entries.filter(({ kind }) => kind !== 'namespace')) {
    signal.throwIfAborted();
    await undoStep(entry, steps, context);
  }
  const keepsData = !withData && ledger.entries.some(({ holdsData }) => holdsData);
  if (keepsData) leaves(`ConfigMap ${request.ledgerName}, which remembers this`);
  else await kubectl.delete({ apiVersion: 'v1', kind: 'ConfigMap', name: request.ledgerName, namespace }, { signal });
  for (const entry of entries.filter(({ kind }) => kind === 'namespace')) {
    if (withNamespace) await undoStep(entry, steps, context);
    else for (const { name } of entry.made) leaves(`namespace ${name}`);
  }
  return left;
}

async function undoStep(
  entry: LedgerEntry,
  steps: ReadonlyMap<StepKind, AnyStep>,
  context: UndoContext,
): Promise<void> {
  const { leaves, withData } = context;
  const { kind, made, holdsData, step } = entry;
  const kindOf = steps.get(kind as StepKind);
  if (kindOf?.undo !== undefined) await kindOf.undo(entry, context);
  // A kind that cannot be undone, or that a later version of this program knows.
  else for (const object of made) leaves(`${object.kind} ${object.name}`);
  if (kind === 'image') leaves(`the image of ${step.slice('image.'.length)} in Docker and on the nodes`);
  if (holdsData && !withData)
    for (const object of made.filter((one) => isKeptWithData(one.kind)))
      leaves(`${object.kind} ${object.name}, with its data`);
}

/** Of a step that holds data, its workloads go and what keeps the data stays. */
function isKeptWithData(kind: string): boolean {
  return kind === 'Secret' || kind === 'PersistentVolumeClaim';
}
