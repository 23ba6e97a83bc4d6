import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/errors/errors.ts';
import type { FoundCluster } from '../../../src/providers/provider.ts';
import { keys } from '../../support/terminal.ts';
import { openInk, recipes, todo } from './open-ink.ts';

function deferred<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((settle) => (resolve = settle));
  return { promise, resolve };
}

describe('choosing a recipe', () => {
  test('by name through the filter', async () => {
    const { frontend, terminal } = openInk();
    const chosen = frontend.chooseRecipe(recipes);
    await terminal.waitFor('What do you want to deploy?');
    terminal.type('/nova');
    await terminal.waitFor('/ nova');
    expect(terminal.screen.text()).not.toContain('kairoflow');
    terminal.type(keys.enter);
    expect(await chosen).toBe('novahost');
  });

  test('? explains, q quits', async () => {
    const { frontend, terminal } = openInk();
    const chosen = frontend.chooseRecipe(recipes);
    await terminal.waitFor('? why');
    terminal.type('?');
    await terminal.waitFor('choosing one changes');
    terminal.type('q');
    expect(await chosen).toBeUndefined();
  });
});

describe('choosing a cluster', () => {
  const clusters: FoundCluster[] = [
    {
      provider: 'context',
      name: 'old-lab',
      context: 'old-lab',
      state: 'running',
      detail: '',
      problem: 'dial tcp 10.0.0.7:6443: i/o timeout',
    },
    {
      provider: 'minikube',
      name: 'minikube',
      context: 'minikube',
      state: 'stopped',
      detail: 'profile "minikube", stopped',
    },
    {
      provider: 'kind',
      name: 'kind-dev',
      context: 'kind-dev',
      state: 'running',
      detail: 'Kubernetes 1.34',
      server: 'https://127.0.0.1:6443',
    },
  ];

  test('the list arrives while one waits; what cannot be used says why', async () => {
    const { frontend, terminal, clock } = openInk();
    const search = deferred<FoundCluster[]>();
    const chosen = frontend.chooseCluster({ found: search.promise, recipe: todo, canGoBack: false });
    await terminal.waitFor('looking for clusters');
    clock.advance(400);
    search.resolve(clusters);
    await terminal.waitFor('Found 3 clusters in 0.4 s; old-lab: dial tcp');
    // The first that can be used is selected.
    expect(terminal.screen.text()).toMatch(/› minikube +profile "minikube", stopped +will be started/);
    terminal.type(keys.up + keys.enter);
    await terminal.waitFor('old-lab cannot be used now');
    terminal.type(keys.down + keys.down + keys.enter);
    expect(await chosen).toBe(clusters[2]);
  });

  test('leaving does not wait for the search', async () => {
    const { frontend, terminal } = openInk();
    const found = new Promise<FoundCluster[]>(() => undefined);
    const chosen = frontend.chooseCluster({ found, recipe: todo, canGoBack: false });
    await terminal.waitFor('looking for clusters');
    expect(terminal.screen.text()).not.toContain('back');
    terminal.type('q');
    expect(await chosen).toBeUndefined();
  });

  test.each([keys.left, keys.escape])('%j goes back to the recipe, where that was chosen', async (key) => {
    const { frontend, terminal } = openInk();
    const chosen = frontend.chooseCluster({ found: Promise.resolve(clusters), recipe: todo, canGoBack: true });
    await terminal.waitFor('← back');
    terminal.type(key);
    expect(await chosen).toBe('back');
  });

  test("a search that fails is the caller's", async () => {
    const { frontend } = openInk();
    await expect(
      frontend.chooseCluster({ found: Promise.reject(new UserError('no kubeconfig')), recipe: todo, canGoBack: false }),
    ).rejects.toThrow('no kubeconfig');
  });

  test('the clock stands still when nothing moves', async () => {
    const { frontend, terminal, clock } = openInk();
    const search = deferred<FoundCluster[]>();
    void frontend.chooseCluster({ found: search.promise, recipe: todo, canGoBack: false });
    await terminal.waitFor('looking for clusters');
    expect(clock.timers).toBe(1);
    search.resolve(clusters);
    await terminal.waitFor('Found 3');
    clock.advance(1000);
    expect(clock.timers).toBe(0);
  });
});

describe('a rehearsal', () => {
  const request = {
    recipe: todo,
    faults: [
      { spec: 'image-pull:web', title: 'The image cannot be pulled.', shows: 'Shows: ErrImagePull.' },
      { spec: 'oom:web', title: 'It needs more memory than its limit.', shows: 'Shows: OOMKilled.' },
    ],
    real: ['kubectl and helm'],
    rehearsed: ['the API server'],
  };

  test('says what is real and what is played; Enter alone begins without a fault', async () => {
    const { frontend, terminal } = openInk();
    const chosen = frontend.chooseFaults(request);
    await terminal.waitFor('Real: kubectl and helm.');
    expect(terminal.screen.text()).toContain('Played: the API server.');
    await terminal.waitFor('enter rehearse without faults');
    terminal.type(keys.enter);
    expect(await chosen).toEqual([]);
  });

  test('takes the faults that were ticked, and lets them be unticked', async () => {
    const { frontend, terminal } = openInk();
    const chosen = frontend.chooseFaults(request);
    await terminal.waitFor('[ ] image-pull:web');
    terminal.type(` ${keys.down} `);
    await terminal.waitFor('[x] oom:web');
    await terminal.waitFor('Shows: OOMKilled.');
    terminal.type(`${keys.up} `);
    await terminal.waitFor('[ ] image-pull:web');
    terminal.type(keys.enter);
    expect(await chosen).toEqual(['oom:web']);
  });

  test('goes back to the clusters, and can be left', async () => {
    const first = openInk();
    const back = first.frontend.chooseFaults(request);
    await first.terminal.waitFor('← back');
    first.terminal.type(keys.left);
    expect(await back).toBe('back');
    const second = openInk();
    const left = second.frontend.chooseFaults(request);
    await second.terminal.waitFor('q quit');
    second.terminal.type('q');
    expect(await left).toBeUndefined();
  });
});
