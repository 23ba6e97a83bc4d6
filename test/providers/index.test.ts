import { describe, expect, it } from 'vitest';
import { createProviders, listClusters } from '../../src/providers/index.ts';
import type { FoundCluster, Provider } from '../../src/providers/provider.ts';
import { fakeRun } from '../support/fake-run.ts';

const signal = new AbortController().signal;

describe('all providers', () => {
  it('are offered in this order', () => {
    const { run } = fakeRun({});
    expect(createProviders({ run }).map(({ kind }) => kind)).toEqual([
      'minikube',
      'kind',
      'k3d',
      'context',
      'rehearsal',
    ]);
  });

  it('find only the built-in cluster on a machine without programs', async () => {
    const { run } = fakeRun({
      minikube: { missing: true },
      kind: { missing: true },
      k3d: { missing: true },
      kubectl: { missing: true },
    });
    expect(await listClusters(createProviders({ run }), signal)).toMatchObject([{ provider: 'rehearsal' }]);
  });

  it('look side by side', async () => {
    let waiting = 0;
    let most = 0;
    let release: () => void = () => undefined;
    const everybodyLooks = new Promise<void>((resolve) => {
      release = resolve;
    });
    const looking = (name: string) =>
      ({
        list: async (): Promise<FoundCluster[]> => {
          waiting += 1;
          most = Math.max(most, waiting);
          if (waiting === 3) release();
          await everybodyLooks;
          return [{ provider: 'context', name, context: name, state: 'running', detail: '' }];
        },
      }) as unknown as Provider;
    const found = await listClusters([looking('a'), looking('b'), looking('c')], signal);
    expect(most).toBe(3);
    expect(found.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });
});
