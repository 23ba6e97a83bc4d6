import type { KubernetesObject } from '../objects.ts';
import type { Snapshot } from '../watch/snapshot.ts';
import type { KubernetesEvent } from './shapes.ts';
import { instant } from './times.ts';

const byObject = new WeakMap<KubernetesObject[], Map<string, KubernetesEvent[]>>();

/** What was said of an object with this uid, oldest first. Events may be missing: the API server takes only so many. */
export function eventsOf(snapshot: Snapshot, object: KubernetesObject): KubernetesEvent[] {
  return indexOf(snapshot).get(object.metadata.uid ?? '') ?? [];
}

/** A snapshot hands out the same array until an event comes, so that thousands of pods share one index. */
function indexOf(snapshot: Snapshot): Map<string, KubernetesEvent[]> {
  const events = snapshot.objects('Event') as KubernetesEvent[];
  const known = byObject.get(events);
  if (known !== undefined) return known;
  const index = new Map<string, KubernetesEvent[]>();
  for (const event of events) {
    const uid = event.involvedObject?.uid ?? '';
    const list = index.get(uid);
    if (list === undefined) index.set(uid, [event]);
    else list.push(event);
  }
  for (const list of index.values()) list.sort((a, b) => (lastSeen(a) ?? 0) - (lastSeen(b) ?? 0) || byName(a, b));
  byObject.set(events, index);
  return index;
}

const byName = (a: KubernetesEvent, b: KubernetesEvent): number => (a.metadata.name < b.metadata.name ? -1 : 1);

export function lastSeen(event: KubernetesEvent): number | undefined {
  return instant(event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.firstTimestamp);
}

export function firstSeen(event: KubernetesEvent): number | undefined {
  return instant(event.firstTimestamp ?? event.eventTime ?? event.lastTimestamp);
}

export function countOf(event: KubernetesEvent): number {
  return event.series?.count ?? event.count ?? 1;
}

/** The newest event with one of these reasons, about one container when one is named. */
export function newest(
  events: KubernetesEvent[],
  reasons: readonly string[],
  container?: string,
): KubernetesEvent | undefined {
  return events.findLast(
    (event) => reasons.includes(event.reason ?? '') && (container === undefined || containerOf(event) === container),
  );
}

/** `spec.containers{api}` and `spec.initContainers{migrate}` name the container. */
function containerOf(event: KubernetesEvent): string | undefined {
  return /\{(.+)\}$/.exec(event.involvedObject?.fieldPath ?? '')?.[1];
}
