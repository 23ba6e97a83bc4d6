import type { StoredObject } from '../objects.ts';
import { toVersion1, toVersion2 } from './autoscaler-versions.ts';
import { type Fields, fill, set } from './sharing.ts';

/**
 * Versions of one stored object. Events and HorizontalPodAutoscalers are the built-in kinds that more than one API serves;
 * those of custom resources differ in their apiVersion alone (`spec.conversion.strategy: None`).
 */
export function convert(object: StoredObject, toApiVersion: string): StoredObject {
  if (object.apiVersion === toApiVersion) return object;
  const conversion = conversions[`${object.kind} ${object.apiVersion} ${toApiVersion}`];
  return conversion === undefined ? { ...object, apiVersion: toApiVersion } : conversion(object);
}

const conversions: Record<string, (object: StoredObject) => StoredObject> = {
  'Event events.k8s.io/v1 v1': (event) => renamedFields(event, 'v1', newToOld),
  'Event v1 events.k8s.io/v1': (event) => renamedFields(event, 'events.k8s.io/v1', oldToNew),
  'HorizontalPodAutoscaler autoscaling/v1 autoscaling/v2': toVersion2,
  'HorizontalPodAutoscaler autoscaling/v2 autoscaling/v1': toVersion1,
};

const newToOld: Record<string, string> = {
  regarding: 'involvedObject',
  note: 'message',
  deprecatedSource: 'source',
  deprecatedFirstTimestamp: 'firstTimestamp',
  deprecatedLastTimestamp: 'lastTimestamp',
  deprecatedCount: 'count',
  reportingController: 'reportingComponent',
};

const oldToNew = Object.fromEntries(Object.entries(newToOld).map(([one, other]) => [other, one]));

/** Fields that one API always writes and the other leaves out when they are empty. */
const always: Fields = {
  involvedObject: {},
  source: {},
  firstTimestamp: null,
  lastTimestamp: null,
  eventTime: null,
  reportingComponent: '',
  reportingInstance: '',
};

function renamedFields(event: StoredObject, apiVersion: string, names: Record<string, string>): StoredObject {
  const fields = Object.fromEntries(
    Object.entries(event).map(([name, value]) => [names[name] ?? name, value as unknown]),
  );
  const renamed = { ...fields, apiVersion } as StoredObject;
  if (apiVersion === 'v1') return fill(renamed, always);
  const empty = ['reportingController', 'reportingInstance'].filter((name) => renamed[name] === '');
  return empty.reduce((result, name) => set(result, name, undefined), renamed);
}
