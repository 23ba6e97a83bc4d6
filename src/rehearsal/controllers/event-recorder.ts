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
  /** Names of events, by a number made of what they say. */
  const known = new Map<number, string>();
  const budgets = new Map<string, { left: number; at: number }>();
  const entries = new ManagedEntries();

  const maySpeak = (uid: string): boolean => {
    const now = api.clock.now();
    const budget = budgets.get(uid) ?? { left: burst, at: now };
    const refilled = Math.min(burst, budget.left + (now - budget.at) / refillMilliseconds);
    if (budgets.size >= remembered) forgetFirst(budgets);
    budgets.set(uid, { left: Math.max(0, refilled - 1), at: now });
    return refilled >= 1;
  };

  return (about, { type, reason, message, fieldPath, action }) => {
    const resource = api.registry.ofKind('v1 Event');
    if (resource === undefined || !maySpeak(about.metadata.uid)) return;
    const key = numberOf(`${about.metadata.uid}\n${type}\n${reason}\n${message}\n${fieldPath}`);
    const earlier = known.get(key);
    const time = api.clock.timestamp();
    const namespace = about.metadata.namespace ?? 'default';
    if (earlier !== undefined && api.store.get(resource, namespace, earlier)?.['message'] === message) {
      api.update({ resource, namespace, name: earlier }, by, (latest) => ({
        object: counted(latest as StoredObject, time, api),
      }));
      return;
    }
    const name = `${about.metadata.name}.${nanoseconds(api.clock.now(), api.store.revision % 1000)}`;
    const event = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: reference(about, fieldPath),
      reason,
      ...(message === '' ? {} : { message }),
      type,
      ...sourceFields(action === undefined ? source : { ...source, action }, time, api),
    };
    try {
      const form = formOf(event);
      const managedFields = entries.of(form, time);
      if (managedFields === undefined)
        entries.learn(form, api.create(resource, namespace, event, by).metadata.managedFields);
      else api.createComplete(resource, { ...event, metadata: { name, namespace, managedFields } }, by);
    } catch (error) {
      // A namespace that ends takes no events; the recorder of client-go drops them as well.
      if (error instanceof StatusError && (error.code === 403 || error.code === 404 || error.code === 409)) return;
      throw error;
    }
    if (known.size >= remembered) forgetFirst(known);
    known.set(key, name);
  };
}

function forgetFirst<Key>(map: Map<Key, unknown>): void {
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}

/** 52 bits of a text: less to keep than the text (cyrb53 by bryc, without its last bit). */
function numberOf(text: string): number {
  let [one, two] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    one = Math.imul(one ^ unit, 2654435761);
    two = Math.imul(two ^ unit, 1597334677);
  }
  one = Math.imul(one ^ (one >>> 16), 2246822507) ^ Math.imul(two ^ (two >>> 13), 3266489909);
  two = Math.imul(two ^ (two >>> 16), 2246822507) ^ Math.imul(one ^ (one >>> 13), 3266489909);
  return 0x1_0000_0000 * (two & 0xf_ffff) + (one >>> 0);
}

/** client-go names an event after its object and the nanoseconds of now, in hexadecimal; two in one instant must differ. */
function nanoseconds(milliseconds: number, more: number): string {
  // In two parts: they are more than a number holds exactly.
  const micros = Math.round(milliseconds * 1000);
  const low = (micros % 0x100_0000) * 1000 + more;
  const high = Math.floor(micros / 0x100_0000) * 1000 + Math.floor(low / 0x100_0000);
  return `${high.toString(16)}${(low % 0x100_0000).toString(16).padStart(6, '0')}`;
}

type Entries = StoredObject['metadata']['managedFields'];

/**
 * Which fields an event has is what its managers have; events of one form share them, and those of one second the whole
 * entry.
 */
class ManagedEntries {
  readonly #known = new Map<string, NonNullable<Entries>>();

  of(form: string, time: string): Entries {
    const known = this.#known.get(form);
    if (known === undefined || known[0]?.time === time) return known;
    const renewed = known.map((entry) => ({ ...entry, time }));
    this.#known.set(form, renewed);
    return renewed;
  }

  learn(form: string, entries: Entries): void {
    if (entries !== undefined && !this.#known.has(form)) this.#known.set(form, entries);
  }
}

/** Two events of one form have the same fields. */
const formOf = (event: { involvedObject: object }): string =>
  `${Object.keys(event.involvedObject).join()} ${Object.keys(event).join()}`;

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
