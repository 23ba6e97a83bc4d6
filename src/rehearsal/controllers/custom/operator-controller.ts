import type { StoredObject } from '../../objects.ts';
import type { Change, Client, KindName } from '../client.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { isTerminating } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';
import { findOperator } from './operators.ts';

/** Brings one object forward. Returns the milliseconds until it is to be looked at again. */
export type Advance = (object: StoredObject, context: ControllerContext) => number | undefined;

interface OperatorParts {
  name: string;
  /** Of the Deployment that runs it: without one that is available nothing happens. */
  operator: Readonly<Record<string, string>>;
  kinds: Partial<Record<KindName, Advance>>;
  /** Kinds whose objects wake the custom object that owns them. */
  owns?: readonly KindName[];
  /** Kinds whose changes wake every object. */
  follows?: readonly KindName[];
}

const definition = 'apiextensions.k8s.io/v1 CustomResourceDefinition';

/** Watches a kind as soon as its definition is served. */
function watchServed(client: Client, kind: KindName, listener: (change: Change) => void): void {
  let isWatched = false;
  const attach = () => {
    if (isWatched || client.resource(kind) === undefined) return;
    isWatched = true;
    client.watch(kind, listener);
  };
  attach();
  client.watch(definition, attach);
}

/** A controller of custom resources that acts only while its operator runs in the cluster, as in real life. */
export function operatorController({ name, operator, kinds, owns = [], follows = [] }: OperatorParts): Controller {
  return {
    name,
    start(context) {
      const { client, clock } = context;
      const entries = Object.entries(kinds) as [KindName, Advance][];
      const keyFor = ({ apiVersion, kind, metadata }: StoredObject) =>
        `${apiVersion} ${kind}|${metadata.namespace ?? ''}|${metadata.name}`;
      const queue = new Reconciler(clock, (key) => {
        const [kind = '', namespace = '', objectName = ''] = key.split('|');
        const object = client.get(kind as KindName, namespace === '' ? undefined : namespace, objectName);
        const advance = kinds[kind as KindName];
        if (object === undefined || advance === undefined || isTerminating(object)) return;
        if (findOperator(client, operator) === undefined) return;
        const wait = advance(object, context);
        if (wait !== undefined) queue.addAfter(key, wait);
      });
      const all = () => {
        for (const [kind] of entries) for (const object of client.list(kind)) queue.add(keyFor(object));
      };
      for (const [kind] of entries)
        watchServed(client, kind, ({ type, object }) => {
          if (type !== 'DELETED') queue.add(keyFor(object));
        });
      for (const kind of owns)
        watchServed(client, kind, ({ object }) => {
          for (const { apiVersion, kind: ownerKind, name: owner } of object.metadata.ownerReferences ?? [])
            if (kinds[`${apiVersion} ${ownerKind}`] !== undefined)
              queue.add(`${apiVersion} ${ownerKind}|${object.metadata.namespace ?? ''}|${owner}`);
        });
      for (const kind of follows) watchServed(client, kind, all);
      const wanted = Object.entries(operator);
      client.watch('apps/v1 Deployment', ({ object, before }) => {
        const isOperator = wanted.every(([label, value]) => object.metadata.labels?.[label] === value);
        if (isOperator && object['status'] !== before?.['status']) all();
      });
    },
  };
}
