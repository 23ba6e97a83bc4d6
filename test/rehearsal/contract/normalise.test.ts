import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Normaliser } from './normalise.ts';

const names = {
  namespace: 'contract-x-web-0',
  nodes: ['local-node'],
  directory: '/tmp/contract-1/contract-x-web-0',
  server: 'https://127.0.0.1:8443',
  version: 'v1.34.10',
  provisioner: 'example.org/disk',
};
const normaliser = () => new Normaliser(names);
const uid = '36012532-9940-4824-9e96-dd70efaec674';

describe('what differs by nature', () => {
  test.each([
    ['"contract-x-web-0"', '"<namespace>"'],
    ['Successfully assigned contract-x-web-0/web to local-node', 'Successfully assigned <namespace>/web to <node>'],
    ['2026-11-24T13:41:02Z and 2026-11-24 13:41:02.123456789 +0000 UTC', '<time> and <time>'],
    ['Tue, 24 Nov 2026 07:05:07 +0000', '<time>'],
    ['LAST DEPLOYED: Tue Nov 24 13:41:14 2026', 'LAST DEPLOYED: <time>'],
    ['Pod IP 10.244.0.17', 'Pod IP <ip>'],
    ['bound to 127.0.0.1:41234', 'bound to <local>'],
    ['pod/web-7c5d4bdf54-x2k9p deleted', 'pod/web-<hash 1>-<suffix> deleted'],
    ['job in pod in-place-8xmb6_contract-x-web-0(' + uid + ')', 'job in pod in-place-<suffix>_<namespace>(<uid>)'],
    ['web   1/1   Running   2 (5s ago)   3m20s', 'web   1/1   Running   2 (<age> ago)   <age>'],
    ['Warning  BackOff  2s (x3 over 10s)  kubelet', 'Warning  BackOff  <age>  kubelet'],
    ['80:31234/TCP', '80:<node port>/TCP'],
    ['Server Version: v1.34.10', 'Server Version: v1.34.x'],
    ['get https://127.0.0.1:8443/api', 'get <server>/api'],
    ['job.batch/tick-29400001 created', 'job.batch/tick-<minute> created'],
    ['volume pvc-29400001-a5c6-4d45-af89-b1e824b76ffe', 'volume pvc-<uid>'],
    [
      'from example.org/disk_disk-7c5d4bdf54-x2k9p_' + uid + ' of example.org/disk',
      'from <provisioner> of <provisioner>',
    ],
    ['docker.io/library/busybox@sha256:' + 'a1'.repeat(32), 'docker.io/library/busybox@sha256:<digest>'],
  ])('%s', (text, wanted) => {
    expect(normaliser().text(text)).toBe(wanted);
  });

  test('goes from objects whatever the field is called', () => {
    const object = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', uid, resourceVersion: '7', creationTimestamp: '2026-11-24T13:41:02Z' },
      spec: { ports: [{ port: 80, nodePort: 30_080 }] },
    };
    expect(normaliser().objects([object])).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: {
          name: 'web',
          uid: '<uid of Service web>',
          resourceVersion: '<version>',
          creationTimestamp: '<time>',
        },
        spec: { ports: [{ port: 80, nodePort: '<node port>' }] },
      },
    ]);
  });
});

describe('what a cluster answers for', () => {
  test.each([
    'back-off 10s restarting failed container=app',
    'delay=0s timeout=1s period=10s #success=1 #failure=3',
    'error: deployment "web" exceeded its progress deadline',
    'exit code 137',
    'cpu:  10m',
    'busybox:1.37',
    'listening on 0.0.0.0:8080',
    'ClusterIP  None',
    '3 out of 5 new replicas have been updated',
    'helm.sh/release.v1',
  ])('stays: %s', (text) => {
    expect(normaliser().text(text)).toBe(text);
  });

  test('references to the old and the new hash stay apart, in the order of their age', () => {
    const replicaSet = (hash: string, second: number) => ({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: `web-${hash}`, creationTimestamp: `2026-11-24T13:41:0${second}Z` },
    });
    const own = normaliser();
    const found = own.objects([replicaSet('5d4f8c7b9c', 2), replicaSet('9c8b7d6f5d', 1)]);
    expect(found).toMatchObject([{ metadata: { name: 'web-<hash 1>' } }, { metadata: { name: 'web-<hash 2>' } }]);
    expect(own.text('created web-5d4f8c7b9c')).toBe('created web-<hash 2>');
  });

  test('what was seen on its way is not counted', () => {
    const own = normaliser();
    const mark = own.mark();
    own.text('web-9c8b7d6f5d');
    own.reset(mark);
    expect(own.text('web-5d4f8c7b9c')).toBe('web-<hash 1>');
  });

  test('an event says the same however often it came', () => {
    const event = (count: number) => ({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `web.${count}` },
      type: 'Warning',
      reason: 'BackOff',
      message: 'Back-off restarting failed container',
      involvedObject: { kind: 'Pod', name: 'web', fieldPath: 'spec.containers{app}' },
      source: { component: 'kubelet' },
      count,
    });
    expect(normaliser().events([event(1), event(4)])).toEqual([
      {
        type: 'Warning',
        reason: 'BackOff',
        message: 'Back-off restarting failed container',
        about: 'Pod web spec.containers{app}',
        from: 'kubelet',
      },
    ]);
  });
});

test('what is normalised stays as it is when it is normalised again', () => {
  const words = fc.constantFrom(
    'contract-x-web-0',
    'web-7c5d4bdf54-x2k9p',
    '10.96.0.1',
    uid,
    '2026-11-24T13:41:02Z',
    '3m20s',
    '80:31234/TCP',
    'local-node',
    'v1.34.10',
    'Running',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(words, fc.string())), (parts) => {
      const own = normaliser();
      const once = own.text(parts.join(' '));
      expect(own.text(once)).toBe(once);
    }),
  );
});
