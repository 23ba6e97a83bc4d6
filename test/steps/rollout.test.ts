import { describe, expect, it } from 'vitest';
import type { KubernetesObject } from '../../src/kubernetes/objects.ts';
import { answer, closedPort, httpServer } from '../support/http-server.ts';
import { deployment, service } from '../support/manifests.ts';
import { World, type Wish } from '../support/world.ts';

const rollout = (services: object[] = []): Wish => ({
  id: 'rollout.web',
  kind: 'rollout',
  params: { release: 'web', namespace: 'shop', services: services as never },
});
const page = { id: 'page', name: 'web', port: 80, scheme: 'http', path: '/', show: 'Open' };

function installed(...objects: KubernetesObject[]): World {
  const world = new World();
  world.helm.releases.set('shop/web', { name: 'web', namespace: 'shop', revision: 1, status: 'deployed', objects });
  for (const object of objects) world.cluster.put(object);
  return world;
}

describe('a rollout', () => {
  it('ends when every object is ready, says so of each, and has changed nothing', async () => {
    const world = installed(deployment('web'), service('web'), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', namespace: 'shop' },
    });
    expect(await world.up(world.plan([rollout()]))).toMatchObject({ outcome: 'done', changed: false });
    expect(
      world.events.flatMap((event) => (event.type === 'rollout.changed' ? [`${event.object} ${event.state}`] : [])),
    ).toEqual(['Deployment/web ready']);
  });

  it('waits with the words of the object, and goes on when it is ready', async () => {
    const world = new World();
    const ready = world.cluster.react;
    world.cluster.react = () => undefined;
    const web = deployment('web');
    world.helm.releases.set('shop/web', {
      name: 'web',
      namespace: 'shop',
      revision: 1,
      status: 'deployed',
      objects: [web],
    });
    const stored = world.cluster.put(web);
    const waits: string[] = [];
    const result = await world.up(world.plan([rollout()]), {
      emit: (event) => {
        if (event.type !== 'step.waiting') return;
        waits.push(event.blocker);
        world.cluster.react = ready;
        ready(stored);
      },
    });
    expect(result.outcome).toBe('done');
    expect(waits[0]).toMatch(/^web: /);
  });

  it('fails with the cause that the cluster gives', async () => {
    const world = installed();
    world.cluster.react = () => undefined;
    const stuck = {
      ...deployment('web'),
      status: {
        observedGeneration: 1,
        conditions: [
          { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out' },
        ],
      },
    };
    world.helm.releases.set('shop/web', {
      name: 'web',
      namespace: 'shop',
      revision: 1,
      status: 'deployed',
      objects: [stuck],
    });
    world.cluster.put(stuck);
    const { failures } = await world.up(world.plan([rollout()]));
    expect(failures).toHaveLength(1);
    expect(failures[0]?.failure.code).not.toBe('bug');
    expect(failures[0]?.failure.cause).toContain('web');
  });

  it('finds the addresses of its Services; that of the release is the first', async () => {
    const { port, url } = await httpServer((_request, response) => answer(response, 200));
    const world = installed(
      service('web', { ports: [{ port: 80, nodePort: port }] }),
      service('api', { ports: [{ port: 8000 }] }),
    );
    world.provider.addresses = ['127.0.0.1'];
    world.forward = () => port;
    const result = await world.up(world.plan([rollout([page, { ...page, id: 'api', name: 'api', port: 8000 }])]));
    expect(result.outputs).toEqual({
      'releases.web.url': url,
      'releases.web.services.page.url': url,
      'releases.web.services.api.url': url,
    });
    expect(world.forwarded).toEqual(['api']);
  });

  it('looks again at pods that say that they are ready and do not answer, as those of a cluster that just started', async () => {
    const world = installed(service('web', { ports: [{ port: 80 }] }));
    const port = await closedPort();
    world.forward = () => port;
    const waits: string[] = [];
    const result = await world.up(world.plan([rollout([page])]), {
      emit(event) {
        if (event.type !== 'step.waiting') return;
        waits.push(event.blocker);
        void httpServer((_request, response) => answer(response, 200), port);
      },
    });
    expect(waits).toEqual(['Nothing answers at port 80 of the Service web']);
    expect(result.outputs).toMatchObject({ 'releases.web.url': `http://127.0.0.1:${port}` });
  });
});
