import { describe, expect, test } from 'vitest';
import { diagnose, explainCode, failureCodes, logsWanted, verdict } from '../../../src/kubernetes/diagnosis/index.ts';
import type { KubernetesObject } from '../../../src/kubernetes/objects.ts';
import { recorded, snapshotOf, type RecordedState } from '../support/recorded.ts';
import { states } from './told.ts';

const seconds = (count: number): number => count * 1000;
const app = (state: RecordedState): KubernetesObject => state.find('Deployment', 'app');

/** State, grace in seconds from when it began: stalled before, failed after. */
const graces: [string, number][] = [
  ['missing-secret', 10],
  ['missing-config-map-key', 10],
  ['missing-secret-volume', 30],
  ['unschedulable-cpu', 30],
  ['scheduling-gated', 120],
  ['pvc-no-class', 15],
  ['pvc-no-provisioner', 90],
  ['quota-exceeded', 15],
  ['service-account-missing', 15],
];

describe('what may heal is given the time that it needs', () => {
  test.each(graces)('%s: %i s', (name, grace) => {
    const state = recorded(name);
    const first = diagnose(app(state), state.snapshot, state.now + seconds(states[name]?.later ?? 0));
    const failsAt = first?.failsAt ?? 0;
    expect(failsAt - (first?.since ?? 0)).toBe(seconds(grace));
    expect(diagnose(app(state), state.snapshot, failsAt - 1)).toMatchObject({ state: 'stalled', failsAt });
    expect(diagnose(app(state), state.snapshot, failsAt)).toMatchObject({ state: 'failed' });
  });

  test('a failing readiness probe, until the Deployment’s own deadline', () => {
    const state = recorded('readiness-failing');
    const progressing = app(state)['status'].conditions.find(({ type }: { type: string }) => type === 'Progressing');
    const deadline = Date.parse(progressing.lastUpdateTime) + seconds(600);
    expect(diagnose(app(state), state.snapshot, state.now)).toMatchObject({ state: 'stalled', failsAt: deadline });
    expect(diagnose(app(state), state.snapshot, deadline)).toMatchObject({ state: 'failed' });
  });

  test('a kubelet that has had no answer of the API server yet is no failure at first, and then has its own name', () => {
    const state = recorded('missing-secret', (text) =>
      text.replaceAll(
        String.raw`secret \"backend-secrets\" not found`,
        'failed to sync secret cache: timed out waiting for the condition',
      ),
    );
    const now = Date.parse(state.find('Deployment', 'app').metadata.creationTimestamp ?? '');
    expect(diagnose(app(state), state.snapshot, now + seconds(10))).toBeUndefined();
    expect(diagnose(app(state), state.snapshot, now + seconds(40))).toMatchObject({
      code: 'node-cannot-read-settings',
      state: 'stalled',
      cause: 'The node cannot read what container app needs from the API server: it waits for an answer.',
    });
    expect(diagnose(app(state), state.snapshot, now + seconds(120))).toMatchObject({ state: 'failed' });
  });

  test('a Secret that cert-manager is about to make has longer', () => {
    const state = recorded('missing-secret-volume');
    const certificate = {
      apiVersion: 'cert-manager.io/v1',
      kind: 'Certificate',
      metadata: { name: 'web' },
      spec: { secretName: 'web-tls' },
    };
    const diagnosis = diagnose(app(state), snapshotOf([...state.objects, certificate]), state.now);
    expect((diagnosis?.failsAt ?? 0) - (diagnosis?.since ?? 0)).toBe(seconds(90));
  });

  test('a database in the same namespace that is not up yet, two minutes; one elsewhere, until the second crash', () => {
    const state = recorded('database-host-unknown');
    const logs = state.logs(app(state));
    expect(diagnose(app(state), state.snapshot, state.now, logs)).toMatchObject({ state: 'failed' });
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'postgres-main' }, spec: {} };
    const diagnosis = diagnose(app(state), snapshotOf([...state.objects, service]), state.now, logs);
    expect(diagnosis?.state).toBe('stalled');
    expect((diagnosis?.failsAt ?? 0) - (diagnosis?.since ?? 0)).toBe(seconds(120));
  });

  test('a container that crashed and runs again', () => {
    const state = recorded('crash-exit-1');
    const running = state.objects.map((object) => {
      if (object.kind !== 'Pod') return object;
      const [status] = object['status'].containerStatuses;
      const again = {
        ...status,
        state: { running: { startedAt: new Date(state.now).toISOString() } },
        lastState: status.state,
      };
      return { ...object, status: { ...object['status'], containerStatuses: [again] } };
    });
    const snapshot = snapshotOf(running);
    expect(diagnose(app(state), snapshot, state.now)).toMatchObject({ code: 'crash-loop', state: 'stalled' });
    expect(logsWanted(app(state), snapshot)).toMatchObject([{ container: 'app', previous: true }]);
  });

  test('what we do not see: clocks stand still', () => {
    const state = recorded('unschedulable-cpu');
    const blind = snapshotOf(state.objects, { staleSince: state.now });
    expect(diagnose(app(state), blind, state.now + seconds(3600))).toMatchObject({ state: 'stalled' });
  });
});

describe('a verdict', () => {
  test('is not final while a log that may tell more is unread', () => {
    const state = recorded('database-refuses-password');
    const unread = verdict(app(state), state.snapshot, state.now);
    expect(unread.status.state).toBe('stalled');
    const read = verdict(app(state), state.snapshot, state.now, state.logs(app(state)));
    expect(read.status).toMatchObject({ state: 'failed', reason: 'database-refuses-password', ready: 0, wanted: 1 });
    const nothing = Object.fromEntries(logsWanted(app(state), state.snapshot).map(({ name }) => [name, []]));
    const empty = verdict(app(state), state.snapshot, state.now, nothing);
    expect(empty.status).toMatchObject({ state: 'failed', reason: 'crash-loop' });
  });

  test('is ready by the parent alone: old events and crashes do not count any more', () => {
    const state = recorded('liveness-failing');
    expect(verdict(app(state), state.snapshot, state.now).status).toEqual({ state: 'ready' });
  });

  test('goes back to green', () => {
    const failing = recorded('crash-exit-1');
    const logs = failing.logs(app(failing));
    expect(verdict(app(failing), failing.snapshot, failing.now, logs).status.state).toBe('failed');
    const { status } = app(recorded('ready-deployment'));
    const healed: KubernetesObject = { ...app(failing), status, spec: { ...app(failing)['spec'], replicas: 2 } };
    const objects = [...failing.objects.filter(({ kind }) => kind !== 'Deployment'), healed];
    expect(verdict(healed, snapshotOf(objects), failing.now, logs).status).toEqual({ state: 'ready' });
  });

  test('says no connection rather than red', () => {
    const state = recorded('crash-exit-1');
    const blind = snapshotOf(state.objects, { staleSince: state.now });
    expect(verdict(app(state), blind, state.now + seconds(10))).toEqual({
      status: { state: 'unknown', waitingFor: 'the connection to the cluster' },
    });
  });

  test('of a rollout whose new pods crash while the old ones serve', () => {
    const state = recorded('rollout-with-old-pods');
    const logs = state.logs(app(state));
    expect(verdict(app(state), state.snapshot, state.now, logs).status).toMatchObject({ state: 'failed', ready: 0 });
  });
});

test('a thousand pods that fail alike are one diagnosis', () => {
  const state = recorded('image-not-found');
  const [pod] = state.objects.filter(({ kind }) => kind === 'Pod');
  if (pod === undefined) throw new Error('one pod was recorded');
  const many = Array.from({ length: 1000 }, (_, index) => ({
    ...pod,
    metadata: { ...pod.metadata, name: `${pod.metadata.name}-${index}`, uid: `uid-${index}` },
  }));
  const diagnosis = diagnose(app(state), snapshotOf([...state.objects, ...many]), state.now);
  expect(diagnosis?.code).toBe('image-not-found');
  expect(diagnosis?.evidence.at(-1)).toBe('the same in 1000 other pods');
});

test('events that the API server dropped are not missed', () => {
  for (const name of ['image-not-found', 'missing-secret', 'crash-exit-1', 'unschedulable-cpu', 'pod-security']) {
    const state = recorded(name);
    const quiet = snapshotOf(state.objects.filter(({ kind }) => kind !== 'Event'));
    expect(diagnose(app(state), quiet, state.now)?.code).toBe(diagnose(app(state), state.snapshot, state.now)?.code);
  }
});

test('an older kubelet that says the cause in the event only', () => {
  // Kubernetes before 1.32: the message of ImagePullBackOff is `Back-off pulling image "..."` alone.
  const state = recorded('image-not-found', (text) =>
    text.replaceAll(/(Back-off pulling image \\"[^"\\]*\\"): ErrImagePull.*?: not found"/g, '$1"'),
  );
  const pod = state.objects.find(({ kind }) => kind === 'Pod');
  expect(pod?.['status'].containerStatuses[0].state.waiting.message).toBe(
    'Back-off pulling image "registry.example.com/acme/missing:1"',
  );
  expect(diagnose(app(state), state.snapshot, state.now)?.code).toBe('image-not-found');
});

test('a lost volume', () => {
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: {},
    status: { phase: 'Lost' },
  };
  expect(diagnose(claim, snapshotOf([claim]), 0)).toMatchObject({ code: 'pvc-lost', state: 'failed' });
});

test('every code is explained, and no other', () => {
  for (const code of failureCodes()) {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(explainCode(code)).toMatch(new RegExp(`^${code}\\n\\n.{60,}\\n\\nTo be mended in: `));
  }
  expect(new Set(failureCodes()).size).toBe(failureCodes().length);
  expect(explainCode('no-such-code')).toBeUndefined();
});
