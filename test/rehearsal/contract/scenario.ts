import { createHash } from 'node:crypto';
import type { KubernetesObject } from '../../../src/kubernetes/objects.ts';

/**
 * One story told to a cluster: commands in their order, waits for conditions, and looks at what has become of it. Pure data:
 * the same scenario runs on a real node and on the rehearsal cluster.
 *
 * In every text `{namespace}` stands for the namespace of the scenario and `{node}` for the node that runs pods. What belongs to
 * no namespace (CRDs, ClusterRoles) is named after the namespace, so that scenarios may run side by side.
 */
export interface Scenario {
  /** Names the recording and the namespace: DNS label, at most 24 characters. */
  name: string;
  /** Which clients tell it: every kubectl, the newest kubectl alone, or every helm (beside the newest kubectl). */
  clients: 'every kubectl' | 'newest kubectl' | 'every helm';
  /** Files of its working directory: path and text. */
  files?: Readonly<Record<string, string>>;
  /** Labels of its namespace. */
  labels?: Readonly<Record<string, string>>;
  /** Runs when no other scenario does, because others would notice. */
  isExclusive?: true;
  /** Looks at what lasts only for a while: where the time of the cluster can be held, it is held meanwhile. */
  isBrief?: true;
  /** API paths of objects outside of the namespace that are to be removed at the end. */
  leaves?: readonly string[];
  steps: readonly Step[];
}

export type Step = Command | Wait | Observation | Start | Stop | Fetch;

/** A program that runs to its end. What it prints and how it exits is compared. */
export interface Command {
  /** Argument vector; the first word is `kubectl` or `helm`. */
  run: readonly string[];
  /** Manifests: objects become YAML documents. */
  stdin?: string | readonly object[];
  /** Exit code that the scenario is about; a recording with another one is refused. Default 0. */
  exit?: number;
  /** What it prints comes in no order that anybody promises: the lines are sorted. */
  isUnordered?: true;
  /** Only the exit code is compared, for this reason. */
  exitOnly?: string;
  /** Run with this client alone: `helm 4`. */
  with?: string;
}

/** Polls until the objects at a path are as wanted. Nothing is compared; a wait that is not over in time is a failure. */
export interface Wait {
  /** As in an observation. */
  until: string;
  /** Told in reports. */
  what: string;
  holds(objects: readonly KubernetesObject[]): boolean;
  /** Seconds. Default 60. */
  limit?: number;
}

/** Reads whole objects, once they have come to rest. */
export interface Observation {
  /**
   * `apps/v1/deployments`, `v1/pods/web`, `v1/pods?labelSelector=app%3Dweb`; with a leading slash outside of the namespace.
   * Of events only type, reason, message and what they are about are compared.
   */
  observe: readonly string[];
}

/** A program that stays until it is stopped; goes on when its stdout shows the pattern. */
export interface Start {
  start: string;
  run: readonly string[];
  shows?: RegExp;
}

/** Ends what was started, once its stdout shows the pattern. What it printed is compared, how it ended is not. */
export interface Stop {
  stop: string;
  shows?: RegExp;
}

/** One GET through a started port-forward. The status is compared: the page is the application's. */
export interface Fetch {
  fetch: string;
  /** Path of the URL. */
  path: string;
}

/** A command as a shell would cut it; what stands in single quotes may hold blanks. */
const words = (line: string): string[] =>
  [...line.matchAll(/(?:[^\s']+|'[^']*')+/g)].map(([word]) => word.replaceAll("'", ''));

type Manner = Omit<Command, 'run'>;

export const kubectl = (line: string, manner: Manner = {}): Command => ({
  run: ['kubectl', ...words(line)],
  ...manner,
});

export const helm = (line: string, manner: Manner = {}): Command => ({ run: ['helm', ...words(line)], ...manner });

export const apply = (...stdin: readonly object[]): Command => kubectl('apply -f -', { stdin });

export const observe = (...paths: string[]): Observation => ({ observe: paths });

/** Until every object at the path (one at least) has a value at the field that is equal or that the pattern matches. */
export const until = (
  path: string,
  field: string,
  value: string | number | boolean | RegExp,
  limit?: number,
): Wait => ({
  until: path,
  what: `${field} ${value instanceof RegExp ? 'like' : 'is'} ${String(value)}`,
  holds: (objects) => objects.length > 0 && objects.every((object) => isLike(valueAt(object, field), value)),
  ...(limit === undefined ? {} : { limit }),
});

/** Until an event in the namespace has this reason and a message like this. */
export const untilEvent = (reason: string, message = /./, limit?: number): Wait => ({
  until: 'v1/events',
  what: `an event ${reason} like ${String(message)}`,
  holds: (events) => events.some((event) => event['reason'] === reason && message.test(String(event['message']))),
  ...(limit === undefined ? {} : { limit }),
});

/** Until the path holds this many objects. */
export const untilCount = (path: string, count: number, limit?: number): Wait => ({
  until: path,
  what: `${count} objects`,
  holds: (objects) => objects.length === count,
  ...(limit === undefined ? {} : { limit }),
});

/** Until its controller has seen the latest change. */
export const untilObserved = (path: string): Wait => ({
  until: path,
  what: 'observed',
  holds: (objects) =>
    objects.length > 0 && objects.every(({ metadata, status }) => status?.observedGeneration === metadata.generation),
});

function isLike(found: unknown, wanted: string | number | boolean | RegExp): boolean {
  return wanted instanceof RegExp ? wanted.test(typeof found === 'string' ? found : '') : found === wanted;
}

/** `status.containerStatuses.0.state.waiting.reason`; `conditions[Ready].status` looks for the entry of that type or name. */
function valueAt(object: unknown, field: string): unknown {
  return field.split(/\.|(?=\[)/).reduce<unknown>((value, step) => {
    if (typeof value !== 'object' || value === null) return undefined;
    const wanted = /^\[(.*)\]$/.exec(step)?.[1];
    if (wanted === undefined) return (value as Record<string, unknown>)[step];
    return Object.values(value).find(
      (entry: { type?: string; name?: string }) => entry.type === wanted || entry.name === wanted,
    ) as unknown;
  }, object);
}

/** How reports and recordings name a step. */
export function stepName(step: Step): string {
  if ('start' in step) return `start ${step.run.join(' ')}`;
  if ('run' in step) return [...step.run, ...manifestNames(step.stdin)].join(' ');
  if ('observe' in step) return `observe ${step.observe.join(' ')}`;
  if ('until' in step) return `until ${step.until}: ${step.what}`;
  if ('stop' in step) return `stop ${step.stop}`;
  return `fetch ${step.path} through ${step.fetch}`;
}

/** `< Deployment/web, Service/web` */
function manifestNames(stdin: Command['stdin']): string[] {
  if (stdin === undefined || typeof stdin === 'string') return [];
  const named = stdin as readonly { kind?: string; metadata?: { name?: string; generateName?: string } }[];
  const names = named.map(({ kind, metadata }) => `${kind}/${metadata?.name ?? metadata?.generateName ?? ''}`);
  return ['<', names.map((name) => (name.length > 60 ? `${name.slice(0, 60)}...` : name)).join(', ')];
}

/** Changes whenever what is sent to a cluster changes: a recording of other data is of no use. */
export function digestOf({ steps, files, labels, isExclusive }: Scenario): string {
  const sent = steps
    .filter((step) => !('until' in step))
    .map((step) => ({ ...step, shows: undefined, exitOnly: undefined }));
  return createHash('sha256').update(JSON.stringify({ sent, files, labels, isExclusive })).digest('hex').slice(0, 16);
}
