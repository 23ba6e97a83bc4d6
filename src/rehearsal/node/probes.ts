import type { ContainerRun } from './container-run.ts';
import type { ProbeType } from './interference.ts';
import { recordFor, type NodeServices } from './node-services.ts';
import type { Container, Pod, Probe } from './pod.ts';
import { commandOf } from './programs.ts';

const title: Record<ProbeType, string> = { startup: 'Startup', readiness: 'Readiness', liveness: 'Liveness' };

/** What a probe needs of the pod that it belongs to. */
export interface ProbedPod {
  services: NodeServices;
  pod(): Pod;
  ip(): string | undefined;
  /** Started, as the other probes need it. */
  isStarted(run: ContainerRun): boolean;
  /** The result has changed: the status is to be looked at again. */
  changed(type: ProbeType): void;
}

/**
 * One probe of one container (pkg/kubelet/prober/worker.go). It looks at the container at multiples of its period from the
 * start of the pod. A probe that succeeds, and will as long as nothing interferes, sleeps: ten thousand ready pods cost
 * nothing.
 */
export class ContainerProbe {
  readonly type: ProbeType;
  readonly #container: Container;
  readonly #probe: Probe;
  readonly #owner: ProbedPod;
  #tickerStart: number;
  #run: ContainerRun | undefined;
  #result: boolean | undefined;
  #streak = { ok: false, length: 0 };
  #isOnHold = false;
  #cancel: (() => void) | undefined;

  constructor(type: ProbeType, container: Container, probe: Probe, owner: ProbedPod) {
    this.type = type;
    this.#container = container;
    this.#probe = probe;
    this.#owner = owner;
    this.#tickerStart = owner.services.clock.now();
  }

  /** The result for this run; undefined before there is one. */
  resultFor(run: ContainerRun): boolean | undefined {
    return this.#run === run ? this.#result : undefined;
  }

  /** The status shows this run: it is probed from now on. `isUrgent` looks at once (readiness that is awaited). */
  observe(run: ContainerRun | undefined, isUrgent: boolean): void {
    if (run !== this.#run) {
      this.stop();
      this.#run = run;
      this.#result = undefined;
      this.#streak = { ok: false, length: 0 };
      this.#isOnHold = false;
    }
    if (run === undefined || run.state !== 'running' || this.#isOnHold) return this.stop();
    if (isUrgent && this.#result !== true) {
      this.stop();
      this.#tickerStart = this.#owner.services.clock.now();
      this.#cancel = this.#owner.services.clock.after(0, () => this.#tick());
    } else this.#schedule();
  }

  /** Something may answer differently now. */
  wake(): void {
    if (this.#run?.state === 'running' && !this.#isOnHold) this.#schedule();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #schedule(): void {
    if (this.#cancel !== undefined) return;
    const { clock } = this.#owner.services;
    const period = (this.#probe.periodSeconds ?? 10) * 1000;
    const passed = clock.now() - this.#tickerStart;
    const next = this.#tickerStart + (Math.floor(passed / period) + 1) * period;
    this.#cancel = clock.after(next - clock.now(), () => this.#tick());
  }

  #tick(): void {
    this.#cancel = undefined;
    const run = this.#run;
    if (run === undefined || run.state !== 'running') return;
    const { services } = this.#owner;
    const age = Math.floor((services.clock.now() - run.startedAt) / 1000);
    const isStarted = this.#owner.isStarted(run);
    if (
      age < (this.#probe.initialDelaySeconds ?? 0) ||
      (isStarted ? this.type === 'startup' : this.type !== 'startup')
    ) {
      if (!(isStarted && this.type === 'startup')) this.#schedule();
      return;
    }
    const { text, took } = this.#look(run);
    if (took === 0) this.#count(run, text);
    else this.#cancel = services.clock.after(took, () => {
      this.#cancel = undefined;
      if (run.state === 'running') this.#count(run, text);
    }); // prettier-ignore
  }

  #count(run: ContainerRun, problem: string | undefined): void {
    const { services } = this.#owner;
    const ok = problem === undefined;
    if (!ok)
      recordFor(services, this.#owner.pod(), this.#container)(
        'Warning',
        'Unhealthy',
        `${title[this.type]} probe failed: ${problem}`,
      );
    this.#streak = this.#streak.ok === ok ? { ok, length: this.#streak.length + 1 } : { ok, length: 1 };
    const threshold = ok ? (this.#probe.successThreshold ?? 1) : (this.#probe.failureThreshold ?? 3);
    if (this.#streak.length < threshold) return this.#schedule();
    const isNew = this.#result !== ok;
    this.#result = ok;
    if (this.type === 'startup' || (this.type === 'liveness' && !ok)) {
      this.#isOnHold = true;
      this.#streak = { ok, length: 0 };
    } else if (!ok || this.#mayChange(run)) this.#schedule();
    if (isNew) this.#owner.changed(this.type);
  }

  /** Commands of a script may answer anything later; what serves goes on serving. */
  #mayChange(run: ContainerRun): boolean {
    return run.program.end !== undefined && this.#probe.exec === undefined;
  }

  /** The text of a failure, and how long it took to know. */
  #look(run: ContainerRun): { text: string | undefined; took: number } {
    const { services } = this.#owner;
    const pod = this.#owner.pod();
    const ip = this.#owner.ip() ?? '';
    const timeout = (this.#probe.timeoutSeconds ?? 1) * 1000;
    const forced = services.interference.probeProblem(this.type, this.#container, pod);
    if (forced !== undefined)
      return { text: forced === 'refused' ? refusal(this.#probe, this.#container, ip) : forced.text, took: 0 };
    const { servesAfter } = run.program;
    const serves = servesAfter !== undefined && services.clock.now() - run.startedAt >= servesAfter;
    if (this.#probe.exec !== undefined) {
      const argv = this.#probe.exec.command ?? [];
      const { after, exitCode, output } = commandOf(argv);
      if (after > timeout)
        return { text: `command timed out: "${argv.join(' ')}" timed out after ${timeout / 1000}s`, took: timeout };
      // What asks the server itself (pg_isready, curl) is answered when it serves.
      if (exitCode === 0 && servesAfter !== undefined && !serves) return { text: '', took: 0 };
      return { text: exitCode === 0 ? undefined : output, took: after };
    }
    if (serves && isListening(this.#probe, this.#container, pod)) return { text: undefined, took: 0 };
    return { text: refusal(this.#probe, this.#container, ip), took: this.#probe.grpc === undefined ? 0 : timeout };
  }
}

/** What a probe says of a port at which nobody listens (recorded from a 1.34 kubelet). */
function refusal(probe: Probe, container: Container, ip: string): string {
  const { httpGet, tcpSocket, grpc } = probe;
  if (grpc !== undefined)
    return `timeout: failed to connect service "${ip}:${grpc.port}" within ${probe.timeoutSeconds ?? 1}s: context deadline exceeded`;
  const address = `${httpGet?.host ?? tcpSocket?.host ?? ip}:${portOf(httpGet?.port ?? tcpSocket?.port, container)}`;
  const dial = `dial tcp ${address}: connect: connection refused`;
  return httpGet === undefined ? dial : `Get "${urlOf(httpGet, address)}": ${dial}`;
}

/** A container that says at which ports it listens does not listen at others, unless one beside it does. */
function isListening({ httpGet, tcpSocket, grpc }: Probe, container: Container, { spec }: Pod): boolean {
  if ((container.ports ?? []).length === 0) return true;
  const port = portOf(httpGet?.port ?? tcpSocket?.port ?? grpc?.port, container);
  return [...(spec.initContainers ?? []), ...spec.containers]
    .flatMap(({ ports = [] }) => ports)
    .some(({ containerPort }) => containerPort === port);
}

function urlOf({ scheme, path = '/' }: NonNullable<Probe['httpGet']>, address: string): string {
  return `${(scheme ?? 'HTTP').toLowerCase()}://${address}${path.startsWith('/') ? '' : '/'}${path}`;
}

function portOf(port: string | number | undefined, { ports = [] }: Container): number | string {
  if (typeof port === 'number') return port;
  return ports.find(({ name }) => name === port)?.containerPort ?? port ?? 0;
}
