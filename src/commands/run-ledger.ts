import type { ProgramTime } from '../clock.ts';
import type { Journal } from '../engine/journal/journal.ts';
import { withEntry, type Ledger, type LedgerWriter } from '../engine/journal/ledger.ts';
import type { RunRecord, RunResult } from '../engine/run-request.ts';
import type { LedgerEntry } from '../engine/step.ts';
import { plain } from '../questions/question.ts';
import type { ServiceToOpen } from '../steps/rollout/plan.ts';
import type { Prepared } from './prepare.ts';

/** The ledger that a run begins with. */
export function startLedger({ plan, ledger }: Pick<Prepared, 'plan' | 'ledger'>): Ledger {
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

/** Journal first, then ledger: before and after each act. */
export function recordOf(
  journal: Journal,
  writer: LedgerWriter,
  { namespace, time }: { namespace: string; time: ProgramTime },
): RunRecord {
  const at = () => new Date(time.now()).toISOString();
  const append = (entry: Parameters<Journal['append']>[0]) => time.during(() => journal.append(entry));
  const write = async (entry: LedgerEntry | undefined) => {
    if (entry !== undefined) writer.change((ledger) => withEntry(ledger, entry));
    await writer.flush();
  };
  return {
    async intends(step, attempt, entry) {
      await append({ type: 'intent', step: step.id, attempt, at: at() });
      await write(entry);
    },
    async did(step, changed, entry) {
      await append({ type: 'done', step: step.id, changed, at: at() });
      // From here on there is a namespace to write to.
      if (step.kind === 'namespace' && step.params['name'] === namespace) writer.open();
      await write(entry);
    },
    failed: (step, { code, cause }) => append({ type: 'failed', step: step.id, failure: { code, cause }, at: at() }),
  };
}

/** The endpoints, the answers and the times of a run that is done. */
export function finishedLedger(ledger: Ledger, { plan, answers }: Prepared, result: RunResult): Ledger {
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

/** Steps that a plan names and an earlier run made: what the summary counts. */
export function objectsOf(ledger: Ledger): number {
  return ledger.entries.reduce((sum, { made }) => sum + made.length, 0);
}
