import { describe, expect, it } from 'vitest';
import { createKubelets } from '../../../src/rehearsal/node/kubelet.ts';
import { noInterference, type Interference } from '../../../src/rehearsal/node/interference.ts';
import { missing } from '../../../src/rehearsal/node/programs.ts';
import { createScheduler } from '../../../src/rehearsal/node/scheduler.ts';
import type { StoredObject } from '../../../src/rehearsal/objects.ts';
import { smallCluster } from '../support/small-cluster.ts';
import { lifeOf, type Life } from './condense.ts';
import { recordedCases, type RecordedCase } from './recorded-manifests.ts';
import recorded from './recorded/pods.json' with { type: 'json' };
import { oneNode } from './one-node.ts';

const notFound = (image: string) =>
  `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve image: ${image}: not found`;

/** Written by the API server when the pod is created (pkg/registry/core/pod/strategy.go). */
const gated = {
  type: 'PodScheduled',
  status: 'False',
  reason: 'SchedulingGated',
  message: 'Scheduling is blocked due to non-empty scheduling gates',
};

/** What the images and commands of these cases do and no table can know. */
function interferenceFor(name: string): Interference {
  let probed = 0;
  return {
    ...noInterference,
    pullProblem: (image) => (image.includes('postgres') ? undefined : notFound(image)),
    exitOf: () => (name === 'oom' ? { after: 1200, exitCode: 137, reason: 'OOMKilled' } : undefined),
    startProblem: ({ command }) => (name === 'no-command' ? missing(command?.[0] ?? '') : undefined),
    probeProblem(type) {
      probed += 1;
      if (name === 'readiness-503')
        return probed === 1 ? 'refused' : { text: 'HTTP probe failed with statuscode: 503' };
      return name === 'startup-slow' && type === 'startup' && probed === 1 ? { text: '' } : undefined;
    },
  };
}

/** Whether a short back-off is seen between two listings is a matter of the kubelet's jitter: of this seed as it was seen. */
const seed = 'node';

/** Lives the same pod on the simulated node. */
function live({ name, spec, later, deleteAfter }: RecordedCase, seconds: number): Life {
  const interference = interferenceFor(name);
  const { client, clock } = smallCluster(
    [createScheduler(), createKubelets({ interference, images: ['docker.io/library/postgres:17'] })],
    { rules: (_, kind) => (kind === 'Pod' ? { gracePeriod: graceOf } : {}) },
    seed,
  );
  client.create(oneNode());
  const pods: StoredObject[] = [];
  const events: StoredObject[] = [];
  client.watch('v1 Pod', ({ object }) => void (object.metadata.name === name && pods.push(object)));
  client.watch('v1 Event', ({ object }) => void events.push(object));
  const neighbour = recordedCases.find(
    (other) => other.name === (name === 'host-port-taken' ? 'host-port' : 'guaranteed'),
  );
  if (['host-port-taken', 'not-beside-server'].includes(name) && neighbour !== undefined) create(neighbour);
  function create({ name: podName, spec: podSpec }: RecordedCase) {
    client.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: podName, namespace: 'default', labels: { case: podName }, generation: 1 },
      spec: podSpec,
      status: { phase: 'Pending', ...(podSpec['schedulingGates'] === undefined ? {} : { conditions: [gated] }) },
    });
  }
  for (const { later: early } of recordedCases) if (early?.after === 0) make(early);
  function make({ kind, name: object, data }: NonNullable<RecordedCase['later']>) {
    client.create({ apiVersion: 'v1', kind, metadata: { name: object, namespace: 'default' }, data });
  }
  clock.advance(3000);
  create({ name, spec });
  clock.after((deleteAfter ?? seconds) * 1000, () => {
    const pod = client.get('v1 Pod', 'default', name);
    if (pod !== undefined)
      client.delete(pod, { gracePeriodSeconds: Number(spec['terminationGracePeriodSeconds'] ?? 30) });
  });
  if (later !== undefined && later.after > 0) clock.after(later.after * 1000, () => make(later));
  clock.advance((seconds + 60) * 1000);
  return lifeOf(name, pods, events, 'default');
}

/** Pods that never started anywhere, or are over, go at once (pkg/registry/core/pod, CheckGracefulDelete). */
function graceOf({ spec, status }: StoredObject, asked: number | undefined): number {
  const { nodeName, terminationGracePeriodSeconds } = spec as {
    nodeName?: string;
    terminationGracePeriodSeconds?: number;
  };
  const { phase } = status as { phase?: string };
  return nodeName === undefined || phase === 'Failed' || phase === 'Succeeded'
    ? 0
    : (asked ?? terminationGracePeriodSeconds ?? 30);
}

/**
 * What must be equal: the recording of a pod that was not deleted on purpose ends at some moment of its life, and a status
 * between two that follow each other at once is seen or not.
 */
function comparable({ statuses, events }: Life, isDeleted: boolean) {
  const lived = isDeleted ? statuses : statuses.filter(([head]) => head?.endsWith('deleted') !== true);
  return {
    statuses: lived.filter(
      ([head, network], index) =>
        !(
          /^(Running|Pending)/.test(head ?? '') &&
          network === 'PodReadyToStartContainers False' &&
          lived[index - 1]?.[1] === 'PodReadyToStartContainers True'
        ),
    ),
    events: events.filter((text) => isDeleted || !/Stopping container web|resulted in unknown state/.test(text)),
  };
}

describe('a pod on the simulated node lives as it did on a real one', () => {
  for (const recordedCase of recordedCases)
    it(recordedCase.name, () => {
      const isDeleted = recordedCase.deleteAfter !== undefined;
      const life = recorded.lives.find(({ name }) => name === recordedCase.name) as Life;
      const real = comparable(life, isDeleted);
      const simulated = comparable(live(recordedCase, 190), isDeleted);
      // Whether a start-up probe that fails for the fourth time meets a back-off is a matter of the kubelet's jitter.
      const known = recordedCase.name === 'startup' ? 8 : Infinity;
      const length = Math.min(real.statuses.length, simulated.statuses.length, known);
      expect(simulated.statuses.slice(0, length)).toEqual(real.statuses.slice(0, length));
      expect(Math.abs(simulated.statuses.length - real.statuses.length)).toBeLessThanOrEqual(
        isDeleted || length < 8 ? 0 : 3,
      );
      expect(simulated.events).toEqual(real.events);
    });
});
