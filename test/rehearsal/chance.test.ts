import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createChance } from '../../src/rehearsal/chance.ts';
import { deployment, wholeCluster } from './support/whole-cluster.ts';

describe('a source of chance', () => {
  it('gives the same for the same seed and name, whatever was drawn before', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(20), (seed, name, draws) => {
        const [one, other] = [createChance(seed), createChance(seed)];
        for (let count = 0; count < draws; count += 1) one.next();
        expect(one.fork(name).uuid()).toBe(other.fork(name).uuid());
      }),
    );
  });

  it('writes uuids of version 4, hexadecimal digits and suffixes of the length that is asked', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 70 }), (seed, length) => {
        const chance = createChance(seed);
        expect(chance.uuid()).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
        expect(chance.hex(length)).toMatch(new RegExp(`^[0-9a-f]{${length}}$`));
        expect(chance.suffix(length)).toMatch(new RegExp(`^[bcdfghjklmnpqrstvwxz2456789]{${length}}$`));
      }),
    );
  });

  it('gives a hundred thousand names as many different uuids, and every number its share', () => {
    const chance = createChance('names');
    const seen = new Set<string>();
    const counts = Array.from({ length: 10 }, () => 0);
    for (let index = 0; index < 100_000; index += 1) {
      const own = chance.fork(`/pods default web-${index}`);
      seen.add(own.uuid());
      const number = own.below(10);
      counts[number] = (counts[number] ?? 0) + 1;
    }
    expect(seen.size).toBe(100_000);
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });
});

describe('a cluster with the same seed', () => {
  /** Name, uid and volumes of each pod of one Deployment, and what its containers are called. */
  const pods = (others: readonly string[]) => {
    const { cluster, clock, create } = wholeCluster();
    for (const other of others) create(deployment(other, 2));
    create(deployment('web', 3));
    clock.advance(60_000);
    return cluster.api.reader
      .list('v1 Pod', { namespace: 'default', labels: { app: 'web' } })
      .map(({ metadata: { name, uid }, spec, status }) => ({
        name,
        uid,
        volumes: (spec as { volumes: { name: string }[] }).volumes.map((volume) => volume.name),
        containers: (status as { containerStatuses: { containerID?: string }[] }).containerStatuses.map(
          ({ containerID }) => containerID,
        ),
      }));
  };

  it('gives an object the same name and uid whatever else was created before', () => {
    const alone = pods([]);
    expect(alone).toHaveLength(3);
    expect(alone.every(({ containers }) => containers.every((id) => id?.startsWith('containerd://')))).toBe(true);
    expect(pods(['api', 'cache'])).toEqual(alone);
  });

  it('gives what is created again under its name another uid', () => {
    const { cluster, create } = wholeCluster();
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' } };
    const first = create(object);
    const resource = cluster.api.registry.ofKind('v1 ConfigMap');
    if (resource === undefined) throw new TypeError('no config maps');
    cluster.api.delete({ resource, namespace: 'default', name: 'a' }, {}, { user: 'a', fieldManager: 'a' });
    expect(create(object).metadata.uid).not.toBe(first.metadata.uid);
  });
});
