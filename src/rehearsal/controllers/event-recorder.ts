import type { Api } from '../api/api.ts';
import type { Requester } from '../api/requests.ts';
import { StatusError } from '../api/status-error.ts';
import type { StoredObject } from '../objects.ts';
import type { Client } from './client.ts';

export interface EventSource {
  component: string;
  host?: string;
  /** Written through events.k8s.io (the scheduler): `eventTime` instead of counts, with this action. */
  action?: string;
}

/** Objects of which one component remembers its events; the oldest are forgotten. */
const remembered = 4096;
/** Of one object, one component may say this many things at once, then one in five minutes (client-go EventSourceObjectSpamFilter). */
const burst = 25;
const refillMilliseconds = 300_000;

/**
 * Writes events as k8s.io/client-go/tools/record does: the same text about the same object raises the count of the event
 * that is there; a source that says too much about one object is cut off.
 */
export function createEventRecorder(api: Api, by: Requester, source: EventSource): Client['event'] {
  const known = new Map<string, { namespace: string; name: string }>();
  const budgets = new Map<string, { left: number; at: number }>();

  const maySpeak = (uid: string): boolean => {
    const now = api.clock.now();
    const budget = budgets.get(uid) ?? { left: burst, at: now };
    const refilled = Math.min(burst, budget.left + (now - budget.at) / refillMilliseconds);
    if (budgets.size >= remembered) budgets.delete(firstKey(budgets));
    budgets.set(uid, { left: Math.max(0, refilled - 1), at: now });
    return refilled >= 1;
  };

  return (about, { type, reason, message, fieldPath, action }) => {
    const resource = api.registry.ofKind('v1 Event');
    if (resource === undefined || !maySpeak(about.metadata.uid)) return;
    const key = [about.metadata.uid, type, reason, message, fieldPath].join('\n');
    const earlier = known.get(key);
    const time = api.clock.timestamp();
    const namespace = about.metadata.namespace ?? 'default';
    if (earlier !== undefined && api.store.get(resource, earlier.namespace, earlier.name) !== undefined) {
      api.update({ resource, ...earlier }, by, (latest) => ({ object: counted(latest as StoredObject, time, api) }));
      return;
    }
    // client-go names an event after its object and the nanoseconds of now; two in one instant must differ.
    const stamp = (BigInt(Math.round(api.clock.now() * 1000)) * 1000n + BigInt(api.store.revision % 1000)).toString(16);
    const name = `${about.metadata.name}.${stamp}`;
    try {
      api.create(
        resource,
        namespace,
        {
          apiVersion: 'v1',
          kind: 'Event',
          metadata: { name, namespace },
          involvedObject: reference(about, fieldPath),
          reason,
          message,
          type,
          ...sourceFields(action === undefined ? source : { ...source, action }, time, api),
        },
        by,
      );
    } catch (error) {
      // A namespace that ends takes no events; the recorder of client-go drops them as well.
      if (error instanceof StatusError && (error.code === 403 || error.code === 404 || error.code === 409)) return;
      throw error;
    }
    if (known.size >= remembered) known.delete(firstKey(known));
    known.set(key, { namespace, name });
  };
}

const firstKey = (map: Map<string, unknown>) => map.keys().next().value ?? '';

function sourceFields({ component, host, action }: EventSource, time: string, api: Api): object {
  if (action !== undefined)
    return {
      source: {},
      firstTimestamp: null,
      lastTimestamp: null,
      eventTime: api.clock.microTimestamp(),
      action,
      reportingComponent: component,
      reportingInstance: `${component}-${host ?? ''}`,
    };
  return {
    source: { component, ...(host === undefined ? {} : { host }) },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
    eventTime: null,
    reportingComponent: component,
    reportingInstance: host ?? '',
  };
}

function counted(event: StoredObject, time: string, api: Api): StoredObject {
  const count = event['count'] as number | undefined;
  if (count === undefined) {
    const series = event['series'] as { count: number } | undefined;
    return { ...event, series: { count: (series?.count ?? 1) + 1, lastObservedTime: api.clock.microTimestamp() } };
  }
  return { ...event, count: count + 1, lastTimestamp: time };
}

function reference({ apiVersion, kind, metadata }: StoredObject, fieldPath: string | undefined): object {
  return {
    kind,
    ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
    name: metadata.name,
    uid: metadata.uid,
    apiVersion,
    resourceVersion: metadata.resourceVersion,
    ...(fieldPath === undefined ? {} : { fieldPath }),
  };
}
