import { condition, isTrue } from '../rollout/conditions.ts';
import { eventsOf, newest } from '../rollout/events.ts';
import type { Pod } from '../rollout/shapes.ts';
import { containersOf, lastEnd } from '../rollout/containers.ts';
import { instant } from '../rollout/times.ts';
import { crashFinding } from './crash.ts';
import { knownFailures, type Finding } from './known-failure.ts';
import { clean } from './log-lines.ts';
import { eventText, kubectl, type Scene } from './scene.ts';

/** Nothing more particular was found, and the time is up. */
function timeIsUp({ object, snapshot }: Scene): Finding | undefined {
  const ends = [condition(object, 'Progressing'), condition(object, 'Failed'), condition(object, 'FailureTarget')];
  const end = ends.find((one) => ['ProgressDeadlineExceeded', 'DeadlineExceeded'].includes(one?.reason ?? ''));
  if (end === undefined) return undefined;
  const event = newest(eventsOf(snapshot, object), ['DeadlineExceeded']);
  const seconds = object['spec']?.[object.kind === 'Job' ? 'activeDeadlineSeconds' : 'progressDeadlineSeconds'] as
    number | undefined;
  return {
    object,
    message: end.message ?? '',
    names: { what: `${object.kind} ${object.metadata.name}`, seconds: String(seconds ?? 600) },
    evidence: [
      event === undefined ? `${object.kind} ${object.metadata.name}: ${clean(end.message ?? '')}` : eventText(event),
    ],
    field: object.kind === 'Job' ? 'spec.activeDeadlineSeconds' : 'spec.progressDeadlineSeconds',
    since: instant(end.lastTransitionTime),
    occurrences: 1,
  };
}

/** A Job that gave up, with the last pod that failed. */
function jobFailed(scene: Scene): Finding | undefined {
  const end = [condition(scene.object, 'Failed'), condition(scene.object, 'FailureTarget')].find(isTrue);
  if (scene.object.kind !== 'Job' || end === undefined) return undefined;
  const failed = scene.pods.flatMap((pod: Pod) =>
    containersOf(pod).flatMap((container) => {
      const last = lastEnd(container.status);
      return last === undefined || last.exitCode === 0 ? [] : [{ pod, container, last }];
    }),
  );
  const latest = failed.sort((a, b) => (instant(a.last.finishedAt) ?? 0) - (instant(b.last.finishedAt) ?? 0)).at(-1);
  const why = `Job ${scene.object.metadata.name}: ${clean(end.message ?? end.reason ?? '')}`;
  const found = latest === undefined ? undefined : crashFinding(scene, latest.pod, latest.container, latest.last);
  return {
    object: scene.object,
    message: end.message ?? '',
    names: { job: scene.object.metadata.name, ...found?.names },
    evidence: [why, ...(found?.evidence ?? [])],
    since: instant(end.lastTransitionTime),
    occurrences: 1,
  };
}

export const lastFailures = knownFailures([
  {
    code: 'deadline-exceeded',
    who: 'application',
    find: timeIsUp,
    fatal: 'now',
    cause: ({ names }) =>
      `${names.what} was not done within ${names.seconds} s, and no more particular reason is known.`,
    remedy: ({ object }) => [
      `See what it waits for: ${kubectl(object, 'describe', object.kind.toLowerCase(), object.metadata.name)}`,
      'If it only needs longer, raise its deadline; Kubernetes goes on trying a Deployment all the same.',
    ],
    means:
      'A Deployment that makes no progress for progressDeadlineSeconds (600 unless set) is reported as failed, but Kubernetes keeps trying and it can still become ready. A Job is ended after activeDeadlineSeconds.',
    source:
      'Deployment condition Progressing, reason ProgressDeadlineExceeded; Job condition Failed, reason DeadlineExceeded',
  },
  {
    code: 'job-failed',
    who: 'application',
    find: jobFailed,
    fatal: 'now',
    cause: ({ names }) =>
      names.code === undefined
        ? `Job ${names.job} has failed for good.`
        : `Job ${names.job} has failed for good: its program ends with exit code ${names.code}.`,
    remedy: ({ object, names }) => [
      `Read what it says: ${kubectl(object, 'logs', `job/${names.job}`, '--all-containers')}`,
      'A Job that failed is not tried again: delete it, correct the reason, and install again.',
    ],
    means: 'A Job tries its pod several times (backoffLimit) and then gives up. The log of its last pod tells why.',
    source: 'Job condition Failed, reasons BackoffLimitExceeded, PodFailurePolicy, MaxFailedIndexesExceeded',
  },
]);
