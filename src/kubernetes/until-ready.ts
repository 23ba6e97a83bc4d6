import type { Clock } from '../clock.ts';
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
  time: Clock;
}

/** Graces run out by time alone, without any change in the cluster. */
const clockMilliseconds = 1000;
const logLines = 40;
/** With each look, so within as many seconds. */
const logTries = 3;

/**
 * Watches the objects until each is ready. Resolves with undefined then, or with the failure of the first that the
 * cluster cannot heal; rejects when the signal ends it.
 */
export async function untilReady(request: UntilReadyRequest): Promise<Failure | undefined> {
  if (request.objects.length === 0) return undefined;
  const { cluster, namespace, signal, time } = request;
  const own = request.objects.map(({ apiVersion, kind }) => ({ apiVersion, kind }));
  const kinds = new Map([...readKinds, ...own].map((ref) => [`${ref.apiVersion} ${ref.kind}`, ref]));
  const view = cluster.view([...kinds.values()], namespace);
  const wait = new Wait(request);
  const ends: (() => void)[] = [];
  try {
    return await new Promise<Failure | undefined>((resolve, reject) => {
      const look = (snapshot: Snapshot) => {
        if (!snapshot.isComplete) return;
        const outcome = wait.look(snapshot);
        if (outcome !== 'open') resolve(outcome === 'ready' ? undefined : outcome);
      };
      // A log that has come in may change the verdict as well.
      wait.onNews = () => look(view.snapshot());
      const tick = (): (() => void) =>
        time.after(clockMilliseconds, () => {
          cancelTick = tick();
          look(view.snapshot());
        });
      let cancelTick = tick();
      const end = () => reject(signal.reason as Error);
      ends.push(
        view.subscribe(look),
        () => cancelTick(),
        () => signal.removeEventListener('abort', end),
      );
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) end();
    });
  } finally {
    for (const end of ends) end();
    wait.onNews = () => undefined;
    view.close();
  }
}

/** What has been said and read so far about the objects of one wait. */
class Wait {
  readonly #request: UntilReadyRequest;
  readonly #said = new Map<string, string>();
  readonly #logs: Record<string, string[]> = {};
  /** What an earlier run of the container said. */
  readonly #earlier = new Map<string, string[]>();
  /** The run of a container whose log was asked for, and how often in vain. */
  readonly #asked = new Map<string, { run: string; missed: number }>();
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
    if (object !== undefined) this.#readLogs(object, snapshot);
    const found: Verdict =
      object !== undefined
        ? verdict(object, snapshot, this.#request.time.now(), this.#logs as Logs)
        : {
            status: this.#complete.has(name)
              ? { state: 'ready' }
              : { state: 'progressing', waitingFor: 'the API server to show it' },
          };
    if (wanted.kind === 'Job' && found.status.state === 'ready') this.#complete.add(name);
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

  /**
   * Each log once for each run of its container; that of another run says nothing of this one. The status is behind what
   * happens: the run that it names may be removed already, and a new one have begun. So a log that is not there is asked
   * for again, and in the end what an earlier run said has to do.
   */
  #readLogs(object: KubernetesObject, snapshot: Snapshot): void {
    const { cluster, namespace } = this.#request;
    for (const { name, pod, container, previous } of logsWanted(object, snapshot)) {
      const restarts = (
        snapshot.find('Pod', pod)?.['status']?.containerStatuses as { name: string; restartCount: number }[] | undefined
      )?.find((one) => one.name === container)?.restartCount;
      const run = `${String(previous)} ${restarts ?? 0}`;
      const asked = this.#asked.get(name);
      const missed = asked?.run === run ? asked.missed : 0;
      if (asked?.run === run && (missed === 0 || missed >= logTries)) continue;
      this.#asked.set(name, { run, missed: 0 });
      if (asked !== undefined && asked.run !== run) this.#forget(name);
      const isOld = () => this.#asked.get(name)?.run !== run;
      const miss = () => {
        if (isOld()) return;
        this.#asked.set(name, { run, missed: missed + 1 });
        // An empty log lets the verdict go on without it.
        if (missed + 1 >= logTries) this.#heard(name, this.#earlier.get(name) ?? []);
      };
      void cluster.logs(namespace, pod, container, { previous, lines: logLines }).then((lines) => {
        if (lines === undefined) miss();
        else if (isOld()) this.#earlier.set(name, lines);
        else this.#heard(name, lines);
      }, miss);
    }
  }

  #forget(name: string): void {
    const lines = this.#logs[name];
    if (lines === undefined) return;
    this.#earlier.set(name, lines);
    delete this.#logs[name];
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
