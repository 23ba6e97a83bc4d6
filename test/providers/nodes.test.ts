import { describe, expect, it } from 'vitest';
import { detailOf, requestedCpu, type NodeFacts } from '../../src/providers/nodes.ts';

const node = (more: Partial<NodeFacts> = {}): NodeFacts => ({
  version: '1.34.10',
  runtime: 'containerd://2.2.9',
  addresses: [],
  cpu: 2,
  ...more,
});

describe('the words about nodes', () => {
  it('tell version, nodes and what is free, cut to a tenth', () => {
    expect(detailOf([node()], 3.97)).toBe('Kubernetes 1.34, 1 node, 3.9 CPU free');
    expect(detailOf([node(), node()], undefined)).toBe('Kubernetes 1.34, 2 nodes');
    expect(detailOf([node()], 0)).toBe('Kubernetes 1.34, 1 node, 0.0 CPU free');
  });

  it.each([
    ['digitalocean://3164444', 'DigitalOcean'],
    ['aws:///eu-central-1a/i-0abc', 'AWS'],
    ['gce://project/zone/name', 'Google Cloud'],
    ['azure:///subscriptions/x', 'Azure'],
    ['vultr://1', 'Vultr'],
  ])('%s tells the cloud', (providerId, cloud) => {
    expect(detailOf([node({ providerId }), node({ providerId })], undefined)).toBe(`${cloud}, 2 nodes`);
  });

  it.each(['kind://docker/dev/dev-control-plane', 'k3s://k3d-dev-server-0', 'other://x'])(
    '%s is no cloud',
    (providerId) => {
      expect(detailOf([node({ providerId })], undefined)).toBe('Kubernetes 1.34, 1 node');
    },
  );
});

describe('what a pod asks for', () => {
  const asking = (cpu: string, more: object = {}) => ({ resources: { requests: { cpu } }, ...more });

  it('is the sum of its containers', () => {
    expect(requestedCpu({ spec: { containers: [asking('100m'), asking('0.5'), {}] } })).toBeCloseTo(0.6);
    expect(requestedCpu({})).toBe(0);
  });

  it('is its largest init container when that asks for more', () => {
    expect(requestedCpu({ spec: { containers: [asking('1')], initContainers: [asking('3'), asking('2')] } })).toBe(3);
  });

  it('counts sidecars with the containers and with the init containers after them', () => {
    const sidecar = asking('500m', { restartPolicy: 'Always' });
    expect(requestedCpu({ spec: { containers: [asking('1')], initContainers: [sidecar] } })).toBe(1.5);
    expect(requestedCpu({ spec: { containers: [asking('1')], initContainers: [sidecar, asking('2')] } })).toBe(2.5);
  });

  it('counts the overhead of its runtime class', () => {
    expect(requestedCpu({ spec: { containers: [asking('1')], overhead: { cpu: '250m' } } })).toBe(1.25);
  });
});
