import type { Kubectl } from '../tools/kubectl/kubectl.ts';
import type { StepKind } from '../plan/plan.ts';
import type { Ledger } from './journal/ledger.ts';
import type { AnyStep, UndoContext } from './step.ts';

export interface UndoRequest {
  ledger: Ledger;
  ledgerName: string;
  steps: ReadonlyMap<StepKind, AnyStep>;
  withData: boolean;
  withNamespace: boolean;
  tools: Pick<UndoContext, 'helm' | 'docker' | 'provider'> & { kubectl: Kubectl };
  signal: AbortSignal;
  progress(text: string): void;
}

/**
 * Takes back what a deployment made, last first. Only objects that still have the uid that the ledger recorded are
 * touched. The ledger goes last, so that a removal that is cut off can be run again. Returns what is left, in words.
 */
export async function undoDeployment(request: UndoRequest): Promise<string[]> {
  const { ledger, steps, withData, withNamespace, tools, signal, progress } = request;
  const context: UndoContext = { ...tools, namespace: ledger.namespace, signal, withData, progress };
  const entries = [...ledger.entries].reverse();
  const left: string[] = [];
  for (const entry of entries.filter(({ kind }) => kind !== 'namespace')) {
    signal.throwIfAborted();
    await steps.get(entry.kind as StepKind)?.undo?.(entry, context);
    if (entry.holdsData && !withData)
      left.push(
        ...entry.made
          .filter(({ kind }) => isKeptWithData(kind))
          .map(({ kind, name }) => `${kind} ${name}, with its data`),
      );
    if (entry.kind === 'image')
      left.push(`the image of ${entry.step.slice('image.'.length)} in Docker and on the nodes`);
  }
  if (left.length > 0 && !withData && ledger.entries.some(({ holdsData }) => holdsData))
    left.push(`ConfigMap ${request.ledgerName}, which remembers this`);
  else
    await tools.kubectl.delete(
      { apiVersion: 'v1', kind: 'ConfigMap', name: request.ledgerName, namespace: ledger.namespace },
      { signal },
    );
  for (const entry of entries.filter(({ kind }) => kind === 'namespace')) {
    if (withNamespace) await steps.get('namespace')?.undo?.(entry, context);
    else left.push(...entry.made.map(({ name }) => `namespace ${name}`));
  }
  return left;
}

/** Of a step that holds data, its workloads go and what keeps the data stays. */
function isKeptWithData(kind: string): boolean {
  return kind === 'Secret' || kind === 'PersistentVolumeClaim';
}
