import type { Registry } from '../../api/registry.ts';
import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import type { Reader } from '../client.ts';
import { namesOf, type Controller } from '../controller.ts';
import { Reconciler } from '../reconciler.ts';
import { deletableResources, kindNameOf } from './garbage-collector.ts';

interface Options {
  registry: Registry;
  /** The status that a quota has now: what it allows and what is used. */
  quotaStatus(quota: StoredObject, reader: Reader): object;
}

const kind = 'v1 ResourceQuota';
/** Milliseconds in which changes are collected. */
const collected = 100;
/** Objects that may take another amount without coming or going (pkg/quota/v1/install/update_filter.go). */
const changing = new Set(['/pods', '/services', '/persistentvolumeclaims']);
/** Milliseconds after which every quota is counted again: what was let through and then not stored is taken back (--resource-quota-sync-period). */
const everyPeriod = 300_000;

/** Keeps what is used of each quota: pkg/controller/resourcequota. */
export function resourceQuotaController({ registry, quotaStatus }: Options): Controller {
  return {
    name: 'resourcequota-controller',
    start({ client, clock }) {
      const quotas = new Map<string, Set<string>>();
      const queue = new Reconciler(clock, (key) => {
        const quota = client.get(kind, ...namesOf(key));
        if (quota === undefined) return;
        const status = quotaStatus(quota, client);
        if (!isEqual(status, quota['status'])) client.updateStatus({ ...quota, status });
      });
      let cancelCount: (() => void) | undefined;
      const countAll = () => {
        const all = [...quotas.values()].flatMap((known) => [...known]);
        cancelCount = all.length === 0 ? undefined : clock.after(everyPeriod, countAll);
        for (const key of all) queue.add(key);
      };
      client.watch(kind, ({ type, object, before }) => {
        const { namespace = '', name } = object.metadata;
        const key = `${namespace}/${name}`;
        const known = quotas.get(namespace) ?? new Set<string>();
        quotas.set(namespace, known);
        if (type === 'DELETED') known.delete(key);
        else known.add(key);
        cancelCount ??= clock.after(everyPeriod, countAll);
        if (type === 'ADDED' || (before !== undefined && before['spec'] !== object['spec'])) queue.add(key);
      });
      const watched = new Set<string>();
      const watchAll = () => {
        for (const resource of deletableResources(registry)) {
          if (!resource.isNamespaced || resource.storage === '/events' || watched.has(resource.storage)) continue;
          watched.add(resource.storage);
          client.watch(kindNameOf(resource), ({ type, object }) => {
            // What comes was counted by the admission.
            if (type !== 'DELETED' && !changing.has(resource.storage)) return;
            for (const key of quotas.get(object.metadata.namespace ?? '') ?? []) queue.addSoon(key, collected);
          });
        }
      };
      watchAll();
      client.watch('apiextensions.k8s.io/v1 CustomResourceDefinition', watchAll);
    },
  };
}
