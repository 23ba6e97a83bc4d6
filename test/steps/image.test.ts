import { describe, expect, it } from 'vitest';
import { ToolError } from '../../src/errors/errors.ts';
import type { PlanTarget } from '../../src/plan/plan.ts';
import { World, type Wish } from '../support/world.ts';

const tag = 'shop-web:abc';
const image = (id = 'web', name = tag, more: Wish['params'] = {}): Wish => ({
  id: `image.${id}`,
  kind: 'image',
  params: { context: 'web', dockerfile: 'docker/Dockerfile', args: {}, pull: name, push: name, ...more },
});
const cluster = (isStarted: boolean): Wish => ({
  id: 'cluster.target',
  kind: 'cluster',
  params: { name: 'minikube', provider: 'minikube', isStarted },
});

async function up(world: World, ...wishes: Wish[]) {
  world.executed.length = 0;
  world.events.length = 0;
  const result = await world.up(world.plan(wishes));
  const commands = world.executed.flatMap(([program = '', word = '']) =>
    program === 'kubectl' ? [] : [`${program} ${word}`],
  );
  return { ...result, commands };
}

describe('an image', () => {
  it('is built and brought to the nodes, once', async () => {
    const world = new World();
    expect(await up(world, cluster(true), image())).toMatchObject({
      changed: true,
      commands: ['docker build', 'minikube image'],
    });
    expect(world.events).toContainEqual({
      type: 'step.progressed',
      step: 'image.web',
      message: '[1/2] FROM scratch',
      done: 1,
      total: 2,
    });
    expect(await up(world, cluster(true), image())).toMatchObject({ changed: false, commands: [] });
  });

  it('that is larger than the recipe wants is delivered, and warned of', async () => {
    const world = new World();
    world.docker.imageSize = 90 * 1024 ** 2 + 1;
    expect(await up(world, cluster(true), image('web', tag, { maxSize: '90Mi' }))).toMatchObject({ outcome: 'done' });
    expect(world.events).toContainEqual(
      expect.objectContaining({
        type: 'step.finished',
        step: 'image.web',
        warnings: ['The image has 91 MiB, and its recipe wants at most 90Mi'],
      }),
    );
    await up(world, cluster(true), image('api', 'shop-api:abc', { maxSize: '91Mi' }));
    expect(world.events.filter((event) => 'warnings' in event)).toEqual([]);
  });

  it('that the engine has is only brought to the nodes', async () => {
    const world = new World();
    world.docker.images.add(tag);
    expect(await up(world, cluster(true), image())).toMatchObject({ changed: true, commands: ['minikube image'] });
  });

  it('for nodes that share the engine needs no way there', async () => {
    const world = new World({ delivery: { by: 'shared-daemon' } });
    expect(await up(world, cluster(true), image())).toMatchObject({ changed: true, commands: ['docker build'] });
    expect(await up(world, cluster(true), image())).toMatchObject({ changed: false, commands: [] });
  });

  it('is built while the cluster starts, and brought there then', async () => {
    const world = new World({ state: 'stopped' });
    const { outcome, commands } = await up(world, cluster(false), image());
    expect(outcome).toBe('done');
    expect(commands.toSorted()).toEqual(['docker build', 'minikube addons', 'minikube image', 'minikube start']);
    expect(commands.at(-1)).toBe('minikube image');
    expect(world.events).toContainEqual(
      expect.objectContaining({ type: 'step.waiting', blocker: 'the cluster, to bring the image to its nodes' }),
    );
  });

  it('that an earlier run delivered is found although the list of a started runtime is not complete at first', async () => {
    const world = new World({ state: 'stopped' });
    world.docker.images.add(tag);
    const answers = [false, undefined, true];
    world.provider.hasImage = async () => answers.shift();
    const { outcome, commands } = await up(world, cluster(false), image());
    expect([outcome, answers]).toEqual(['done', []]);
    expect(commands).not.toContain('minikube image');
  });

  it('does not wait for a cluster that does not start', async () => {
    const world = new World({ state: 'stopped' });
    world.failure = (argv) =>
      argv[1] === 'start' ? new ToolError('no room', { argv, status: 1, lastLines: [] }) : undefined;
    const { failures, commands } = await up(world, cluster(false), image());
    expect(failures.map(({ step }) => step)).toEqual(['cluster.target']);
    expect(commands).not.toContain('minikube image');
  });

  it('that the nodes do not have after all is a failure, whatever the program said', async () => {
    const target: Partial<PlanTarget> = { delivery: { by: 'push', push: 'localhost:5000', pull: 'registry.local' } };
    const world = new World(target);
    world.docker.pushed = () => undefined;
    expect((await up(world, cluster(true), image())).failures).toMatchObject([
      { failure: { code: 'image-not-delivered' } },
    ]);
  });

  it('that does not build says why', async () => {
    const world = new World();
    world.failure = (argv) =>
      argv[1] === 'build'
        ? new ToolError('npm ci failed', { argv, status: 1, lastLines: ['npm error'], code: 'build-failed' })
        : undefined;
    expect((await up(world, cluster(true), image())).failures).toMatchObject([
      { failure: { code: 'build-failed', evidence: ['npm error'] } },
    ]);
  });
});
