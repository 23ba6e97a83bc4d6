import { Api, type ApiParts } from '../../../src/rehearsal/api/api.ts';
import { Registry } from '../../../src/rehearsal/api/registry.ts';
import { createChance } from '../../../src/rehearsal/chance.ts';
import { ManualClock } from '../../../src/rehearsal/clock.ts';
import type { Client } from '../../../src/rehearsal/controllers/client.ts';
import { createComponentClient } from '../../../src/rehearsal/controllers/component-client.ts';
import type { Controller } from '../../../src/rehearsal/controllers/controller.ts';
import { Store } from '../../../src/rehearsal/store/store.ts';

/** A cluster in this process with time that stands still: the API without HTTP, and the controllers under test. */
export interface SmallCluster {
  api: Api;
  clock: ManualClock;
  /** As a person uses it. */
  client: Client;
}

export const startOfTime = Date.UTC(2026, 0, 5, 10, 0, 0);

export function smallCluster(
  controllers: readonly Controller[],
  parts: Partial<ApiParts> = {},
  seed = 'test',
): SmallCluster {
  const clock = new ManualClock(startOfTime);
  const chance = createChance(seed);
  const api = new Api({
    store: new Store(),
    registry: new Registry(),
    clock,
    chance,
    rules: () => ({}),
    admission: [],
    schemaDefaults: (object) => object,
    schemaErrors: () => [],
    metaErrors: () => [],
    trackUpdate: () => undefined,
    ...parts,
  });
  const clientOf = (name: string, user = `system:serviceaccount:kube-system:${name}`) =>
    createComponentClient(api, { user, fieldManager: name, events: { component: name } });
  const client = clientOf('kubectl', 'kubernetes-admin');
  client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' }, spec: {}, status: {} });
  for (const controller of controllers)
    controller.start({ client: clientOf(controller.name), clock, chance: chance.fork(controller.name) });
  clock.settle();
  return { api, clock, client };
}
