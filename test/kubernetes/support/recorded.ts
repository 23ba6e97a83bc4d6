import { readdirSync, readFileSync } from 'node:fs';
import { logsWanted, type Logs } from '../../../src/kubernetes/diagnosis/index.ts';
import type { KubernetesObject } from '../../../src/kubernetes/objects.ts';
import { snapshotOf as live } from '../../../src/kubernetes/watch/live-view.ts';
import { kindStore } from '../../../src/kubernetes/watch/kind-store.ts';
import type { Snapshot } from '../../../src/kubernetes/watch/snapshot.ts';

const folder = new URL('../fixtures/recorded/', import.meta.url);

interface RecordedLog {
  pod: string;
  container: string;
  previous: boolean;
  lines: string[];
}

interface Recording {
  recorded: { command: string; kubernetes: string; time: string };
  state: string;
  objects: KubernetesObject[];
  logs: RecordedLog[];
}

/** A state of a real cluster at the moment at which it was recorded. */
export interface RecordedState {
  snapshot: Snapshot;
  /** Milliseconds since 1970. */
  now: number;
  find: (kind: string, name: string) => KubernetesObject;
  /** What reading the wanted logs of an object gave. */
  logs: (object: KubernetesObject) => Logs;
  objects: KubernetesObject[];
}

export const recordedStates = (): string[] =>
  readdirSync(folder)
    .map((file) => file.replace(/\.json$/, ''))
    .sort();

export function recorded(state: string, change: (text: string) => string = (text) => text): RecordedState {
  const text = readFileSync(new URL(`${state}.json`, folder), 'utf8');
  const { objects, logs, recorded: how } = JSON.parse(change(text)) as Recording;
  const snapshot = snapshotOf(objects);
  return {
    snapshot,
    objects,
    now: Date.parse(how.time),
    find(kind, name) {
      const found = snapshot.find(kind, name);
      if (found === undefined) throw new Error(`${state} has no ${kind} ${name}`);
      return found;
    },
    logs: (object) =>
      Object.fromEntries(
        logsWanted(object, snapshot).map(({ name, pod, container, previous }) => [
          name,
          linesOf(logs.find((log) => log.pod === pod && log.container === container && log.previous === previous)),
        ]),
      ),
  };
}

// The kubelet's word for a log that is gone, which the reader takes for none.
const linesOf = (log: RecordedLog | undefined): string[] =>
  (log?.lines ?? []).filter((line) => !line.startsWith('unable to retrieve container logs'));

/** A snapshot of these objects, in the stores of the reader itself. */
export function snapshotOf(objects: KubernetesObject[], more: Partial<Snapshot> = {}): Snapshot {
  const kinds = new Map<string, { ref: KubernetesObject; objects: KubernetesObject[] }>();
  for (const object of objects) {
    const key = `${object.apiVersion} ${object.kind}`;
    const known = kinds.get(key);
    if (known === undefined) kinds.set(key, { ref: object, objects: [object] });
    else known.objects.push(object);
  }
  const state = { isComplete: true, forbidden: undefined, staleSince: undefined };
  const watched = [...kinds.values()].map(({ ref, objects: all }) => {
    const store = kindStore();
    store.replace(all);
    return { ref: { apiVersion: ref.apiVersion, kind: ref.kind }, store, state };
  });
  const snapshot = live(watched);
  return {
    objects: (kind) => snapshot.objects(kind),
    find: (kind, name) => snapshot.find(kind, name),
    ownedBy: (uid, kind) => snapshot.ownedBy(uid, kind),
    isComplete: true,
    forbidden: {},
    staleSince: undefined,
    ...more,
  };
}
