import type { KubernetesObject } from '../objects.ts';
import { rolloutStatus, waitingDetail } from '../rollout/index.ts';
import { podsOf } from '../rollout/pods.ts';
import type { RolloutStatus } from '../rollout/status.ts';
import type { Snapshot } from '../watch/snapshot.ts';
import { applicationFailures, tellingContainers } from './application.ts';
import { configFailures } from './config.ts';
import { crashFailures } from './crash.ts';
import { lastFailures } from './deadline.ts';
import { imageFailures } from './image.ts';
import { severity, type Finding, type KnownFailure, type Mender, type Reference } from './known-failure.ts';
import { killingProbes, readinessProbes } from './probes.ts';
import { quotaFailures } from './quota.ts';
import { sceneOf, type Logs } from './scene.ts';
import { schedulingFailures } from './scheduling.ts';
import { startFailures } from './start.ts';
import { storageFailures } from './storage.ts';

export type { Logs } from './scene.ts';

/**
 * Every known failure; the first that is found is the answer, so the particular stands before the general: what the state
 * of a container says, who killed it, what its log says, how it ended, where it cannot run, what refuses it.
 */
const known: readonly KnownFailure[] = [
  ...imageFailures,
  ...configFailures,
  ...startFailures,
  ...applicationFailures,
  ...killingProbes,
  ...crashFailures,
  ...readinessProbes,
  ...storageFailures,
  ...schedulingFailures,
  ...quotaFailures,
  ...lastFailures,
];

/** Why something does not become ready, for a person. */
export interface Diagnosis {
  /** Stable name; `explainCode` tells more. */
  code: string;
  /** One sentence for somebody who knows Docker and little Kubernetes. */
  cause: string;
  /** The true words, and where they stand. */
  evidence: string[];
  /** What to do, the best first. */
  remedy: string[];
  who: Mender;
  /** The culprit, `Pod/backend-7c9d4`. */
  object: string;
  /** Path in it of what is to be changed: `spec.containers[0].env[2].valueFrom.secretKeyRef`. */
  field?: string;
  /** The Secret or ConfigMap that the field takes its value from: the way to the answer behind it. */
  reference?: Reference;
  /** `failed`: the cluster cannot heal it. `stalled`: it may, at most until `failsAt`. */
  state: 'stalled' | 'failed';
  /** Milliseconds since 1970. */
  since?: number;
  failsAt?: number;
}

/** The cause of what is wrong with an object, if it is a known one; also of something that is only about to go wrong. Pure. */
export function diagnose(
  object: KubernetesObject,
  snapshot: Snapshot,
  now: number,
  logs: Logs = {},
): Diagnosis | undefined {
  const scene = sceneOf(object, snapshot, now, logs);
  for (const failure of known) {
    const finding = failure.find(scene);
    if (finding === undefined) continue;
    if (isUsual(failure, finding, scene.now)) return undefined;
    const { kind, metadata } = finding.object;
    return {
      code: failure.code,
      cause: failure.cause(finding),
      evidence: finding.evidence,
      remedy: failure.remedy(finding),
      who: failure.who,
      object: `${kind}/${metadata.name}`,
      ...(finding.field === undefined ? {} : { field: finding.field }),
      ...(finding.reference === undefined ? {} : { reference: finding.reference }),
      ...(finding.since === undefined ? {} : { since: finding.since }),
      ...severity(failure, finding, scene),
    };
  }
  return undefined;
}

function isUsual({ usualFor = 0 }: KnownFailure, { since }: Finding, now: number): boolean {
  return since !== undefined && now - since < usualFor * 1000;
}

/** A log to be read before a verdict; `previous`: of the run before the one that goes on. */
export interface WantedLog {
  /** Its key in `Logs`: `POD/CONTAINER`. */
  name: string;
  pod: string;
  container: string;
  previous: boolean;
}

/** One pod tells as much as a thousand that fail alike. */
const logsAtOnce = 3;

/**
 * The logs that can tell why an object is not ready: of containers that ended with an error or run without becoming
 * ready; none for trouble with images, settings or places. Read again when the name or `previous` changes, or a
 * container has ended once more.
 */
export function logsWanted(object: KubernetesObject, snapshot: Snapshot): WantedLog[] {
  const wanted = podsOf(object, snapshot).flatMap((pod) =>
    tellingContainers(pod).map(({ spec, status }): WantedLog => {
      const isBack = status?.state?.running !== undefined && status.lastState?.terminated !== undefined;
      const name = `${pod.metadata.name}/${spec.name}`;
      // A run that has ended and not begun anew is the current one to the kubelet, not the previous.
      return { name, pod: pod.metadata.name, container: spec.name, previous: isBack };
    }),
  );
  return wanted.slice(0, logsAtOnce);
}

/** Failures about which a log could say something more particular. */
const generalWithoutLog = new Set(['crash-loop', 'init-container-failed', 'liveness-failing', 'job-failed']);

export interface Verdict {
  /** Readiness by the object's own status; not ready with a known cause is `stalled` or `failed` with its code as reason. */
  status: RolloutStatus;
  diagnosis?: Diagnosis;
  /** What pods wait for, in one line. */
  detail?: string;
}

/**
 * Both layers together. The object's own status alone decides ready, and whether we can see at all; pods, events and logs
 * only say why not. As long as a log that may tell more has not been read, a crash is not called final.
 */
export function verdict(object: KubernetesObject, snapshot: Snapshot, now: number, logs: Logs = {}): Verdict {
  const status = rolloutStatus(object, snapshot, now);
  if (status.state === 'ready' || status.state === 'unknown') return { status };
  const detail = waitingDetail(object, snapshot, now);
  const found = diagnose(object, snapshot, now, logs);
  const parts = detail === undefined ? {} : { detail };
  if (found === undefined) return { status, ...parts };
  const isUnread =
    generalWithoutLog.has(found.code) && logsWanted(object, snapshot).some(({ name }) => !(name in logs));
  const state = status.state === 'failed' || !isUnread ? found.state : 'stalled';
  const isFailed = status.state === 'failed' || state === 'failed';
  return {
    status: {
      ...status,
      state: isFailed ? 'failed' : 'stalled',
      reason: found.code,
      waitingFor: detail ?? (isFailed ? found.cause : status.waitingFor),
    },
    diagnosis: { ...found, state: isFailed ? 'failed' : 'stalled' },
    ...parts,
  };
}

const menders: Record<Mender, string> = {
  application: 'the application or its image',
  recipe: 'what the recipe, its chart or an answer says',
  registry: 'the registry of the image',
  cluster: 'the cluster',
};

/** What a code means and how it is mended, whatever the names: text of some lines. undefined: no such code. */
export function explainCode(code: string): string | undefined {
  const failure = known.find((one) => one.code === code);
  if (failure === undefined) return undefined;
  return `${code}\n\n${failure.means}\n\nTo be mended in: ${menders[failure.who]}.\nFound by: ${failure.source}.`;
}

/** Every code, in the order in which they are looked for. */
export const failureCodes = (): string[] => known.map(({ code }) => code);
