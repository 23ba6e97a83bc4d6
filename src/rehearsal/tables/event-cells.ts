import type { KubernetesObject } from '../../kubernetes/objects.ts';
import type { Cell } from './cell.ts';
import { since } from './elapsed.ts';

interface About {
  kind?: string;
  name?: string;
  fieldPath?: string;
}

/** An event with the names of core/v1 and those of events.k8s.io/v1: both are served from one store. */
interface EventObject extends KubernetesObject {
  involvedObject?: About;
  regarding?: About;
  message?: string;
  note?: string;
  firstTimestamp?: string | null;
  deprecatedFirstTimestamp?: string | null;
  lastTimestamp?: string | null;
  deprecatedLastTimestamp?: string | null;
  count?: number;
  deprecatedCount?: number;
  source?: { component?: string; host?: string };
  deprecatedSource?: { component?: string; host?: string };
  reportingComponent?: string;
  reportingController?: string;
  reportingInstance?: string;
  eventTime?: string | null;
  series?: { count: number; lastObservedTime: string } | null;
}

export function eventCells(object: KubernetesObject, now: number): Cell[] {
  const event = object as EventObject;
  const first = since(event.firstTimestamp ?? event.deprecatedFirstTimestamp ?? event.eventTime, now);
  const last = event.lastTimestamp ?? event.deprecatedLastTimestamp;
  const about = event.involvedObject ?? event.regarding ?? {};
  const kind = (about.kind ?? '').toLowerCase();
  const source = event.source ?? event.deprecatedSource ?? {};
  const component = source.component || event.reportingComponent || event.reportingController || '';
  const instance = source.host || event.reportingInstance || '';
  return [
    event.series ? since(event.series.lastObservedTime, now) : last ? since(last, now) : first,
    (event['type'] as string | undefined) ?? '',
    (event['reason'] as string | undefined) ?? '',
    about.name ? `${kind}/${about.name}` : kind,
    about.fieldPath ?? '',
    instance === '' ? component : `${component}, ${instance}`,
    (event.message ?? event.note ?? '').trim(),
    first,
    event.series ? event.series.count : event.count || event.deprecatedCount || 1,
    event.metadata.name,
  ];
}
