import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { diagnose, failureCodes, verdict, type Diagnosis } from '../../../src/kubernetes/diagnosis/index.ts';
import type { KubernetesObject } from '../../../src/kubernetes/objects.ts';
import { recorded, recordedStates, type RecordedState } from '../support/recorded.ts';
import { healthy, states } from './told.ts';

const workloadOf = ({ objects }: RecordedState): KubernetesObject => {
  const kinds = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'PersistentVolumeClaim'];
  const found = kinds.flatMap((kind) => objects.filter((object) => object.kind === kind))[0];
  if (found === undefined) throw new Error('no workload in the recording');
  return found;
};

function diagnoseRecorded(state: RecordedState): Diagnosis | undefined {
  const workload = workloadOf(state);
  return diagnose(workload, state.snapshot, state.now, state.logs(workload));
}

test('every recorded state is told of', () => {
  expect([...Object.keys(states), ...healthy].sort()).toEqual(recordedStates());
});

test.each(Object.entries(states))('%s', (name, { object, cause, evidence, later = 0, ...expected }) => {
  const state = recorded(name);
  const diagnosis = diagnoseRecorded({ ...state, now: state.now + later * 1000 });
  if (later > 0) expect(diagnoseRecorded(state)).toBeUndefined();
  expect(diagnosis).toMatchObject(expected);
  expect(diagnosis?.object.split('/')[0]).toBe(object);
  expect(diagnosis?.cause).toMatch(cause);
  expect(diagnosis?.evidence).not.toEqual([]);
  if (evidence !== undefined) expect(diagnosis?.evidence).toContainEqual(expect.stringMatching(evidence));
  expect(diagnosis?.remedy.length).toBeGreaterThan(0);
  expect(JSON.stringify(diagnosis)).not.toMatch(/undefined|NaN|\[object/);
});

test.each(healthy)('%s: nothing is wrong', (name) => {
  expect(diagnoseRecorded(recorded(name))).toBeUndefined();
});

interface Transcribed {
  code: string;
  state: string;
  words: string;
  become: string;
  /** Reason of the events that carry the words. */
  reason?: string;
  source: string;
}

const fixture = (name: string): string => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);

describe('words of other clusters', () => {
  test.each(parse(fixture('transcribed.yaml')) as Transcribed[])(
    '$code ($source)',
    ({ code, state, words, become, reason }) => {
      const changed = recorded(state, (text) => {
        expect(text).toContain(inJson(words));
        const told = text.replaceAll(inJson(words), inJson(become));
        return reason === undefined ? told : told.replaceAll('"FailedMount"', JSON.stringify(reason));
      });
      const diagnosis = diagnoseRecorded(changed);
      expect(diagnosis?.code).toBe(code);
      expect(JSON.stringify(diagnosis)).not.toMatch(/undefined|NaN/);
    },
  );
});

interface RecordedLogLines {
  code: string;
  command: string;
  lines: string[];
}

describe('words of programs', () => {
  test.each(JSON.parse(fixture('logs.json')) as RecordedLogLines[])('$code: $command', ({ code, lines }) => {
    const state = recorded('crash-exit-1');
    const workload = workloadOf(state);
    const [name = ''] = Object.keys(state.logs(workload));
    const diagnosis = diagnose(workload, state.snapshot, state.now, { [name]: lines });
    expect(diagnosis?.code).toBe(code);
    expect(diagnosis?.cause).not.toMatch(/undefined|\(\)| at ,/);
  });
});

test('every code has a state or words that lead to it', () => {
  const told = [
    ...Object.values(states),
    ...(parse(fixture('transcribed.yaml')) as Transcribed[]),
    ...(JSON.parse(fixture('logs.json')) as RecordedLogLines[]),
  ].map(({ code }) => code);
  const elsewhere = [
    'node-cannot-read-settings',
    'pvc-lost',
    'image-pull-failed',
    'volume-mount-failed',
    'pods-refused',
    'database-needs-tls',
  ];
  expect(
    failureCodes()
      .filter((code) => !told.includes(code))
      .sort(),
  ).toEqual(elsewhere.sort());
});

test('what the parent says and what pods say come together in one verdict', () => {
  const state = recorded('readiness-failing');
  const workload = workloadOf(state);
  const { status, detail, diagnosis } = verdict(workload, state.snapshot, state.now);
  expect(status).toEqual({
    state: 'stalled',
    reason: 'readiness-failing',
    waitingFor: 'readiness probe GET /health fails: 503',
    ready: 0,
    wanted: 1,
  });
  expect(detail).toBe('readiness probe GET /health fails: 503');
  expect(diagnosis?.failsAt).toBeGreaterThan(state.now);
});
