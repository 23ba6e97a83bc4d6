import { describe, expect, test } from 'vitest';
import { apiPath } from './cluster-api.ts';
import { readRecording } from './recording.ts';
import { stepsFor } from './run-scenario.ts';
import { digestOf, kubectl, stepName } from './scenario.ts';
import { scenarios } from './scenarios/index.ts';

const isAnswered = (step: object) => !('until' in step) && !('start' in step);

test('the scenarios hold more than two hundred commands of kubectl and helm', () => {
  const commands = scenarios.flatMap(({ steps }) =>
    steps.filter((step) => 'run' in step && !('start' in step)).map(stepName),
  );
  expect(commands.length).toBeGreaterThan(200);
  expect(new Set(commands.map((command) => command.split(' ')[0]))).toEqual(new Set(['kubectl', 'helm']));
});

describe.each(scenarios)('$name', (scenario) => {
  test('has a name of its own that a namespace can carry', () => {
    expect(scenario.name).toMatch(/^[a-z][a-z-]{1,23}$/);
    expect(scenarios.filter(({ name }) => name === scenario.name)).toHaveLength(1);
  });

  test('is recorded with these very commands and manifests', async () => {
    const recording = await readRecording(scenario);
    expect(recording?.digest, 'record it again').toBe(digestOf(scenario));
    const clients = Object.entries(recording?.clients ?? {});
    expect(clients.length).toBeGreaterThan(scenario.clients === 'newest kubectl' ? 0 : 1);
    for (const [name, { version, answers }] of clients) {
      const client = {
        name,
        version,
        tool: scenario.clients === 'every helm' ? 'helm' : 'kubectl',
        program: '',
      } as const;
      const steps = stepsFor(scenario, [client]).filter(isAnswered);
      expect(answers.map(({ step }) => step)).toEqual(steps.map(stepName));
    }
  });
});

test('a command is cut as a shell would cut it', () => {
  expect(kubectl("exec web -- sh -c 'echo one two' --flag='a b'").run).toEqual([
    'kubectl',
    'exec',
    'web',
    '--',
    'sh',
    '-c',
    'echo one two',
    '--flag=a b',
  ]);
});

test.each([
  ['v1/pods/web', '/api/v1/namespaces/n/pods/web'],
  ['apps/v1/deployments', '/apis/apps/v1/namespaces/n/deployments'],
  ['/v1/nodes/x', '/api/v1/nodes/x'],
  ['/rbac.authorization.k8s.io/v1/clusterroles', '/apis/rbac.authorization.k8s.io/v1/clusterroles'],
  ['v1/pods?labelSelector=a%3Db', '/api/v1/namespaces/n/pods?labelSelector=a%3Db'],
])('%s is read at %s', (short, path) => {
  expect(apiPath(short, 'n')).toBe(path);
});
