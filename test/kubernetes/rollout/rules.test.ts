import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { KubernetesObject } from '../../../src/kubernetes/objects.ts';
import { rolloutStatus, statusText, waitingDetail } from '../../../src/kubernetes/rollout/index.ts';
import type { RolloutStatus } from '../../../src/kubernetes/rollout/status.ts';
import { recorded, snapshotOf } from '../support/recorded.ts';

interface Case {
  title: string;
  object: KubernetesObject;
  others?: KubernetesObject[];
  forbidden?: Record<string, string>;
  expect: Partial<RolloutStatus>;
}

const now = Date.parse('2026-11-24T08:00:00Z');
const fixture = readFileSync(new URL('../fixtures/rollouts.yaml', import.meta.url), 'utf8');

function inNamespace(object: KubernetesObject): KubernetesObject {
  return {
    ...object,
    metadata: { namespace: 'todo', uid: `uid-${object.kind}-${object.metadata.name}`, ...object.metadata },
  };
}

describe('an object by its own status', () => {
  test.each(parse(fixture) as Case[])('$title', ({ object, others = [], forbidden = {}, expect: wanted }) => {
    const subject = inNamespace(object);
    const snapshot = snapshotOf([subject, ...others.map(inNamespace)], { forbidden });
    const status = rolloutStatus(subject, snapshot, now);
    expect(status).toMatchObject(wanted);
    expect(Object.keys(status)).toEqual(expect.arrayContaining(Object.keys(wanted)));
  });
});

/** What the line on the screen says of each recorded state. */
const recordedLines: [string, string, string, string][] = [
  ['ready-deployment', 'Deployment', 'app', 'ready'],
  ['ready-deployment', 'Service', 'app', 'ready'],
  ['ready-deployment', 'PodDisruptionBudget', 'app', 'ready'],
  ['ready-stateful-set', 'StatefulSet', 'db', 'ready'],
  ['ready-stateful-set', 'PersistentVolumeClaim', 'data-db-0', 'ready'],
  ['ready-daemon-set', 'DaemonSet', 'agent', 'ready'],
  ['complete-job', 'Job', 'migrate', 'ready'],
  ['complete-job', 'CronJob', 'nightly', 'ready'],
  ['running-job', 'Job', 'migrate', '0 of 1 pod: waiting for it to complete'],
  ['pvc-wait-for-consumer', 'PersistentVolumeClaim', 'data', 'ready'],
  ['readiness-starting', 'Deployment', 'app', '0 of 1 pod: waiting for readiness (tcp 5432)'],
  ['readiness-failing', 'Deployment', 'app', '0 of 1 pod: readiness probe GET /health fails: 503'],
  ['readiness-failing', 'Service', 'app', 'readiness probe GET /health fails: 503'],
  ['image-not-found', 'Deployment', 'app', '0 of 1 pod: image registry.example.com/acme/missing:1 cannot be pulled'],
  ['crash-exit-1', 'Deployment', 'app', '0 of 1 pod: container app exited (code 1) and starts again'],
  ['init-container-failed', 'Deployment', 'app', '0 of 1 pod: init container migrate exited (code 3) and starts again'],
  [
    'missing-secret',
    'Deployment',
    'app',
    '0 of 1 pod: container app cannot be created: secret "backend-secrets" not found',
  ],
  [
    'command-not-found',
    'Deployment',
    'app',
    '0 of 1 pod: container app cannot be created: exec: "node": executable file not found in $PATH',
  ],
  ['unschedulable-cpu', 'Deployment', 'app', '0 of 1 pod: pod unschedulable: Insufficient cpu'],
  [
    'unschedulable-anti-affinity',
    'Deployment',
    'app',
    "1 of 2 pods: pod unschedulable: didn't match pod anti-affinity rules",
  ],
  ['scheduling-gated', 'Deployment', 'app', '0 of 1 pod: held back by the scheduling gate example.com/approval'],
  [
    'pvc-no-class',
    'Deployment',
    'app',
    '0 of 1 pod: volume claim data: no persistent volumes available for this claim and no storage class is set',
  ],
  ['pvc-no-provisioner', 'Deployment', 'app', '0 of 1 pod: volume claim data: waiting for disks.example.com'],
  ['quota-exceeded', 'Deployment', 'app', '0 of 1 pod: waiting for its pods to be admitted'],
  ['deadline-exceeded', 'Deployment', 'app', '0 of 1 pod: waiting for readiness (tcp 5432)'],
  ['rollout-with-old-pods', 'Deployment', 'app', '0 of 1 pod: container app exited (code 1) and starts again'],
];

describe('the line of a recorded state', () => {
  test.each(recordedLines)('%s: %s/%s', (state, kind, name, line) => {
    const { snapshot, find, now: then } = recorded(state);
    const object = find(kind, name);
    const status = rolloutStatus(object, snapshot, then);
    expect(statusText(status, waitingDetail(object, snapshot, then))).toBe(line);
  });
});

describe('without a connection', () => {
  test('nothing is said after 3 s, whatever was known', () => {
    const { find, objects, now: then } = recorded('ready-deployment');
    const blind = snapshotOf(objects, { staleSince: then });
    expect(rolloutStatus(find('Deployment', 'app'), blind, then + 2_000).state).toBe('ready');
    expect(rolloutStatus(find('Deployment', 'app'), blind, then + 4_000)).toEqual({
      state: 'unknown',
      waitingFor: 'the connection to the cluster',
    });
  });

  test('a readiness window does not run out meanwhile', () => {
    const { find, objects, now: then } = recorded('readiness-starting');
    const blind = snapshotOf(objects, { staleSince: then });
    const hour = 3_600_000;
    expect(waitingDetail(find('Deployment', 'app'), blind, then + hour)).toBe('waiting for readiness (tcp 5432)');
    expect(waitingDetail(find('Deployment', 'app'), snapshotOf(objects), then + hour)).toBe(
      'readiness probe tcp 5432 fails: connection refused',
    );
  });
});
