import type { Api } from '../api/api.ts';
import type { Requester } from '../api/requests.ts';
import { StatusError } from '../api/status-error.ts';
import type { StoredObject } from '../objects.ts';
import type { Client } from './client.ts';
import { EventCorrelator } from './event-correlator.ts';
import { EventSeries } from './event-series.ts';
import { formOf, ManagedEntries } from './managed-entries.ts';

export interface EventSource {
  component: string;
  host?: string;
  /** Written through events.k8s.io (the scheduler): `eventTime` instead of counts, with this action. */
  action?: string;
}

/** Writes events as the recorders of client-go do, through the API that this source uses. */
export function createEventRecorder(api: Api, by: Requester, source: EventSource): Client['event'] {
  const correlator = new EventCorrelator();
  const entries = new ManagedEntries();
  const series = new EventSeries(api.clock);

  return (about, { type, reason, message, fieldPath, action = source.action }) => {
    const resource = api.registry.ofKind('v1 Event');
    if (resource === undefined) return;
    const { uid, resourceVersion, namespace = 'default' } = about.metadata;
    const create = (text: string, fields: object) => {
      const time = api.clock.timestamp();
      const name = `${about.metadata.name}.${nanoseconds(api.clock.now(), api.store.revision % 1000)}`;
      const event = {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name, namespace },
        involvedObject: reference(about, fieldPath),
        reason,
        ...(text === '' ? {} : { message: text }),
        type,
        ...fields,
      };
      tolerant(() => {
        const form = formOf(event);
        const managedFields = entries.of(form, time);
        if (managedFields === undefined)
          entries.learn(form, api.create(resource, namespace, event, by).metadata.managedFields);
        else api.createComplete(resource, { ...event, metadata: { name, namespace, managedFields } }, by);
      });
      return { namespace, name };
    };
    const change = (target: { namespace: string; name: string }, fields: object) => {
      if (api.store.get(resource, target.namespace, target.name) === undefined) return false;
      api.update({ resource, ...target }, by, (latest) => ({ object: { ...(latest as StoredObject), ...fields } }));
      return true;
    };
    if (action !== undefined) {
      series.observe(`${uid}\n${resourceVersion}\n${type}\n${reason}\n${action}\n${fieldPath ?? ''}`, () => {
        const target = create(message, sourceFields({ ...source, action }, api));
        return ({ count, lastObserved }) => change(target, { series: { count, lastObservedTime: lastObserved } });
      });
      return;
    }
    const said = { uid, type, reason, message, fieldPath: fieldPath ?? '' };
    const correlated = correlator.correlate(said, api.clock.now());
    if (correlated === undefined) return;
    const { message: text, observed } = correlated;
    const { count, first, written } = observed;
    const latest = { count, lastTimestamp: api.clock.timestamp(), message: text };
    if (written !== undefined && change({ namespace, name: written }, latest)) return;
    const firstTimestamp = `${new Date(first).toISOString().slice(0, 19)}Z`;
    observed.written = create(text, { ...sourceFields(source, api), firstTimestamp, count }).name;
  };
}

/** A namespace that ends takes no events; the recorders of client-go drop them as well. */
function tolerant(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (!(error instanceof StatusError) || ![403, 404, 409].includes(error.code)) throw error;
  }
}

/** client-go names an event after its object and the nanoseconds of now, in hexadecimal; two in one instant must differ. */
function nanoseconds(milliseconds: number, more: number): string {
  // In two parts: they are more than a number holds exactly.
  const micros = Math.round(milliseconds * 1000);
  const low = (micros % 0x100_0000) * 1000 + more;
  const high = Math.floor(micros / 0x100_0000) * 1000 + Math.floor(low / 0x100_0000);
  return `${high.toString(16)}${(low % 0x100_0000).toString(16).padStart(6, '0')}`;
}

function sourceFields({ component, host, action }: EventSource, api: Api): object {
  const time = api.clock.timestamp();
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
