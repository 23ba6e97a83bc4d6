import type { Chance } from '../chance.ts';
import type { RehearsalClock } from '../clock.ts';
import type { MissingData } from '../node/container-config.ts';
import type { ForcedExit, Interference, ProbeType } from '../node/interference.ts';
import type { Container, Pod } from '../node/pod.ts';
import { missing } from '../node/programs.ts';
import type { Refusal } from '../node/scheduling/filters.ts';
import * as api from './api-faults.ts';
import type { FaultName } from './catalogue.ts';
import { isInstalledOperator, isKeycloakServer, isMeant } from './component.ts';
import type { Fault } from './fault.ts';
import { pullErrors, refusals } from './texts.ts';

/** A fault at work. */
export interface ActiveFault {
  fault: Fault;
  isOn: boolean;
  /** How often it has struck. */
  injected: number;
}

/** Milliseconds after its start at which a container that is to crash does. */
const crashAfter = 1500;

/**
 * The faults of a rehearsal. The parts of the cluster ask it whether something goes wrong; it counts what it made go wrong,
 * and what was to happen only so often is over after that. Faults can be switched on and off while the cluster runs.
 */
export class Faults implements Interference {
  readonly #active: ActiveFault[];
  readonly #clock: RehearsalClock;
  readonly #chance: Chance;
  readonly #began: number;
  readonly #listeners: (() => void)[] = [];

  constructor(faults: readonly Fault[], { clock, chance }: { clock: RehearsalClock; chance: Chance }) {
    this.#active = faults.map((fault) => ({ fault, isOn: true, injected: 0 }));
    this.#clock = clock;
    this.#chance = chance;
    this.#began = clock.now();
  }

  /** In the order in which they were added. */
  all(): readonly Readonly<ActiveFault>[] {
    return this.#active;
  }

  add(fault: Fault): void {
    this.#active.push({ fault, isOn: true, injected: 0 });
    this.#changed();
  }

  /** `text` as in the fault; unknown ones are ignored. Switching on starts its count again. */
  switch(text: string, isOn: boolean): void {
    for (const active of this.#active)
      if (active.fault.text === text && active.isOn !== isOn) {
        active.isOn = isOn;
        if (isOn) active.injected = 0;
      }
    this.#changed();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  pullProblem(image: string, container: Container, pod: Pod): string | undefined {
    const fault = this.#strike(
      'image-pull',
      ({ COMPONENT = '' }) => COMPONENT === container.image || isMeant(COMPONENT, pod, container),
    );
    return fault === undefined ? undefined : pullErrors[fault.values['WHY'] ?? '']?.(image);
  }

  exitOf(container: Container, pod: Pod): ForcedExit | undefined {
    const isIts = ({ COMPONENT = '' }: Fault['values']) => isMeant(COMPONENT, pod, container);
    if (this.#strike('oom', isIts) !== undefined) return { after: crashAfter, exitCode: 137, reason: 'OOMKilled' };
    const crash = this.#strike('crash', isIts);
    if (crash === undefined)
      return isInstalledOperator(pod) && this.#strike('csv') !== undefined
        ? { after: crashAfter, exitCode: 1 }
        : undefined;
    const { 'EXIT-CODE': exitCode, 'LOG-LINE': line } = crash.values;
    return { after: crashAfter, exitCode: Number(exitCode), ...(line === undefined ? {} : { line }) };
  }

  startProblem(container: Container, pod: Pod): string | undefined {
    const fault = this.#strike('start-error', ({ COMPONENT = '' }) => isMeant(COMPONENT, pod, container));
    return fault === undefined ? undefined : missing(container.command?.[0] ?? container.args?.[0] ?? '/entrypoint');
  }

  probeProblem(type: ProbeType, container: Container, pod: Pod): { text: string } | 'refused' | undefined {
    const isIts = ({ COMPONENT = '' }: Fault['values']) => isMeant(COMPONENT, pod, container);
    // A program that ends by itself soon after its start has not come so far as to listen.
    if (this.#find('crash', isIts) !== undefined || this.#find('oom', isIts) !== undefined) return 'refused';
    if (type === 'startup') return undefined;
    // Keycloak's own answer while its database is out of reach.
    if (type === 'readiness' && isKeycloakServer(pod) && this.#strike('keycloak') !== undefined)
      return { text: 'HTTP probe failed with statuscode: 503' };
    const fault = this.#strike(type, isIts);
    if (fault === undefined) return undefined;
    const probe = type === 'readiness' ? container.readinessProbe : container.livenessProbe;
    if (probe?.httpGet !== undefined)
      return { text: `HTTP probe failed with statuscode: ${type === 'readiness' ? 503 : 500}` };
    return probe?.exec === undefined ? 'refused' : { text: '' };
  }

  startDelay(container: Container, pod: Pod): number {
    const fault = this.#strike('slow-start', ({ COMPONENT = '' }) => isMeant(COMPONENT, pod, container));
    return fault === undefined ? 0 : Number(fault.values['TIME']);
  }

  readonly isMissing: MissingData = (kind, _namespace, name, key) =>
    kind === 'Secret' &&
    this.#strike('secret-missing', ({ SECRET, KEY }) => SECRET === name && KEY === key) !== undefined;

  nodeProblem(node: string): string | undefined {
    const fault = this.#strike('node-not-ready', ({ NODE }) => NODE === undefined || NODE === node);
    // pkg/kubelet/runtime.go around the error of containerd when no network is configured.
    return fault === undefined
      ? undefined
      : 'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized';
  }

  unschedulable(pod: Pod): Refusal | undefined {
    const fault = this.#strike('unschedulable', ({ COMPONENT = '' }) => isMeant(COMPONENT, pod));
    return fault === undefined ? undefined : refusals[fault.values['WHY'] ?? ''];
  }

  /** Why a claim is never bound, for the binder and the provisioner of volumes. */
  claimProblem(claim: string): 'no-class' | 'no-provisioner' | undefined {
    const fault = this.#strike('pvc', ({ CLAIM }) => CLAIM === claim);
    return fault?.values['WHY'] as 'no-class' | 'no-provisioner' | undefined;
  }

  /** Asked by the HTTP layer about each request; the first that strikes counts. */
  apiFault(request: api.ApiRequest): api.ApiFault | undefined {
    if (request.isWatch) {
      // Only a watch that resumes can have lost its past; the next list makes a new start.
      if (this.#strike('watch-410') !== undefined) return { kind: 'expired' };
      const closed = this.#strike('watch-closed');
      if (closed !== undefined) return { kind: 'close-watch', afterMilliseconds: Number(closed.values['TIME']) };
    }
    const isOver = ({ AFTER }: Fault['values']) => this.#clock.now() - this.#began >= Number(AFTER ?? 0);
    if (this.#strike('token-expired', isOver) !== undefined) return api.unauthorised();
    if (this.#hits('api-429')) return api.tooManyRequests();
    if (this.#hits('api-500')) return api.storeTimeout();
    if (this.#hits('api-503')) return api.unavailable();
    const outdated = api.outdatedWrite(request);
    if (outdated !== undefined && this.#hits('api-conflict')) return outdated;
    const slow = this.#strike('api-slow');
    return slow === undefined ? undefined : { kind: 'delay', milliseconds: Number(slow.values['TIME']) };
  }

  /** Milliseconds by which the server's clock is ahead. */
  clockSkew(): number {
    return Number(this.#find('clock-skew')?.fault.values['TIME'] ?? 0);
  }

  /** Whether a fault without parts of its own is on; counts it. */
  isOn(name: 'load-balancer' | 'certificate'): boolean {
    return this.#strike(name) !== undefined;
  }

  /** `pods`, 1: the objects of this kind that a namespace may have. */
  quota(): { resource: string; limit: number } | undefined {
    const [resource = '', limit] = (this.#find('quota')?.fault.values['LIMIT'] ?? '').split('=');
    return limit === undefined ? undefined : { resource, limit: Number(limit) };
  }

  /** Counts a refusal of the quota. */
  struckQuota(): void {
    this.#strike('quota');
  }

  webhook(): 'refuse' | 'timeout' | undefined {
    return this.#strike('webhook')?.values['HOW'] as 'refuse' | 'timeout' | undefined;
  }

  /** Whether somebody else writes this object now; counts it. */
  hasSecondWriter(kind: string, name: string): boolean {
    return this.#strike('second-writer', ({ OBJECT }) => OBJECT === `${kind}/${name}`) !== undefined;
  }

  /** Kinds that a second writer watches. */
  secondWriterKinds(): readonly string[] {
    return this.#active
      .filter(({ fault }) => fault.name === 'second-writer')
      .map(({ fault }) => fault.values['OBJECT']?.split('/')[0] ?? '');
  }

  #hits(name: FaultName): boolean {
    const active = this.#find(name);
    if (active === undefined || this.#chance.next() * 100 >= Number(active.fault.values['PERCENT'])) return false;
    return this.#strike(name) !== undefined;
  }

  #find(name: FaultName, concerns: (values: Fault['values']) => boolean = () => true): ActiveFault | undefined {
    return this.#active.find(
      ({ fault, isOn, injected }) =>
        isOn && fault.name === name && injected < (fault.times ?? Infinity) && concerns(fault.values),
    );
  }

  /** The fault, if it happens; counted. When that was its last time, everybody hears of it a moment later. */
  #strike(name: FaultName, concerns?: (values: Fault['values']) => boolean): Fault | undefined {
    if (this.#active.length === 0) return undefined;
    const active = this.#find(name, concerns);
    if (active === undefined) return undefined;
    active.injected += 1;
    if (active.injected === active.fault.times) this.#clock.after(0, () => this.#changed());
    return active.fault;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
