import type { ContainerRun } from './container-run.ts';
import type { ProbeType } from './interference.ts';
import { isSidecar, type Pod } from './pod.ts';
import { ContainerProbe, type ProbedPod } from './probes.ts';

type Probes = Partial<Record<ProbeType, ContainerProbe>>;

/** Of pods without probes. */
const none = new Map<string, Probes>();

/** The probes of one pod, by container. */
export class ProbeSet {
  readonly #probes: Map<string, Probes>;

  constructor({ spec }: Pod, owner: ProbedPod) {
    let probes: Map<string, Probes> | undefined;
    for (const container of [...spec.containers, ...(spec.initContainers ?? []).filter(isSidecar)]) {
      const { startupProbe, readinessProbe, livenessProbe } = container;
      if (startupProbe === undefined && readinessProbe === undefined && livenessProbe === undefined) continue;
      (probes ??= new Map<string, Probes>()).set(container.name, {
        ...(startupProbe === undefined
          ? {}
          : { startup: new ContainerProbe('startup', container, startupProbe, owner) }),
        ...(readinessProbe === undefined
          ? {}
          : { readiness: new ContainerProbe('readiness', container, readinessProbe, owner) }),
        ...(livenessProbe === undefined
          ? {}
          : { liveness: new ContainerProbe('liveness', container, livenessProbe, owner) }),
      });
    }
    this.#probes = probes ?? none;
  }

  isStarted(run: ContainerRun): boolean {
    const probe = this.#probes.get(run.container.name)?.startup;
    return run.state === 'running' && (probe === undefined || probe.resultFor(run) === true);
  }

  isReady(run: ContainerRun): boolean {
    const probe = this.#probes.get(run.container.name)?.readiness;
    return run.state === 'running' && (probe === undefined || probe.resultFor(run) === true);
  }

  /** The probe for which the container must be restarted. */
  failed(run: ContainerRun): 'liveness' | 'startup' | undefined {
    const { liveness, startup } = this.#probes.get(run.container.name) ?? {};
    if (liveness?.resultFor(run) === false) return 'liveness';
    return startup?.resultFor(run) === false ? 'startup' : undefined;
  }

  /** The status has shown these runs. */
  observe(runs: ReadonlyMap<string, readonly ContainerRun[]>): void {
    for (const [name, probes] of this.#probes) {
      const latest = runs.get(name)?.[0];
      probes.startup?.observe(latest, false);
      probes.liveness?.observe(latest, false);
      probes.readiness?.observe(latest, latest !== undefined && this.isStarted(latest));
    }
  }

  wake(): void {
    for (const probes of this.#probes.values()) for (const probe of Object.values(probes)) probe.wake();
  }

  stop(): void {
    for (const probes of this.#probes.values()) for (const probe of Object.values(probes)) probe.stop();
  }
}
