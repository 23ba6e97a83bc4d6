import { StatusError } from '../api/status-error.ts';
import { isEqual } from '../store/equal.ts';
import { BackOff } from './back-off.ts';
import type { ContainerRun } from './container-run.ts';
import { startContainer } from './container-start.ts';
import { timeFor, type NodeServices } from './node-services.ts';
import { actionsOf } from './pod-actions.ts';
import { podStatus, type PodRuntime, type Reason } from './pod-status.ts';
import { mountBackOff, mountProblems } from './pod-volumes.ts';
import { ProbeSet } from './probe-set.ts';
import { terminatedStatus } from './terminated-status.ts';
import { kill } from './termination.ts';
import { isTerminal, type Container, type Pod, type PodStatus } from './pod.ts';
import { pause, play, together, type Steps } from './steps.ts';

/** Milliseconds after which a synchronisation that failed is done again, up to half as much more (backOffPeriod). */
const retryAfter = 10_000;

const deadline: Reason = {
  reason: 'DeadlineExceeded',
  message: 'Pod was active on the node longer than the specified deadline',
};

/**
 * The kubelet's worker for one pod (pkg/kubelet/pod_workers.go, SyncPod): each synchronisation first reports what runs,
 * then does what is missing. What it did is seen by the next one, which comes when the kubelet lists its containers again.
 * That is why a status lags behind the events, on a real node as here.
 */
export class PodWorker {
  readonly #services: NodeServices;
  #pod: Pod;
  #status: PodStatus;
  readonly #runs = new Map<string, ContainerRun[]>();
  readonly #reasons = new Map<string, Reason>();
  readonly #probes: ProbeSet;
  readonly #crashes = new BackOff();
  readonly #pulls = new BackOff();
  readonly #pullErrors: Record<string, string> = {};
  #sandbox: { ip: string } | undefined;
  #state: 'syncing' | 'terminating' | 'terminated' | 'gone' = 'syncing';
  #verdict: Reason | undefined;
  #isWorking = false;
  #isPending = false;
  #hasMounted = false;
  #cancelRetry: (() => void) | undefined;
  #cancelDeadline: (() => void) | undefined;

  constructor(services: NodeServices, pod: Pod) {
    this.#services = services;
    this.#pod = pod;
    this.#status = pod.status ?? {};
    this.#probes = new ProbeSet(pod, {
      services,
      pod: () => this.#pod,
      ip: () => this.#sandbox?.ip,
      isStarted: (run) => this.#probes.isStarted(run),
      changed: (type) => {
        // A readiness that changed is reported at once; the others call for action.
        if (this.#state === 'syncing') this.#report();
        if (type !== 'readiness') this.sync();
      },
    });
  }

  get pod(): Pod {
    return this.#pod;
  }

  /** Newest first. */
  runsOf(container: string): readonly ContainerRun[] {
    return this.#runs.get(container) ?? [];
  }

  /** The object has changed; what the kubelet wrote itself means nothing to it. */
  update(pod: Pod): void {
    const before = this.#pod;
    this.#pod = pod;
    const isDeleted = pod.metadata.deletionTimestamp !== undefined;
    const wasDeleted = before.metadata.deletionTimestamp !== undefined;
    if (isDeleted && !wasDeleted) {
      if (this.#state === 'terminated') this.#remove();
      else this.#terminate();
      return;
    }
    if (isDeleted || this.#state !== 'syncing') return;
    if (!isEqual(before.spec, pod.spec) || hasForeignChange(before, pod)) this.sync();
  }

  /** The object is gone from the API. */
  forget(): void {
    this.#state = 'gone';
    this.#probes.stop();
    this.#cancelRetry?.();
    this.#cancelDeadline?.();
    for (const runs of this.#runs.values()) for (const run of runs) for (const cancel of run.cancel) cancel();
    this.#leaveSandbox();
  }

  sync(): void {
    if (this.#state !== 'syncing') return;
    if (this.#isWorking) {
      this.#isPending = true;
      return;
    }
    this.#isWorking = true;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    let failed = false;
    play(this.#synchronise(() => (failed = true)), () => this.#state !== 'syncing', () => {
      this.#isWorking = false;
      if (failed) this.#retry();
      if (!this.#isPending) return;
      this.#isPending = false;
      this.#services.relist(this);
    }); // prettier-ignore
  }

  /** Faults have come or gone. */
  wakeProbes(): void {
    this.#probes.wake();
  }

  #retry(): void {
    const { clock, chance } = this.#services;
    this.#cancelRetry = clock.after(Math.round(retryAfter * (1 + chance.next() / 2)), () => this.sync());
  }

  *#synchronise(fail: () => void): Steps {
    const since = this.#services.clock.now();
    this.#watchDeadline();
    if (this.#report()) return this.#terminate();
    yield* this.#mount();
    this.#warnOfPullSecrets();
    if (this.#sandbox === undefined) {
      yield* pause(this.#services.clock, timeFor(this.#services, 'sandbox'));
      this.#sandbox = {
        ip: this.#pod.spec.hostNetwork === true ? this.#services.address : this.#services.takeAddress(),
      };
      this.#services.relist(this);
    }
    for (const container of yield* this.#containersToStart()) {
      const isInit = (this.#pod.spec.initContainers ?? []).includes(container);
      const reason = yield* startContainer(
        {
          services: this.#services,
          pod: this.#pod,
          runs: this.#runs,
          crashes: this.#crashes,
          pulls: this.#pulls,
          pullErrors: this.#pullErrors,
          isInit,
          since,
          touched: () => this.#services.relist(this),
        },
        container,
      );
      if (reason === undefined) this.#reasons.delete(container.name);
      else {
        this.#reasons.set(container.name, reason);
        fail();
      }
    }
  }

  /** Kills what must be restarted, and sidecars that nobody needs any more; what is to be started then. */
  *#containersToStart(): Steps<readonly Container[]> {
    const { start, kill: doomed, isDone } = actionsOf(this.#pod, this.#runs, this.#probes);
    for (const { run, failed, message } of doomed) {
      yield* kill(this.#services, this.#pod, run, { message, graceSeconds: this.#graceFor(run.container, failed) });
      this.#services.relist(this);
    }
    if (!isDone) return start;
    yield* this.#killAll();
    this.#leaveSandbox();
    this.#services.relist(this);
    return [];
  }

  #graceFor(container: Container, failed: 'liveness' | 'startup'): number {
    const probe = failed === 'liveness' ? container.livenessProbe : container.startupProbe;
    return probe?.terminationGracePeriodSeconds ?? this.#grace();
  }

  #grace(): number {
    const { metadata, spec } = this.#pod;
    return metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
  }

  /** Waits until every volume is there, complaining ever more rarely. */
  *#mount(): Steps {
    if (this.#hasMounted) return;
    let wait: number = mountBackOff.first;
    for (;;) {
      const { client, clock, interference } = this.#services;
      const problems = mountProblems(this.#pod, client, interference.isMissing);
      if (problems.length === 0) break;
      for (const { message } of problems) client.event(this.#pod, { type: 'Warning', reason: 'FailedMount', message });
      yield* pause(clock, wait);
      wait = Math.min(mountBackOff.longest, wait * 2);
    }
    this.#hasMounted = true;
  }

  #warnOfPullSecrets(): void {
    const { client } = this.#services;
    const { metadata, spec } = this.#pod;
    const missing = (spec.imagePullSecrets ?? [])
      .map(({ name }) => name)
      .filter((name) => client.get('v1 Secret', metadata.namespace, name) === undefined);
    if (missing.length === 0) return;
    client.event(this.#pod, {
      type: 'Warning',
      reason: 'FailedToRetrieveImagePullSecret',
      message: `Unable to retrieve some image pull secrets (${missing.join(', ')}); attempting to pull the image may not succeed.`,
    });
  }

  #watchDeadline(): void {
    const seconds = this.#pod.spec.activeDeadlineSeconds;
    if (seconds === undefined || this.#cancelDeadline !== undefined) return;
    this.#cancelDeadline = this.#services.clock.after(seconds * 1000, () => {
      if (this.#state !== 'syncing') return;
      this.#services.client.event(this.#pod, { type: 'Normal', ...deadline });
      this.#verdict = deadline;
      this.#report();
      this.#terminate();
    });
  }

  /** Ends everything that runs, then the pod; a pod that was deleted goes from the API (SyncTerminatingPod, SyncTerminatedPod). */
  #terminate(): void {
    if (this.#state !== 'syncing') return;
    this.#state = 'terminating';
    this.#cancelRetry?.();
    this.#cancelDeadline?.();
    this.#reasons.clear();
    for (const [name, [latest]] of this.#runs)
      if (latest !== undefined && this.#pod.metadata.deletionTimestamp !== undefined) this.#runs.set(name, [latest]);
    this.#report();
    play(this.#end(), () => this.#state !== 'terminating', () => {
      this.#state = 'terminated';
      if (this.#pod.metadata.deletionTimestamp !== undefined) this.#remove();
    }); // prettier-ignore
  }

  *#end(): Steps {
    yield* this.#killAll();
    this.#probes.stop();
    this.#leaveSandbox();
    yield* pause(this.#services.clock, timeFor(this.#services, 'teardown'));
    const { status } = podStatus(this.#pod, this.#status, this.#runtime(true), this.#services.clock.timestamp());
    this.#write(terminatedStatus(this.#pod, status));
  }

  *#killAll(): Steps {
    const { spec } = this.#pod;
    const killing = [...(spec.initContainers ?? []), ...spec.containers].flatMap(({ name }) => {
      const latest = this.runsOf(name)[0];
      return latest?.state === 'running'
        ? [kill(this.#services, this.#pod, latest, { graceSeconds: this.#grace() })]
        : [];
    });
    yield* together(killing, () => this.#state === 'gone');
  }

  #remove(): void {
    this.#services.client.delete(this.#pod, { gracePeriodSeconds: 0, preconditions: { uid: this.#pod.metadata.uid } });
  }

  #leaveSandbox(): void {
    if (this.#sandbox !== undefined && this.#pod.spec.hostNetwork !== true)
      this.#services.returnAddress(this.#sandbox.ip);
    this.#sandbox = undefined;
  }

  #runtime(isTerminalNow: boolean): PodRuntime {
    return {
      runs: this.#runs,
      reasons: this.#reasons,
      hostIP: this.#services.address,
      sandbox: this.#sandbox,
      isTerminal: isTerminalNow,
      mayRun: !isTerminalNow,
      verdict: this.#verdict,
      started: (run) => this.#probes.isStarted(run),
      ready: (run) => this.#probes.isReady(run),
    };
  }

  /** Writes the status if it has changed, and tells the probes what it shows. Returns whether the pod is over. */
  #report(): boolean {
    const { status, isOver } = podStatus(
      this.#pod,
      this.#status,
      this.#runtime(false),
      this.#services.clock.timestamp(),
    );
    this.#write(status);
    this.#probes.observe(this.#runs);
    return isOver;
  }

  #write(status: PodStatus): void {
    if (isEqual(status, this.#status)) return;
    this.#status = status;
    const { client } = this.#services;
    const { namespace, name, uid } = this.#pod.metadata;
    const latest = client.get('v1 Pod', namespace, name) as Pod | undefined;
    if (latest === undefined || latest.metadata.uid !== uid) return;
    try {
      this.#pod = client.updateStatus({ ...latest, status: { ...latest.status, ...status } }) as Pod;
    } catch (error) {
      // Refused by what stands between: the kubelet goes on and writes the next status.
      if (!(error instanceof StatusError)) throw error;
    }
  }
}

/** Conditions of others (readiness gates) concern the kubelet; its own writes do not. */
function hasForeignChange(before: Pod, after: Pod): boolean {
  const { readinessGates = [] } = after.spec;
  if (readinessGates.length === 0 || isTerminal(after)) return false;
  const gates = new Set(readinessGates.map(({ conditionType }) => conditionType));
  const foreign = ({ status }: Pod) => (status?.conditions ?? []).filter(({ type }) => gates.has(type));
  return !isEqual(foreign(before), foreign(after));
}
