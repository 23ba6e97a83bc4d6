import { describe, expect, it } from 'vitest';
import { ToolError } from '../../src/errors/errors.ts';
import { kindOf, stepIn, World, type Wish } from '../support/world.ts';

const cluster = (isStarted: boolean): Wish => ({
  id: 'cluster.target',
  kind: 'cluster',
  params: { name: 'minikube', provider: 'minikube', isStarted },
});

describe('the cluster', () => {
  it('that runs is proven to be the approved one, and not changed', async () => {
    const world = new World();
    expect(await world.up(world.plan([cluster(true)]))).toMatchObject({ outcome: 'done', changed: false });
    expect(
      world.executed.every(([program, , , ...words]) => program === 'kubectl' && /config|get/.test(words.join(' '))),
    ).toBe(true);
  });

  it('that is another one by now ends the run', async () => {
    const world = new World();
    const plan = world.plan([cluster(true)]);
    const failure = new Error('no longer the cluster that you approved');
    const context = world.context(stepIn(plan), plan, { connected: async () => Promise.reject(failure) });
    await expect(kindOf('cluster').check(stepIn(plan).params, context)).rejects.toBe(failure);
  });

  it('that is stopped is started, with its progress shown, and is not ours to delete', async () => {
    const world = new World({ state: 'stopped' });
    expect(await world.up(world.plan([cluster(false)]))).toMatchObject({ outcome: 'done', changed: true });
    expect(world.target.state).toBe('running');
    expect(world.events.flatMap((event) => (event.type === 'step.progressed' ? [event.message] : []))).toEqual([
      'minikube start -p minikube',
      'minikube addons enable metrics-server -p minikube',
      'proving that the cluster answers',
    ]);
    expect(world.ledger?.entries).toMatchObject([{ made: [], undo: {} }]);
  });

  it('that did not exist is remembered as made', async () => {
    const world = new World({ state: 'absent' });
    await world.up(world.plan([cluster(false)]));
    expect(world.ledger?.entries).toMatchObject([{ undo: { provider: 'minikube', name: 'minikube' } }]);
  });

  it('that does not start says why', async () => {
    const world = new World({ state: 'stopped' });
    world.failure = (argv) =>
      argv[1] === 'start'
        ? new ToolError('no room', { argv, status: 1, lastLines: ['disk full'], code: 'minikube-disk' })
        : undefined;
    expect((await world.up(world.plan([cluster(false)]))).failures).toMatchObject([
      { failure: { code: 'minikube-disk', evidence: ['disk full'] } },
    ]);
  });
});

describe('the tests of a chart', () => {
  const test: Wish = { id: 'helm-test.web', kind: 'helm-test', params: { release: 'web', namespace: 'shop' } };

  it('run after a change of what they test, and change nothing themselves', async () => {
    const world = new World();
    const plan = world.plan([
      { id: 'namespace.app', kind: 'namespace', params: { name: 'shop', labels: {} } },
      { ...test, needs: ['namespace.app'] },
    ]);
    const testCommands = () => world.executed.filter(([, command]) => command === 'test').length;
    await world.up(plan);
    expect([testCommands(), world.ledger?.entries.map(({ step }) => step)]).toEqual([1, ['namespace.app']]);
    await world.up(plan);
    expect(testCommands()).toBe(1);
  });

  it('that fail say so', async () => {
    const world = new World();
    const plan = world.plan([test]);
    const context = world.context(stepIn(plan), plan, { isAfterChange: true });
    world.failure = (argv) => new ToolError('1 test failed', { argv, status: 1, lastLines: ['pod web-test failed'] });
    expect(await kindOf('helm-test').check(stepIn(plan).params, context)).toMatchObject({ found: 'todo' });
    await expect(kindOf('helm-test').run(stepIn(plan).params, context)).rejects.toThrow('1 test failed');
  });
});
