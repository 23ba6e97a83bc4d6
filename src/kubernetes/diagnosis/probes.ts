import type { PodContainer } from '../rollout/containers.ts';
import { countOf, newest } from '../rollout/events.ts';
import { probeFailure, probeText, readinessWindow, startAllowance } from '../rollout/probes.ts';
import type { KubernetesEvent, Pod, Probe } from '../rollout/shapes.ts';
import { duration, elapsed, instant } from '../rollout/times.ts';
import { knownFailures, type Finding } from './known-failure.ts';
import { eventText, inContainers, kubectl, type Scene } from './scene.ts';

type ProbeField = 'readinessProbe' | 'livenessProbe' | 'startupProbe';

function unhealthy(events: KubernetesEvent[], container: PodContainer, kind: RegExp): KubernetesEvent | undefined {
  return newest(
    events.filter(({ message = '' }) => kind.test(message)),
    ['Unhealthy'],
    container.spec.name,
  );
}

/** A container that its own health check kills: the event `Killing` says so, and exit code 137 or 143 follows. */
function killed(scene: Scene, kind: RegExp, field: ProbeField): Finding | undefined {
  return inContainers(scene, (container, pod, events) => {
    const probe = container.spec[field];
    const kills = events.filter(({ message = '' }) => kind.test(message) && /probe/.test(message));
    const killing = newest(kills, ['Killing'], container.spec.name);
    if (
      probe === undefined ||
      killing === undefined ||
      (container.status?.started === true && isQuiet(killing, container))
    )
      return undefined;
    const said = unhealthy(events, container, new RegExp(`^${kind.source} probe`, 'i'));
    const evidence = [eventText(killing), ...(said === undefined ? [] : [eventText(said)])];
    return probeFinding({
      pod,
      container,
      probe,
      field,
      evidence,
      said: said?.message ?? '',
      occurrences: countOf(killing),
    });
  });
}

/** It was killed once, and has been running well for longer than the probe needs to find fault. */
function isQuiet(killing: KubernetesEvent, { status, spec }: PodContainer): boolean {
  const started = instant(status?.state?.running?.startedAt);
  const last = instant(killing.lastTimestamp);
  const probe = spec.livenessProbe;
  const patience = 1000 * (probe?.periodSeconds ?? 10) * ((probe?.failureThreshold ?? 3) + 1);
  return started !== undefined && last !== undefined && status?.ready === true && started - last > patience;
}

function notReady(scene: Scene): Finding | undefined {
  return inContainers(scene, (container, pod, events) => {
    const probe = container.spec.readinessProbe;
    const started = instant(container.status?.state?.running?.startedAt);
    if (probe === undefined || started === undefined || container.status?.ready === true) return undefined;
    // Before the window has passed it is starting, not failing.
    if (elapsed(started, scene.now) <= readinessWindow(container.spec)) return undefined;
    const said = unhealthy(events, container, /^readiness probe/i);
    const evidence =
      said === undefined
        ? [`container ${container.spec.name} in pod ${pod.metadata.name} runs and is not ready`]
        : [eventText(said)];
    const finding = probeFinding({
      pod,
      container,
      probe,
      field: 'readinessProbe',
      evidence,
      said: said?.message ?? '',
      occurrences: 1,
    });
    return { ...finding, since: started };
  });
}

interface ProbeCase {
  pod: Pod;
  container: PodContainer;
  probe: Probe;
  field: ProbeField;
  evidence: string[];
  said: string;
  occurrences: number;
}

function probeFinding({ pod, container, probe, field, evidence, said, occurrences }: ProbeCase): Finding {
  return {
    object: pod,
    container,
    message: said,
    names: {
      container: container.spec.name,
      probe: probeText(probe),
      why: said === '' ? 'it does not succeed' : probeFailure(said),
      allowance: duration(startAllowance(container.spec)),
      ports: (container.spec.ports ?? []).map(({ containerPort }) => containerPort).join(', '),
    },
    evidence,
    field: `${container.path}.${field}`,
    since: instant(container.status?.state?.running?.startedAt),
    occurrences,
  };
}

/** What to look at, by what the probe said. */
const advice: { says: RegExp; do: (finding: Finding) => string }[] = [
  {
    says: /connection refused/,
    do: ({ names }) =>
      `Nothing listens there: compare the port of the probe with the port of the program${names.ports ? ` (declared: ${names.ports})` : ''}, and let it listen on 0.0.0.0, not on 127.0.0.1.`,
  },
  { says: /^404$/, do: ({ names }) => `The program has no such path: correct "${names.probe}".` },
  { says: /^40[13]$/, do: () => 'The path wants a login: give the probe a path that does not.' },
  {
    says: /^5\d\d$/,
    do: () =>
      'The program answers that it is not well, often because its database or another service is missing: read its log.',
  },
  { says: /no answer in time/, do: () => 'It answers too late: raise timeoutSeconds of the probe (1 s unless set).' },
  {
    says: /program is not in the image/,
    do: () => 'Install the program of the probe in the image, or probe in another way.',
  },
];

const adviceFor = (finding: Finding): string[] =>
  advice.filter(({ says }) => says.test(finding.names.why ?? '')).map((entry) => entry.do(finding));
const log = ({ object, container }: Finding): string =>
  kubectl(object, 'logs', object.metadata.name, '-c', container?.spec.name ?? '');

export const killingProbes = knownFailures([
  {
    code: 'startup-probe-failing',
    who: 'recipe',
    find: (scene) => killed(scene, /startup/, 'startupProbe'),
    fatal: 'now',
    cause: ({ names }) =>
      `Container ${names.container} was not up within the ${names.allowance} that its startup probe (${names.probe}) gives it, and was killed: ${names.why}.`,
    remedy: (finding) => [
      ...adviceFor(finding),
      'If it only needs longer, raise failureThreshold of the startupProbe.',
      log(finding),
    ],
    means:
      'A startup probe gives a program a time to start, failureThreshold times periodSeconds. The program was not ready by then, and Kubernetes killed it.',
    source:
      'kubelet: event Killing "failed startup probe"; Kubernetes documentation, "Configure Liveness, Readiness and Startup Probes"',
  },
  {
    code: 'liveness-failing',
    who: 'recipe',
    find: (scene) => killed(scene, /liveness/, 'livenessProbe'),
    fatal: 'again',
    cause: ({ names }) =>
      `Container ${names.container} is killed by its own health check: the liveness probe ${names.probe} fails (${names.why}).`,
    remedy: (finding) => [
      ...adviceFor(finding),
      'If it only starts slowly, add a startupProbe, or raise failureThreshold.',
      log(finding),
    ],
    means:
      'Kubernetes restarts a container whose liveness probe fails. That helps a stuck program and harms one that starts slowly or is probed at a wrong port or path. The exit code is 137 or 143, which is not a lack of memory.',
    source: 'kubelet: event Killing "failed liveness probe"',
  },
]);

export const readinessProbes = knownFailures([
  {
    code: 'readiness-failing',
    who: 'application',
    find: notReady,
    // A readiness probe never kills: the program may come round for as long as the rollout waits. What is not in the image never comes.
    fatal: ({ names }) => (/program is not in the image/.test(names.why ?? '') ? 'now' : 'deadline'),
    cause: ({ names }) =>
      `Container ${names.container} runs but does not become ready: its probe ${names.probe} fails (${names.why}).`,
    remedy: (finding) => [...adviceFor(finding), log(finding)],
    means:
      'A pod gets requests only while its readiness probe succeeds. The program runs, but the probe has failed for longer than its own settings allow for a start. The words of the probe tell: connection refused (wrong port, or it listens on 127.0.0.1 only), 404 (wrong path), 5xx (something that it needs is missing).',
    source: 'kubelet: event Unhealthy "Readiness probe failed"',
  },
]);
