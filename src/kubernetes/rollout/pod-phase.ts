import { sanitiseLine } from '../../secrets/sanitise.ts';
import type { Snapshot } from '../watch/snapshot.ts';
import { condition, isFalse, isTrue } from './conditions.ts';
import { containersOf, isLasting, lastEnd, preparing, type PodContainer } from './containers.ts';
import { eventsOf, lastSeen, newest } from './events.ts';
import { probeFailure, probeText, readinessWindow } from './probes.ts';
import { unfitNodes } from './scheduling.ts';
import type { KubernetesEvent, Pod } from './shapes.ts';
import { duration, elapsed, goDuration, instant } from './times.ts';

/** Where a pod is on its way, from worst to best: the order in which a person should hear of them. */
export const podPhases = [
  'failed',
  'backing-off',
  'blocked',
  'unschedulable',
  'not-ready',
  'queued',
  'attaching',
  'pulling',
  'preparing',
  'starting',
  'running',
  'ready',
  'done',
  'stopping',
] as const;
type PodPhase = (typeof podPhases)[number];

/** One pod for a person. */
export interface PodSummary {
  pod: string;
  phase: PodPhase;
  /** What it does or waits for, in a few words. */
  text: string;
  /** Containers that are ready, of those that last. */
  ready: number;
  containers: number;
  restarts: number;
  node: string | undefined;
}

export function podSummary(pod: Pod, snapshot: Snapshot, now: number): PodSummary {
  const containers = containersOf(pod);
  const lasting = containers.filter(isLasting);
  const { phase, text } = phaseOf({ pod, containers, events: eventsOf(snapshot, pod), now });
  return {
    pod: pod.metadata.name,
    phase,
    text: sanitiseLine(text),
    ready: lasting.filter(({ status }) => status?.ready === true).length,
    containers: lasting.length,
    restarts: containers.reduce((sum, { status }) => sum + (status?.restartCount ?? 0), 0),
    node: pod.spec.nodeName,
  };
}

interface Scene {
  pod: Pod;
  containers: PodContainer[];
  events: KubernetesEvent[];
  now: number;
}

type Phase = Pick<PodSummary, 'phase' | 'text'>;

/** The questions in order; the first that has an answer tells the phase. */
const questions: ((scene: Scene) => Phase | undefined)[] = [
  ended,
  stopping,
  notScheduled,
  refused,
  backingOff,
  notStarted,
];

function phaseOf(scene: Scene): Phase {
  for (const question of questions) {
    const phase = question(scene);
    if (phase !== undefined) return phase;
  }
  return running(scene);
}

function ended({ pod }: Scene): Phase | undefined {
  const { phase, reason, message } = pod.status ?? {};
  if (phase === 'Succeeded') return { phase: 'done', text: 'done' };
  if (phase === 'Failed') return { phase: 'failed', text: [reason ?? 'failed', message].filter(Boolean).join(': ') };
  return undefined;
}

function stopping({ pod, now }: Scene): Phase | undefined {
  const deadline = instant(pod.metadata.deletionTimestamp);
  if (deadline === undefined) return undefined;
  const left = deadline - now;
  return { phase: 'stopping', text: left > 0 ? `stopping, at most ${duration(left)} more` : 'stopping' };
}

function notScheduled({ pod }: Scene): Phase | undefined {
  const scheduled = condition(pod, 'PodScheduled');
  if (pod.spec.nodeName !== undefined || isTrue(scheduled)) return undefined;
  if (scheduled?.reason === 'SchedulingGated') {
    const gates = pod.spec.schedulingGates?.map(({ name }) => name).join(', ');
    return { phase: 'unschedulable', text: `held back by the scheduling gate ${gates}` };
  }
  if (isFalse(scheduled)) {
    const message = scheduled?.message ?? '';
    const why = unfitNodes(message)[0]?.reason ?? message.replace(/^\d+\/\d+ nodes are available: /, '').split('. ')[0];
    return { phase: 'unschedulable', text: `pod unschedulable: ${why}` };
  }
  return { phase: 'queued', text: 'waiting for the scheduler' };
}

/** Reasons for which the kubelet cannot start a container; those of images are told with the image. */
const refusals = new Set(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError', 'StartError']);
const imageRefusals = new Set(['ErrImagePull', 'ImagePullBackOff', 'ErrImageNeverPull', 'InvalidImageName']);

function refused({ containers }: Scene): Phase | undefined {
  for (const { spec, status } of containers) {
    const { reason = '', message } = status?.state?.waiting ?? {};
    if (imageRefusals.has(reason)) {
      const text =
        reason === 'InvalidImageName'
          ? `the name of image ${spec.image} is wrong`
          : `image ${spec.image} cannot be pulled`;
      return { phase: 'blocked', text };
    }
    if (refusals.has(reason))
      return { phase: 'blocked', text: `container ${spec.name} cannot be created: ${shortened(message ?? reason)}` };
  }
  return undefined;
}

function backingOff({ containers, now }: Scene): Phase | undefined {
  for (const { spec, status } of containers) {
    if (status?.state?.waiting?.reason !== 'CrashLoopBackOff') continue;
    const end = lastEnd(status);
    const wait = goDuration(/back-off (\S+) restarting/.exec(status.state.waiting.message ?? '')?.[1] ?? '');
    const finished = instant(end?.finishedAt);
    const left = wait === undefined || finished === undefined ? undefined : finished + wait * 1000 - now;
    const next = left === undefined || left <= 0 ? '' : `, next start in about ${duration(left)}`;
    return { phase: 'backing-off', text: `container ${spec.name} exited (code ${end?.exitCode ?? '?'})${next}` };
  }
  return undefined;
}

/** Between a node and a running container: volumes and network, image, init containers. */
function notStarted(scene: Scene): Phase | undefined {
  const { containers, events } = scene;
  const current =
    preparing(containers) ?? containers.find(({ role, status }) => role === 'main' && status?.state?.waiting);
  const status = current?.status;
  const isWaiting = status === undefined || status.state?.waiting !== undefined;
  if (current !== undefined && isWaiting) {
    const pulling = newest(events, ['Pulling'], current.spec.name);
    const pulled = newest(events, ['Pulled', 'Failed'], current.spec.name);
    const isPulling =
      pulling !== undefined && (lastSeen(pulling) ?? 0) >= (lastSeen(pulled ?? pulling) ?? 0) && pulled === undefined;
    if (isPulling) return { phase: 'pulling', text: `pulling image ${current.spec.image}` };
    return attaching(scene, current);
  }
  if (current !== undefined && current.role !== 'main') return preparation(containers, current);
  return undefined;
}

function attaching({ pod, events }: Scene, current: PodContainer): Phase {
  const mount = newest(events, ['FailedMount', 'FailedAttachVolume']);
  const network = newest(events, ['FailedCreatePodSandBox']);
  const isPrepared = isTrue(condition(pod, 'PodReadyToStartContainers'));
  if (!isPrepared && mount !== undefined)
    return { phase: 'attaching', text: `volume cannot be mounted: ${firstLine(mount.message)}` };
  if (!isPrepared && network !== undefined)
    return { phase: 'attaching', text: `no network for the pod: ${firstLine(network.message)}` };
  if (!isPrepared) return { phase: 'attaching', text: 'setting up volumes and network' };
  return { phase: 'starting', text: `container ${current.spec.name} starting` };
}

function preparation(containers: PodContainer[], current: PodContainer): Phase {
  const all = containers.filter(({ role }) => role !== 'main');
  const what = current.role === 'sidecar' ? 'sidecar' : 'init container';
  const code = current.status?.state?.terminated?.exitCode;
  if (code !== undefined)
    return { phase: 'preparing', text: `${what} ${current.spec.name} exited (code ${code}) and starts again` };
  const verb = current.role === 'sidecar' ? 'starting' : 'running';
  return {
    phase: 'preparing',
    text: `${what} ${current.spec.name} ${verb} (${all.indexOf(current) + 1} of ${all.length})`,
  };
}

function running({ pod, containers, events, now }: Scene): Phase {
  if (isTrue(condition(pod, 'Ready'))) return { phase: 'ready', text: 'ready' };
  const late = containers.filter(isLasting).find(({ status }) => status?.ready !== true);
  if (late === undefined) return outside(pod);
  const { spec, status } = late;
  if (status?.state?.terminated !== undefined) {
    const code = status.state.terminated.exitCode;
    return { phase: 'starting', text: `container ${spec.name} exited (code ${code}) and starts again` };
  }
  if (status?.started === false && spec.startupProbe !== undefined) {
    return { phase: 'starting', text: `container ${spec.name} starting (${probeText(spec.startupProbe)})` };
  }
  const probe = spec.readinessProbe;
  if (probe === undefined) return { phase: 'starting', text: `container ${spec.name} starting` };
  const isLate = elapsed(instant(status?.state?.running?.startedAt), now) > readinessWindow(spec);
  const said = newest(
    events.filter(({ message = '' }) => /^readiness probe/i.test(message)),
    ['Unhealthy'],
    spec.name,
  );
  if (isLate && said !== undefined) {
    return {
      phase: 'not-ready',
      text: `readiness probe ${probeText(probe)} fails: ${probeFailure(said.message ?? '')}`,
    };
  }
  return { phase: isLate ? 'not-ready' : 'running', text: `waiting for readiness (${probeText(probe)})` };
}

/** All containers are ready, the pod is not: something outside must agree (a load balancer), or the kubelet is about to say so. */
function outside(pod: Pod): Phase {
  const gate = pod.spec.readinessGates?.find(({ conditionType }) => !isTrue(condition(pod, conditionType)));
  return { phase: 'running', text: gate === undefined ? 'becoming ready' : `waiting for ${gate.conditionType}` };
}

/** What the kubelet and the runtime wrap around the reason proper, and pod names that are known from elsewhere. */
const wrapping = /^.*(?:unable to start container process|error during container init): | \(pod: .*\)$/g;

function shortened(message: string): string {
  const core = firstLine(message).replace(wrapping, '');
  return core.length > 120 ? `${core.slice(0, 120)}…` : core;
}

const firstLine = (text = ''): string => text.split('\n')[0] ?? '';
