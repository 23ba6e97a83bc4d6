import type { Failure } from '../events/events.ts';
import { logsWanted, verdict, type Diagnosis, type Logs, type Verdict } from './diagnosis/index.ts';
import type { Reference } from './diagnosis/known-failure.ts';
import type { KubernetesObject } from './objects.ts';
import { readKinds, statusText } from './rollout/index.ts';
import type { RolloutStatus } from './rollout/status.ts';
import type { ClusterReader } from './watch/cluster-reader.ts';
import type { Snapshot } from './watch/snapshot.ts';

export interface UntilReadyRequest {
  objects: KubernetesObject[];
  namespace: string;
  cluster: Pick<ClusterReader, 'view' | 'logs'>;
  signal: AbortSignal;
  rollout(change: {
    object: string;
    state: RolloutStatus['state'];
    waitingFor?: string;
    ready?: number;
    wanted?: number;
  }): void;
  waiting(blocker: string): void;
  /** Ids of the answers that a Secret or ConfigMap key was made from. */
  answersBehind(reference: Reference): string[];
  /** Milliseconds since 1970. */
  now(): number;
}

/** Graces run out by time alone, without any change in the cluster. */
const clockMilliseconds = 1000;
const logLines = 40;

/**
 * Watches the objects until each is ready. Resolves with undefined then, or with the failure of the first that the
 * cluster cannot heal; rejects when the signal ends it.
 */
export async function untilReady(request: UntilReadyRequest): Promise<Failure | undefined> {
  if (request.objects.length === 0) return undefined;
  const { cluster, namespace, signal } = request;
  const own = request.objects.map(({ apiVersion, kind }) => ({ apiVersion, kind }));
  const kinds = new Map([...readKinds, ...own].map((ref) => [`${ref.apiVersion} ${ref.kind}`, ref]));
  const view = cluster.view([...kinds.values()], namespace);
  const wait = new Wait(request);
  try {
    return await new Promise<Failure | undefined>((resolve, reject) => {
      const look = (snapshot: Snapshot) => {
        if (!snapshot.isComplete) return;
        const outcome = wait.look(snapshot);
        if (outcome !== 'open') resolve(outcome === 'ready' ? undefined : outcome);
      };
      const stop = view.subscribe(look);
      // A log that has come in may change the verdict as well.
      wait.onNews = () => look(view.snapshot());
      const clock = setInterval(() => look(view.snapshot()), clockMilliseconds);
      const end = () => {
        stop();
        clearInterval(clock);
        wait.onNews = () => undefined;
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) end();
    });
  } finally {
    wait.onNews = () => undefined;
    view.close();
  }
}

/** What has been said and read so far about the objects of one wait. */
class Wait {
  readonly #request: UntilReadyRequest;
  readonly #said = new Map<string, string>();
  readonly #logs: Record<string, string[]> = {};
  readonly #asked = new Map<string, string>();
  /** Jobs that were complete when last seen: one that its controller then deletes has still done its work. */
  readonly #complete = new Set<string>();
  onNews: () => void = () => undefined;

  constructor(request: UntilReadyRequest) {
    this.#request = request;
  }

  look(snapshot: Snapshot): 'ready' | 'open' | Failure {
    const verdicts = this.#request.objects.map((object) => this.#verdict(object, snapshot));
    const failed = verdicts.find(({ status }) => status.state === 'failed');
    if (failed !== undefined) return this.#failure(failed);
    const open = verdicts.filter(({ status }) => status.state !== 'ready');
    if (open.length === 0) return 'ready';
    this.#request.waiting(
      open.map(({ object, status, detail }) => `${object.metadata.name}: ${statusText(status, detail)}`).join('; '),
    );
    return 'open';
  }

  #verdict(wanted: KubernetesObject, snapshot: Snapshot): Verdict & { object: KubernetesObject } {
    const name = `${wanted.kind}/${wanted.metadata.name}`;
    const object = snapshot.find(wanted.kind, wanted.metadata.name);
    const found: Verdict =
      object !== undefined
        ? verdict(object, snapshot, this.#request.now(), this.#logs as Logs)
        : {
            status: this.#complete.has(name)
              ? { state: 'ready' }
              : { state: 'progressing', waitingFor: 'the API server to show it' },
          };
    if (wanted.kind === 'Job' && found.status.state === 'ready') this.#complete.add(name);
    if (object !== undefined) this.#readLogs(object, snapshot);
    this.#say(name, found.status);
    return { ...found, object: object ?? wanted };
  }

  #say(name: string, status: RolloutStatus): void {
    const change = {
      object: name,
      state: status.state,
      ...('waitingFor' in status ? { waitingFor: status.waitingFor } : {}),
      ...('ready' in status && status.ready !== undefined ? { ready: status.ready } : {}),
      ...('wanted' in status && status.wanted !== undefined ? { wanted: status.wanted } : {}),
    };
    const text = JSON.stringify(change);
    if (this.#said.get(name) === text) return;
    this.#said.set(name, text);
    this.#request.rollout(change);
  }

  /** Each log once for each run of its container. One that cannot be read counts as empty, so that the verdict does not wait for it. */
  #readLogs(object: KubernetesObject, snapshot: Snapshot): void {
    const { cluster, namespace } = this.#request;
    for (const { name, pod, container, previous } of logsWanted(object, snapshot)) {
      const restarts = (
        snapshot.find('Pod', pod)?.['status']?.containerStatuses as { name: string; restartCount: number }[] | undefined
      )?.find((one) => one.name === container)?.restartCount;
      const run = `${String(previous)} ${restarts ?? 0}`;
      if (this.#asked.get(name) === run) continue;
      this.#asked.set(name, run);
      void cluster.logs(namespace, pod, container, { previous, lines: logLines }).then(
        (lines) => this.#heard(name, lines),
        () => this.#heard(name, []),
      );
    }
  }

  #heard(name: string, lines: string[]): void {
    this.#logs[name] = lines;
    this.onNews();
  }

  #failure({ object, status, diagnosis }: Verdict & { object: KubernetesObject }): Failure {
    if (diagnosis !== undefined) return this.#diagnosed(diagnosis);
    const { namespace } = this.#request;
    return {
      code: 'rollout-failed',
      cause: `${object.kind} ${object.metadata.name} does not become ready: ${'reason' in status ? status.reason : ''}`,
      evidence: Object.entries(this.#logs).flatMap(([name, lines]) =>
        lines.slice(-3).map((line) => `${name}: ${line}`),
      ),
      remedy: [`kubectl -n ${namespace} describe ${object.kind.toLowerCase()} ${object.metadata.name}`],
    };
  }

  #diagnosed({ code, cause, evidence, remedy, reference }: Diagnosis): Failure {
    const answers = reference === undefined ? [] : this.#request.answersBehind(reference);
    return { code, cause, evidence, remedy, ...(answers.length === 0 ? {} : { answers }) };
  }
}
