import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cronJobController } from '../../../src/rehearsal/controllers/jobs/cron-job.ts';
import { formatIndexes, parseIndexes } from '../../../src/rehearsal/controllers/jobs/indexes.ts';
import { jobController } from '../../../src/rehearsal/controllers/jobs/job.ts';
import { parseSchedule, zonedTimestamp } from '../../../src/rehearsal/controllers/jobs/schedule.ts';
import { ttlAfterFinishedController } from '../../../src/rehearsal/controllers/jobs/ttl-after-finished.ts';
import type { NewObject } from '../../../src/rehearsal/controllers/client.ts';
import { garbageCollector } from '../../../src/rehearsal/controllers/lifecycle/garbage-collector.ts';
import type { StoredObject } from '../../../src/rehearsal/objects.ts';
import { Registry } from '../../../src/rehearsal/api/registry.ts';
import { smallCluster } from '../support/small-cluster.ts';
import { change, conditionsOf, eventsOf, find, pods, statusOf } from './support/objects.ts';
import { rulesOfPods, testKubelet, type Fate } from './support/test-kubelet.ts';

function cluster(fateOf: (pod: StoredObject) => Fate = () => 'succeeds') {
  const registry = new Registry();
  return smallCluster(
    [
      jobController(),
      cronJobController(),
      ttlAfterFinishedController(),
      garbageCollector({ registry }),
      testKubelet(fateOf),
    ],
    { ...rulesOfPods, registry },
  );
}

const job = (name: string, spec: object = {}): NewObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace: 'default' },
  spec: {
    parallelism: 1,
    completions: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    selector: { matchLabels: { job: name } },
    template: {
      metadata: { labels: { job: name } },
      spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a' }] },
    },
    ...spec,
  },
});

const conditionsFor = (small: ReturnType<typeof cluster>, name: string) =>
  conditionsOf(find(small.client, 'batch/v1 Job', name));

// The texts and their order were recorded with kubectl 1.34.10 on Kubernetes 1.34.10, 2026-11-24.
describe('a Job', () => {
  it('completes after its success criteria are met, and frees its pods', () => {
    const small = cluster();
    small.client.create(job('good'));
    small.clock.advance(500);
    expect(statusOf(find(small.client, 'batch/v1 Job', 'good'))).toEqual({
      active: 1,
      ready: 0,
      startTime: '2026-01-05T10:00:00Z',
      terminating: 0,
      uncountedTerminatedPods: {},
    });
    expect(pods(small)[0]?.metadata.finalizers).toEqual(['batch.kubernetes.io/job-tracking']);
    small.clock.advance(5000);
    expect(conditionsFor(small, 'good')).toEqual([
      'SuccessCriteriaMet=True CompletionsReached: Reached expected number of succeeded pods',
      'Complete=True CompletionsReached: Reached expected number of succeeded pods',
    ]);
    expect(statusOf(find(small.client, 'batch/v1 Job', 'good'))).toMatchObject({
      succeeded: 1,
      ready: 0,
      uncountedTerminatedPods: {},
    });
    expect(pods(small)[0]?.metadata.finalizers).toBeUndefined();
    expect(eventsOf(small, 'good').at(-1)).toBe('Completed: Job completed');
  });

  it('waits 10 s after a failure, then twice as long, and fails at its limit', () => {
    const small = cluster(() => 'fails');
    const starts: number[] = [];
    small.client.watch('v1 Pod', ({ type }) => {
      if (type === 'ADDED') starts.push(small.clock.now());
    });
    small.client.create(job('bad', { backoffLimit: 2 }));
    small.clock.advance(120_000);
    const waits = starts.slice(1).map((at, index) => Math.round((at - (starts[index] ?? 0)) / 1000));
    expect(waits).toEqual([11, 21]);
    expect(conditionsFor(small, 'bad')).toEqual([
      'FailureTarget=True BackoffLimitExceeded: Job has reached the specified backoff limit',
      'Failed=True BackoffLimitExceeded: Job has reached the specified backoff limit',
    ]);
    expect(statusOf(find(small.client, 'batch/v1 Job', 'bad'))).toMatchObject({ failed: 3 });
    expect(eventsOf(small, 'bad').at(-1)).toBe('BackoffLimitExceeded: Job has reached the specified backoff limit');
  });

  it('is ended by its deadline, and is failed only when its pods are gone', () => {
    const small = cluster(() => 'runs');
    small.client.create(job('late', { activeDeadlineSeconds: 4 }));
    small.clock.advance(4500);
    expect(conditionsFor(small, 'late')).toEqual([
      'FailureTarget=True DeadlineExceeded: Job was active longer than specified deadline',
    ]);
    expect(statusOf(find(small.client, 'batch/v1 Job', 'late'))).toMatchObject({ terminating: 1, failed: 1 });
    small.clock.advance(4000);
    expect(conditionsFor(small, 'late').at(-1)).toBe(
      'Failed=True DeadlineExceeded: Job was active longer than specified deadline',
    );
    expect(pods(small)).toHaveLength(0);
  });

  it('runs every index once and says which are done', () => {
    const small = cluster();
    small.client.create(job('indexed', { completionMode: 'Indexed', completions: 3, parallelism: 2 }));
    small.clock.advance(10_000);
    expect(statusOf(find(small.client, 'batch/v1 Job', 'indexed'))).toMatchObject({
      completedIndexes: '0-2',
      succeeded: 3,
    });
    const names = pods(small).map(({ metadata, ...pod }) => [
      metadata.generateName,
      (pod['spec'] as { hostname: string }).hostname,
      metadata.labels?.['batch.kubernetes.io/job-completion-index'],
    ]);
    expect(names.toSorted((one, other) => String(one).localeCompare(String(other)))).toEqual([
      ['indexed-0-', 'indexed-0', '0'],
      ['indexed-1-', 'indexed-1', '1'],
      ['indexed-2-', 'indexed-2', '2'],
    ]);
  });

  it('with a limit for each index fails when one index has failed and the others are done', () => {
    const small = cluster((pod) =>
      pod.metadata.labels?.['batch.kubernetes.io/job-completion-index'] === '1' ? 'fails' : 'succeeds',
    );
    small.client.create(
      job('perindex', {
        completionMode: 'Indexed',
        completions: 2,
        parallelism: 2,
        backoffLimit: 2_147_483_647,
        backoffLimitPerIndex: 1,
      }),
    );
    small.clock.advance(60_000);
    expect(conditionsFor(small, 'perindex').at(-1)).toBe('Failed=True FailedIndexes: Job has failed indexes');
    expect(statusOf(find(small.client, 'batch/v1 Job', 'perindex'))).toMatchObject({
      completedIndexes: '0',
      failedIndexes: '1',
      failed: 2,
      succeeded: 1,
    });
  });

  it('fails at once for an exit code that its policy names', () => {
    const small = cluster(() => 'fails');
    small.client.create(
      job('policy', {
        podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [1] } }] },
      }),
    );
    small.clock.advance(5000);
    const [pod] = pods(small);
    expect(conditionsFor(small, 'policy')[0]).toBe(
      `FailureTarget=True PodFailurePolicy: Container a for pod default/${pod?.metadata.name} failed with exit code 1 matching FailJob rule at index 0`,
    );
  });

  it('suspended has no pods, and goes on when it is resumed', () => {
    const small = cluster(() => 'runs');
    small.client.create(job('halted', { suspend: true }));
    small.clock.advance(3000);
    expect(pods(small)).toHaveLength(0);
    expect(conditionsFor(small, 'halted')).toEqual(['Suspended=True JobSuspended: Job suspended']);
    change(small.client, find(small.client, 'batch/v1 Job', 'halted'), { suspend: false });
    small.clock.advance(5000);
    expect(statusOf(find(small.client, 'batch/v1 Job', 'halted'))).toMatchObject({ active: 1, ready: 1 });
    change(small.client, find(small.client, 'batch/v1 Job', 'halted'), { suspend: true });
    small.clock.advance(5000);
    expect(pods(small)).toHaveLength(0);
    expect(conditionsFor(small, 'halted')).toEqual(['Suspended=True JobSuspended: Job suspended']);
    expect(eventsOf(small, 'halted').filter((text) => /^(Suspended|Resumed)/.test(text))).toEqual([
      'Resumed: Job resumed',
      'Suspended: Job suspended',
    ]);
  });

  it('goes with its pods some time after its end', () => {
    const small = cluster();
    small.client.create(job('ttl', { ttlSecondsAfterFinished: 5 }));
    small.clock.advance(6000);
    expect(small.client.get('batch/v1 Job', 'default', 'ttl')).toBeDefined();
    small.clock.advance(6000);
    expect(small.client.get('batch/v1 Job', 'default', 'ttl')).toBeUndefined();
    expect(pods(small)).toHaveLength(0);
  });
});

describe('a CronJob', () => {
  const cron = (spec: object = {}): NewObject => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'tick', namespace: 'default' },
    spec: {
      schedule: '*/5 * * * *',
      concurrencyPolicy: 'Allow',
      suspend: false,
      successfulJobsHistoryLimit: 2,
      failedJobsHistoryLimit: 1,
      jobTemplate: { spec: job('tick')['spec'] as object },
      ...spec,
    },
  });

  it('starts its job on time, names it after the minute and remembers the last', () => {
    const small = cluster();
    small.client.create(cron());
    small.clock.advance(5 * 60_000 + 30_000);
    const [first] = small.client.list('batch/v1 Job');
    expect(first?.metadata.name).toBe(`tick-${Date.UTC(2026, 0, 5, 10, 5) / 60_000}`);
    expect(first?.metadata.annotations).toEqual({
      'batch.kubernetes.io/cronjob-scheduled-timestamp': '2026-01-05T10:05:00Z',
    });
    expect(statusOf(find(small.client, 'batch/v1 CronJob', 'tick'))).toMatchObject({
      lastScheduleTime: '2026-01-05T10:05:00Z',
    });
    expect(
      eventsOf(small, 'tick').filter(
        (text) => !text.startsWith('SuccessfulCreate: Created pod') && !text.startsWith('Completed'),
      ),
    ).toEqual([
      `SuccessfulCreate: Created job ${first?.metadata.name}`,
      `SawCompletedJob: Saw completed job: ${first?.metadata.name}, condition: Complete`,
    ]);
    small.clock.advance(60 * 60_000);
    expect(small.client.list('batch/v1 Job')).toHaveLength(2);
  });

  it('with Forbid starts nothing while the last one runs', () => {
    const small = cluster(() => 'runs');
    small.client.create(cron({ concurrencyPolicy: 'Forbid' }));
    small.clock.advance(11 * 60_000);
    expect(small.client.list('batch/v1 Job')).toHaveLength(1);
    expect(eventsOf(small, 'tick')).toContain(
      'JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid',
    );
  });

  it('with Replace ends the last one', () => {
    const small = cluster(() => 'runs');
    small.client.create(cron({ concurrencyPolicy: 'Replace' }));
    small.clock.advance(11 * 60_000);
    expect(small.client.list('batch/v1 Job').map(({ metadata }) => metadata.name)).toEqual([
      `tick-${Date.UTC(2026, 0, 5, 10, 10) / 60_000}`,
    ]);
  });
});

describe('a schedule', () => {
  const next = (text: string, after: string, zone?: string) => {
    const at = parseSchedule(text, zone)?.next(Date.parse(after));
    return at === undefined ? undefined : new Date(at).toISOString();
  };

  it.each([
    ['0 3 * * *', '2026-01-05T10:00:00Z', '2026-01-06T03:00:00.000Z'],
    ['*/15 9-17 * * mon-fri', '2026-01-09T17:50:00Z', '2026-01-12T09:00:00.000Z'],
    ['30 4 1,15 * 5', '2026-01-02T05:00:00Z', '2026-01-09T04:30:00.000Z'],
    ['@monthly', '2026-01-05T10:00:00Z', '2026-02-01T00:00:00.000Z'],
    ['0 0 29 2 *', '2026-03-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['@every 1h30m', '2026-01-05T10:00:00Z', '2026-01-05T11:30:00.000Z'],
  ])('%s after %s is %s', (text, after, expected) => {
    expect(next(text, after)).toBe(expected);
  });

  it('follows the clocks of its time zone', () => {
    expect(next('0 3 * * *', '2026-07-01T00:00:00Z', 'Europe/Berlin')).toBe('2026-07-01T01:00:00.000Z');
    expect(next('30 2 * * *', '2026-03-29T00:00:00Z', 'Europe/Berlin')).toBe('2026-03-30T00:30:00.000Z');
    expect(zonedTimestamp(Date.UTC(2026, 6, 1, 1), 'Europe/Berlin')).toBe('2026-07-01T03:00:00+02:00');
    expect(parseSchedule('0 0 * * *', 'Mars/Olympus')).toBeUndefined();
  });

  it('never comes before or at the time asked for, and is the earliest that fits', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 59 }),
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2030, 0) }),
        (minute, hour, after) => {
          const at = parseSchedule(`${minute} ${hour} * * *`, undefined)?.next(after) ?? 0;
          expect(at).toBeGreaterThan(after);
          expect(at - after).toBeLessThanOrEqual(86_400_000);
          expect(new Date(at).getUTCMinutes()).toBe(minute);
        },
      ),
    );
  });
});

describe('completed indexes', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 60 })), (indexes) => {
        expect([...parseIndexes(formatIndexes(indexes), 61)]).toEqual([...indexes].sort((one, other) => one - other));
      }),
    );
  });

  it('join what follows each other', () => {
    expect(formatIndexes([0, 1, 3, 5, 6, 7])).toBe('0,1,3,5-7');
  });
});
