import { UserError } from '../../errors/errors.ts';
import { labels, managedBy, type KubernetesObject } from '../../kubernetes/objects.ts';
import type { ClusterReader } from '../../kubernetes/watch/cluster-reader.ts';
import { deploymentName, type StepId } from '../../plan/plan.ts';
import type { Kubectl } from '../../tools/kubectl/kubectl.ts';
import type { LedgerEntry } from '../step.ts';

/** What the cluster remembers of a deployment: enough for `status`, `up` and `down` from any machine. No secret. */
export interface Ledger {
  version: 1;
  recipe: { name: string; title: string; digest: string };
  environment: string;
  namespace: string;
  /** Non-secret answers of the last run. */
  answers: Record<string, string | number | boolean>;
  /** By step, in the order in which they were made. */
  entries: LedgerEntry[];
  /** Services that a person opens. */
  endpoints: {
    name: string;
    title: string;
    service: string;
    port: number;
    scheme: 'http' | 'https';
    path: string;
    host?: string;
  }[];
  /** Seconds by step, of the last time that each changed something: the estimates of the next run. */
  durations: Record<StepId, number>;
}

const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
const prefix = 'deploy-wizard.';
const key = 'ledger.json';

export function ledgerName(plan: Parameters<typeof deploymentName>[0]): string {
  return `${prefix}${deploymentName(plan)}`;
}

/** undefined: nothing of this deployment is recorded in the cluster. */
export async function readLedger(
  reader: Pick<ClusterReader, 'get'>,
  namespace: string,
  name: string,
): Promise<Ledger | undefined> {
  return parse(await reader.get(kind, name, namespace));
}

/** Every deployment of a cluster, or of one namespace. */
export async function listLedgers(reader: Pick<ClusterReader, 'list'>, namespace?: string): Promise<Ledger[]> {
  const found = await reader.list(kind, {
    labelSelector: `${labels.managedBy}=${managedBy}`,
    ...(namespace === undefined ? {} : { namespace }),
  });
  return found.flatMap((object) => (object.metadata.name.startsWith(prefix) ? (parse(object) ?? []) : []));
}

function parse(object: KubernetesObject | undefined): Ledger | undefined {
  const text = (object?.['data'] as Record<string, string> | undefined)?.[key];
  if (object === undefined || text === undefined) return undefined;
  const ledger = ledgerIn(text);
  if (ledger?.version === 1) return ledger;
  const { name, namespace = 'default' } = object.metadata;
  throw new UserError(`The ConfigMap ${name} in namespace ${namespace} cannot be read as the record of a deployment`, {
    why: ledger === undefined ? 'It was edited by hand, or cut off.' : 'A later version of this program wrote it.',
    next:
      ledger === undefined
        ? [`Look at it: kubectl -n ${namespace} get configmap ${name} -o yaml`]
        : ['npx deploy-wizard@latest'],
  });
}

/** undefined: no JSON, or nothing that looks like a ledger. */
function ledgerIn(text: string): Ledger | undefined {
  try {
    const found = JSON.parse(text) as Partial<Ledger> | null;
    return typeof found?.version === 'number' && Array.isArray(found.entries) ? (found as Ledger) : undefined;
  } catch {
    return undefined; // Whoever asked says so in words.
  }
}

/** The ledger with what it says of one step replaced where it stands; a step that it did not know comes last. */
export function withEntry(ledger: Ledger, entry: LedgerEntry): Ledger {
  const at = ledger.entries.findIndex(({ step }) => step === entry.step);
  return { ...ledger, entries: at < 0 ? [...ledger.entries, entry] : ledger.entries.with(at, entry) };
}

/** Writes the ledger whenever it has changed, one write at a time; changes that come meanwhile go with the next. */
export class LedgerWriter {
  readonly #kubectl: Pick<Kubectl, 'apply'>;
  readonly #name: string;
  #ledger: Ledger;
  #written: string;
  #running: Promise<void> | undefined;
  /** There is no namespace to write to yet. */
  #isOpen = false;
  /** A deployment that never came to be needs no record. */
  #isStarted: boolean;

  constructor(kubectl: Pick<Kubectl, 'apply'>, name: string, ledger: Ledger, isStored: boolean) {
    this.#kubectl = kubectl;
    this.#name = name;
    this.#ledger = ledger;
    this.#written = isStored ? JSON.stringify(ledger) : '';
    this.#isStarted = isStored;
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  open(): void {
    this.#isOpen = true;
  }

  /** Goes on from what the cluster turns out to remember, once it answers; what this run has made so far is kept. */
  adopt(stored: Ledger): void {
    this.#ledger = this.#ledger.entries.reduce(withEntry, stored);
    this.#written = JSON.stringify(stored);
    this.#isStarted = true;
  }

  change(next: (ledger: Ledger) => Ledger): void {
    this.#ledger = next(this.#ledger);
    this.#isStarted = true;
  }

  /** Resolves when what is known now is in the cluster. */
  async flush(): Promise<void> {
    // Whether the write of another came through is for the other to say.
    while (this.#running !== undefined) await this.#running.catch(() => undefined);
    const text = JSON.stringify(this.#ledger);
    if (!this.#isOpen || !this.#isStarted || text === this.#written) return;
    this.#running = this.#write(text).finally(() => {
      this.#running = undefined;
    });
    await this.#running;
  }

  async #write(text: string): Promise<void> {
    await this.#kubectl.apply([
      {
        ...kind,
        metadata: { name: this.#name, namespace: this.#ledger.namespace, labels: { [labels.managedBy]: managedBy } },
        data: { [key]: JSON.stringify(this.#ledger, null, 1) },
      },
    ]);
    this.#written = text;
  }
}
