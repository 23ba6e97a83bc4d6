import type { StoredObject } from '../objects.ts';
import { isEqual } from '../store/equal.ts';
import { FieldErrors } from './field-errors.ts';
import type { KindRules } from './kind-rules.ts';
import { dnsSubdomain, qualifiedName } from './names.ts';
import { fill } from './sharing.ts';

interface Reference {
  kind?: string;
  namespace?: string;
  name?: string;
  uid?: string;
  apiVersion?: string;
  resourceVersion?: string;
  fieldPath?: string;
}

interface EventFields {
  involvedObject?: Reference;
  reason?: string;
  message?: string;
  type?: string;
  action?: string;
  eventTime?: string | null;
  firstTimestamp?: string | null;
  lastTimestamp?: string | null;
  count?: number;
  series?: { count?: number; lastObservedTime?: string };
  source?: { component?: string; host?: string };
  reportingComponent?: string;
  reportingInstance?: string;
}

const fieldsOf = (object: StoredObject) => object as StoredObject & EventFields;
const involved = (object: StoredObject) => fieldsOf(object).involvedObject ?? {};

/** What both APIs of events demand (`legacyValidateEvent`). */
function checkEvent(errors: FieldErrors, object: StoredObject): void {
  const {
    eventTime,
    reason = '',
    message = '',
    action = '',
    reportingComponent = '',
    reportingInstance = '',
  } = fieldsOf(object);
  const { namespace: own = '' } = object.metadata;
  const { namespace = '' } = involved(object);
  const hasTime = eventTime !== undefined && eventTime !== null;
  const isForeign =
    namespace === '' ? own !== 'default' && (!hasTime || own !== 'kube-system') : !hasTime && namespace !== own;
  if (isForeign) errors.invalid('involvedObject.namespace', namespace, 'does not match event.namespace');
  if (hasTime) {
    if (reportingComponent === '') errors.required('reportingComponent');
    errors.each('reportingComponent', reportingComponent, qualifiedName(reportingComponent));
    for (const [field, value, most] of [
      ['reportingInstance', reportingInstance, 128],
      ['action', action, 128],
      ['reason', reason, 128],
    ] as const) {
      if (value === '') errors.required(field);
      if (value.length > most) errors.invalid(field, '', `can have at most ${most} characters`);
    }
    if (message.length > 1024) errors.invalid('message', '', 'can have at most 1024 characters');
  }
  errors.each('namespace', own, dnsSubdomain(own));
}

/** Events as they are stored and as core/v1 serves them. */
export const eventRules: KindRules = {
  defaults: (object) =>
    fill(object, {
      source: {},
      involvedObject: {},
      firstTimestamp: null,
      lastTimestamp: null,
      eventTime: null,
      reportingComponent: '',
      reportingInstance: '',
    }),
  validate: (object) => {
    const errors = new FieldErrors();
    checkEvent(errors, object);
    return errors.list;
  },
  selectableFields: {
    'involvedObject.kind': (object) => involved(object).kind ?? '',
    'involvedObject.namespace': (object) => involved(object).namespace ?? '',
    'involvedObject.name': (object) => involved(object).name ?? '',
    'involvedObject.uid': (object) => involved(object).uid ?? '',
    'involvedObject.apiVersion': (object) => involved(object).apiVersion ?? '',
    'involvedObject.resourceVersion': (object) => involved(object).resourceVersion ?? '',
    'involvedObject.fieldPath': (object) => involved(object).fieldPath ?? '',
    reason: (object) => fieldsOf(object).reason ?? '',
    reportingComponent: (object) => fieldsOf(object).reportingComponent ?? '',
    source: (object) => {
      const { source, reportingComponent = '' } = fieldsOf(object);
      return (source?.component ?? '') === '' ? reportingComponent : (source?.component ?? '');
    },
    type: (object) => fieldsOf(object).type ?? '',
  },
};

const fixed = [
  'involvedObject',
  'reason',
  'message',
  'source',
  'firstTimestamp',
  'lastTimestamp',
  'count',
  'type',
  'eventTime',
  'action',
  'related',
  'reportingController',
  'reportingInstance',
] as const;

/** By what name the newer API selects: `regarding.name` is `involvedObject.name`. */
const renamed = Object.fromEntries(
  Object.entries(eventRules.selectableFields ?? {}).flatMap(([field, value]) => {
    if (field === 'source') return [];
    if (field === 'reportingComponent') return [['reportingController', value]];
    return [[field.replace('involvedObject.', 'regarding.'), value]];
  }),
);

/** Events by their newer API; what is checked is the stored object. */
export const newEventRules: KindRules = {
  defaults: (object) => eventRules.defaults?.(object) ?? object,
  validate: (object) => {
    const errors = new FieldErrors();
    checkEvent(errors, object);
    const { eventTime, type = '', series, firstTimestamp, lastTimestamp, count = 0, source = {} } = fieldsOf(object);
    if (object.metadata.resourceVersion !== undefined) return errors.list;
    if (series !== undefined && (series.count ?? 0) < 2) errors.invalid('series.count', '', 'should be at least 2');
    if (series !== undefined && series.lastObservedTime === undefined) errors.required('series.lastObservedTime');
    if (eventTime === undefined || eventTime === null) errors.required('eventTime');
    if (type !== 'Normal' && type !== 'Warning') errors.invalid('type', '', `has invalid value: ${type}`);
    for (const [field, isSet] of [
      ['firstTimestamp', firstTimestamp !== undefined && firstTimestamp !== null],
      ['lastTimestamp', lastTimestamp !== undefined && lastTimestamp !== null],
      ['count', count !== 0],
      ['source', (source.component ?? '') !== '' || (source.host ?? '') !== ''],
    ] as const)
      if (isSet) errors.invalid(field, '', 'needs to be unset');
    return errors.list;
  },
  validateUpdate: (object, old) => {
    const errors = new FieldErrors();
    for (const field of fixed) errors.immutable(field, object[field], !isEqual(object[field], old[field]));
    return errors.list;
  },
  selectableFields: renamed,
};
