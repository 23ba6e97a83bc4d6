import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AdmissionPlugin } from '../../../src/rehearsal/admission/admission.ts';
import { createChance } from '../../../src/rehearsal/chance.ts';
import { ManualClock } from '../../../src/rehearsal/clock.ts';
import { admissionFaults } from '../../../src/rehearsal/faults/admission-faults.ts';
import { faultCatalogue, grammarOf } from '../../../src/rehearsal/faults/catalogue.ts';
import { parseFault, type Fault } from '../../../src/rehearsal/faults/fault.ts';
import { Faults } from '../../../src/rehearsal/faults/faults.ts';
import { createSecondWriter } from '../../../src/rehearsal/faults/second-writer.ts';
import { createKubelets } from '../../../src/rehearsal/node/kubelet.ts';
import type { Container, Pod } from '../../../src/rehearsal/node/pod.ts';
import { createScheduler } from '../../../src/rehearsal/node/scheduler.ts';
import { smallCluster } from '../support/small-cluster.ts';
import { oneNode } from '../node/one-node.ts';

function fault(text: string): Fault {
  const parsed = parseFault(text);
  if ('problem' in parsed) throw new Error(`${text}: ${parsed.problem.message}`);
  return parsed;
}

const problem = (text: string) => {
  const parsed = parseFault(text);
  return 'problem' in parsed ? parsed.problem : undefined;
};

describe('the text of a fault', () => {
  it.each(faultCatalogue.map(({ example, name }) => [example, name] as const))('%s is read', (example, name) => {
    expect(fault(example)).toMatchObject({ text: example, name });
  });

  it('has a quoted part with colons, and how often it happens', () => {
    expect(fault('crash:api:137:"at 10:00: no database":x2')).toEqual({
      text: 'crash:api:137:"at 10:00: no database":x2',
      name: 'crash',
      values: { COMPONENT: 'api', 'EXIT-CODE': '137', 'LOG-LINE': 'at 10:00: no database' },
      times: 2,
    });
  });

  it('has defaults', () => {
    expect(fault('api-429').values).toEqual({ PERCENT: '10' });
    expect(fault('api-slow:1.5s').values).toEqual({ TIME: '1500' });
    expect(fault('image-pull:web:x1')).toMatchObject({ values: { WHY: 'not-found' }, times: 1 });
  });

  it.each([
    ['image-pul:web', 'no fault is called image-pul (did you mean image-pull?)', 1],
    ['image-pull', 'image-pull needs COMPONENT: image-pull:COMPONENT[:not-found|unauthorised|rate-limit]', 11],
    [
      'image-pull:web:notfound',
      'WHY is one of not-found, unauthorised, rate-limit, not notfound (did you mean not-found?)',
      16,
    ],
    ['slow-start:web:soon', 'TIME is a time such as 500ms, 30s or 5m, not soon', 16],
    ['crash:api:999', 'EXIT-CODE is a number from 0 to 255, not 999', 11],
    ['oom:api:1', 'oom has no such part; it is written oom:COMPONENT', 9],
    ['quota:pods', 'LIMIT is written RESOURCE=NUMBER, not pods', 7],
    ['api-500:200%', 'PERCENT is at most 100%, not 200%', 9],
    ['second-writer:web', 'OBJECT is written KIND/NAME, not web', 15],
    ['watch-410:now', 'watch-410 has no such part; it is written watch-410', 11],
  ])('%s is refused with its place', (text, message, column) => {
    expect(problem(text)).toEqual({ message, column });
  });

  it('is read or refused, never thrown at', () => {
    const names = fc.constantFrom(...faultCatalogue.map(({ name }) => name), 'nothing');
    fc.assert(
      fc.property(names, fc.array(fc.string()), (name, parts) => {
        const found = problem([name, ...parts].join(':'));
        expect(found === undefined || found.column >= 1).toBe(true);
      }),
    );
  });

  it('has a grammar in the menu', () => {
    expect(faultCatalogue.map(grammarOf)).toContain('secret-missing:SECRET[:KEY]');
    expect(new Set(faultCatalogue.map(({ name }) => name)).size).toBe(faultCatalogue.length);
  });
});

/** A node with a pod `web` under these faults. */
function suffering(texts: readonly string[], container: Partial<Container> = {}, spec: object = {}) {
  const admission: AdmissionPlugin[] = [];
  const cluster = smallCluster([], {
    admission,
    rules: (_, kind) => (kind === 'Pod' ? { gracePeriod: (_pod, asked) => asked ?? 0 } : {}),
  });
  const faults = new Faults(texts.map(fault), { clock: cluster.clock, chance: createChance('faults') });
  admission.push(admissionFaults(faults));
  const scheduler = createScheduler({ unschedulable: (pod) => faults.unschedulable(pod) });
  const kubelets = createKubelets({ interference: faults });
  for (const controller of [scheduler, kubelets, createSecondWriter(faults)])
    controller.start({ client: cluster.client, clock: cluster.clock, chance: createChance(controller.name) });
  faults.onChange(() => scheduler.retry());
  cluster.client.create(oneNode());
  const create = (name = 'web-abc') =>
    cluster.client.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'default', generation: 1, labels: { app: 'web' } },
      spec: { containers: [{ name: 'main', image: 'acme/web:1', ...container }], ...spec },
      status: { phase: 'Pending' },
    });
  const status = (name = 'web-abc') => (cluster.client.get('v1 Pod', 'default', name) as Pod).status;
  const main = () => status()?.containerStatuses?.[0];
  return { ...cluster, faults, kubelets, create, status, main };
}

describe('a fault', () => {
  it.each([
    [
      'image-pull:web',
      'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/acme/web:1": failed to resolve image: docker.io/acme/web:1: not found',
    ],
    [
      'image-pull:web:unauthorised',
      'rpc error: code = Unknown desc = failed to pull and unpack image "docker.io/acme/web:1": failed to resolve image: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    ],
    [
      'image-pull:web:rate-limit',
      'rpc error: code = Unknown desc = failed to pull and unpack image "docker.io/acme/web:1": failed to resolve image: unexpected status from HEAD request to https://registry-1.docker.io/v2/acme/web/manifests/1: 429 Too Many Requests',
    ],
  ])('%s keeps the image away', (text, message) => {
    const { create, clock, main } = suffering([text]);
    create();
    clock.advance(3000);
    expect(main()?.state.waiting).toEqual({ reason: 'ErrImagePull', message });
  });

  it('heals after as many times as it was to happen', () => {
    const { create, clock, status, faults } = suffering(['image-pull:web:x2']);
    create();
    clock.advance(120_000);
    expect(status()?.phase).toBe('Running');
    expect(faults.all()).toMatchObject([{ injected: 2, isOn: true }]);
  });

  it('crashes a container with its code and last words, and lets it be when switched off', () => {
    const { create, clock, main, kubelets, client, faults } = suffering(['crash:web:137:"no database"']);
    create();
    clock.advance(20_000);
    expect(main()?.lastState.terminated).toMatchObject({ exitCode: 137, reason: 'Error' });
    const pod = client.get('v1 Pod', 'default', 'web-abc') as Pod;
    expect(kubelets.logsOf(pod, 'main', true)?.at(-1)).toMatchObject({ text: 'no database', stream: 'stderr' });
    faults.switch('crash:web:137:"no database"', false);
    clock.advance(120_000);
    expect(main()?.state.running).toBeDefined();
  });

  it('never lets a container become ready that is to crash', () => {
    const { create, clock, main } = suffering(['crash:web:1'], {
      readinessProbe: { httpGet: { port: 80 }, periodSeconds: 1 },
    });
    create();
    for (let seconds = 0; seconds < 30; seconds += 1) {
      clock.advance(1000);
      expect(main()?.ready ?? false).toBe(false);
    }
  });

  it('kills a container for its memory', () => {
    const { create, clock, main } = suffering(['oom:main']);
    create();
    clock.advance(30_000);
    expect(main()?.lastState.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' });
  });

  it('keeps a pod unready until it is switched off', () => {
    const { create, clock, main, faults } = suffering(['readiness:web'], {
      readinessProbe: { httpGet: { port: 80 }, periodSeconds: 2 },
    });
    create();
    clock.advance(30_000);
    expect(main()).toMatchObject({ ready: false, started: true });
    faults.switch('readiness:web', false);
    clock.advance(3000);
    expect(main()?.ready).toBe(true);
  });

  it('restarts a container whose liveness fails', () => {
    const { create, clock, main } = suffering(['liveness:web'], {
      livenessProbe: { httpGet: { port: 80 }, periodSeconds: 1, failureThreshold: 1 },
    });
    create();
    clock.advance(20_000);
    expect(main()?.restartCount).toBeGreaterThan(0);
  });

  it('makes a start slow', () => {
    const { create, clock, main } = suffering(['slow-start:web:30s'], {
      readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1 },
    });
    create();
    clock.advance(25_000);
    expect(main()?.ready).toBe(false);
    clock.advance(15_000);
    expect(main()?.ready).toBe(true);
  });

  it.each(['cpu', 'memory', 'taint', 'selector'])('keeps a pod unscheduled for %s until it goes', (why) => {
    const text = `unschedulable:web:${why}`;
    const { create, clock, status, faults } = suffering([text]);
    create();
    clock.advance(1000);
    expect(status()?.conditions).toMatchObject([{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }]);
    faults.switch(text, false);
    clock.advance(10_000);
    expect(status()?.phase).toBe('Running');
  });

  it('hides one key of a Secret until it goes', () => {
    const { create, clock, client, main, faults } = suffering(['secret-missing:db:PASSWORD'], {
      env: [{ name: 'P', valueFrom: { secretKeyRef: { name: 'db', key: 'PASSWORD' } } }],
    });
    client.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'db', namespace: 'default' },
      data: { PASSWORD: 'eA==' },
    });
    create();
    clock.advance(10_000);
    expect(main()?.state.waiting).toEqual({
      reason: 'CreateContainerConfigError',
      message: "couldn't find key PASSWORD in Secret default/db",
    });
    faults.switch('secret-missing:db:PASSWORD', false);
    clock.advance(20_000);
    expect(main()?.state.running).toBeDefined();
  });

  it('allows no more objects than its quota', () => {
    const { create } = suffering(['quota:pods=1']);
    create('a');
    expect(() => create('b')).toThrow(
      'pods "b" is forbidden: exceeded quota: rehearsal, requested: pods=1, used: pods=1, limited: pods=1',
    );
  });

  it.each([
    ['webhook:refuse', /^admission webhook "policy\.rehearsal\.deploy-wizard\.dev" denied the request: /],
    ['webhook:timeout', /^Internal error occurred: failed calling webhook .*: context deadline exceeded$/],
  ])('refuses workloads: %s', (text, message) => {
    expect(() => suffering([text]).create()).toThrow(message);
  });

  it('makes nodes not ready, and ready again', () => {
    const { client, clock, faults } = suffering(['node-not-ready']);
    const ready = () =>
      (client.get('v1 Node', undefined, 'local-node')?.['status'] as Pod['status'])?.conditions?.find(
        ({ type }) => type === 'Ready',
      );
    expect(ready()).toMatchObject({ status: 'False', reason: 'KubeletNotReady' });
    faults.switch('node-not-ready', false);
    clock.advance(1000);
    expect(ready()).toMatchObject({ status: 'True', reason: 'KubeletReady' });
  });

  it('writes the object of somebody else once for each of his writes', () => {
    const { client, clock, faults } = suffering(['second-writer:ConfigMap/web']);
    const made = client.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'web', namespace: 'default' },
      data: { a: '1' },
    });
    clock.advance(5000);
    expect(faults.all()).toMatchObject([{ injected: 1 }]);
    expect(() => client.update({ ...made, data: { a: '2' } })).toThrow('the object has been modified');
  });
});

describe('a fault of the API', () => {
  const get = { method: 'GET', resource: 'pods', isWatch: false };
  const of = (text: string, clock = new ManualClock(0)) =>
    new Faults([fault(text)], { clock, chance: createChance(1) });

  it.each([
    ['api-429:100%', 429, 'TooManyRequests'],
    ['api-500:100%', 500, ''],
    ['api-503:100%', 503, 'ServiceUnavailable'],
    ['token-expired', 401, 'Unauthorized'],
  ])('%s answers %d', (text, code, reason) => {
    expect(of(text).apiFault(get)).toMatchObject({ kind: 'status', status: { code, reason } });
  });

  it('strikes about as often as it says', () => {
    const faults = of('api-500:10%');
    for (let request = 0; request < 2000; request += 1) faults.apiFault(get);
    expect(faults.all()[0]?.injected).toBeGreaterThan(150);
    expect(faults.all()[0]?.injected).toBeLessThan(250);
  });

  it('lets somebody be faster with writes only', () => {
    const faults = of('api-conflict:100%');
    expect(faults.apiFault(get)).toBeUndefined();
    expect(faults.apiFault({ method: 'PATCH', resource: 'deployments', name: 'web', isWatch: false })).toMatchObject({
      status: { code: 409, reason: 'Conflict' },
    });
  });

  it('cuts watches, forgets their past, slows requests and puts the clock forward', () => {
    const watch = { ...get, isWatch: true };
    expect(of('watch-closed:500ms').apiFault(watch)).toEqual({ kind: 'close-watch', afterMilliseconds: 500 });
    expect(of('watch-410').apiFault(watch)).toEqual({ kind: 'expired' });
    expect(of('watch-410').apiFault(get)).toBeUndefined();
    expect(of('api-slow:2s').apiFault(get)).toEqual({ kind: 'delay', milliseconds: 2000 });
    expect(of('clock-skew:5m').clockSkew()).toBe(300_000);
  });

  it('lets a token live for a while', () => {
    const clock = new ManualClock(0);
    const faults = of('token-expired:20s', clock);
    expect(faults.apiFault(get)).toBeUndefined();
    clock.advance(20_000);
    expect(faults.apiFault(get)).toMatchObject({ status: { code: 401 } });
  });
});
