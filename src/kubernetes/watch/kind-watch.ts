import { ToolError, UserError } from '../../errors/errors.ts';
import type { KubernetesObject } from '../objects.ts';
import type { Api } from './api.ts';
import { backoff } from './backoff.ts';
import { pause, type Clock } from '../../clock.ts';
import type { KindRef } from './cluster-reader.ts';
import type { Discovery, Resource } from './discovery.ts';
import { jsonLines } from './json-lines.ts';
import { slim, type KindStore } from './kind-store.ts';
import { isRefusal, listPages } from './list-pages.ts';
import type { ApiAnswer, Transport } from './transport.ts';
import { watchdog } from './watchdog.ts';

export interface KindWatchSettings {
  ref: KindRef;
  namespace: string;
  store: KindStore;
  api: Api;
  discovery: Discovery;
  transport: Transport;
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
  /** Called after each change of the store or of the state; often. */
  changed: () => void;
}

/** What is known of the watch itself. */
export interface KindWatchState {
  /** Listed once, or known to be not there or not readable. */
  isComplete: boolean;
  /** Why the kind may not be read. */
  forbidden: string | undefined;
  /** Since when there is no connection. */
  staleSince: number | undefined;
}

/** How one attempt ended, which decides the next. */
type Outcome =
  /** The server closed a stream in good order, or it was silent for too long: go on from the last version. */
  | { next: 'resume' }
  /** The last version is too old (410): list anew. */
  | { next: 'relist' }
  /** No connection, an overloaded server, or garbage; after garbage an event may be lost, and only a list is safe. */
  | { next: 'retry'; retryAfter?: number | undefined; relist?: boolean }
  /** The server closed a stream in good order, but at once: go on, not in circles. */
  | { next: 'pause' }
  /** No such kind, or no right to read it: may change, seldom does. */
  | { next: 'look-again'; forbidden: string | undefined };

/** Milliseconds; an operator may bring the kind, an administrator the right. */
const lookAgainAfter = 10_000;
/** A stream that ends sooner than this without an event did not work. */
const shortestStream = 10_000;

/** From where a watch goes on; without a version it lists first. */
interface Position {
  version: string | undefined;
  /** The stream of this attempt brought an event, or stood for long. */
  hasWorked: boolean;
}

/** Lists a kind, then watches it until the signal is aborted: client-go's reflector (tools/cache/reflector.go), for a UI. */
export async function watchKind(settings: KindWatchSettings, state: KindWatchState): Promise<void> {
  const { clock, random, signal } = settings;
  const position: Position = { version: undefined, hasWorked: false };
  let failures = 0;
  while (!signal.aborted) {
    position.hasWorked = false;
    const outcome = await attempt(settings, state, position);
    if (signal.aborted) return;
    if (position.hasWorked) failures = 0;
    switch (outcome.next) {
      case 'resume':
        break;
      case 'relist':
        position.version = undefined;
        break;
      case 'retry':
        if (outcome.relist === true) position.version = undefined;
        failures += 1;
        lose(settings, state);
        await pause(clock, backoff(failures, random, outcome.retryAfter), signal);
        break;
      case 'pause':
        failures += 1;
        await pause(clock, backoff(failures, random), signal);
        break;
      case 'look-again':
        position.version = undefined;
        settings.store.replace([]);
        settle(settings, state, outcome.forbidden);
        await pause(clock, lookAgainAfter, signal);
        break;
    }
  }
}

async function attempt(settings: KindWatchSettings, state: KindWatchState, position: Position): Promise<Outcome> {
  try {
    const resource = await settings.discovery.find(settings.ref);
    if (resource === undefined) return { next: 'look-again', forbidden: undefined };
    if (position.version === undefined) {
      const refused = await list(settings, resource, position);
      if (refused !== undefined) return outcomeOf(settings, resource, refused);
      settle(settings, state, undefined);
      settings.changed();
    }
    return await follow(settings, state, resource, position);
  } catch (error) {
    // Errors of the transport and of discovery, and lists that are no JSON. Anything else is a mistake of ours.
    if (error instanceof ToolError || error instanceof UserError) return { next: 'retry' };
    if (error instanceof SyntaxError) return { next: 'retry', relist: true };
    if (settings.signal.aborted) return { next: 'retry' };
    throw error;
  }
}

async function list(
  { api, ref, namespace, store }: KindWatchSettings,
  resource: Resource,
  position: Position,
): Promise<ApiAnswer | undefined> {
  const answer = await listPages((path) => api.answer(path), ref, resource.collection(namespace));
  if (isRefusal(answer)) return answer;
  store.replace(answer.objects.map(slim));
  position.version = answer.version;
  return undefined;
}

function outcomeOf(settings: KindWatchSettings, resource: Resource, answer: ApiAnswer): Outcome {
  if (answer.status === 410) return { next: 'relist' };
  if (answer.status === 404) return { next: 'look-again', forbidden: undefined };
  if (answer.status !== 403) return { next: 'retry', retryAfter: answer.retryAfter };
  const namespace = resource.isNamespaced ? settings.namespace : undefined;
  const failure = settings.api.failure(answer, resource.collection(namespace), {
    verb: 'list',
    resource: resource.plural,
    namespace,
  });
  return { next: 'look-again', forbidden: failure.message };
}

interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  object: KubernetesObject & { code?: number };
}

async function follow(
  settings: KindWatchSettings,
  state: KindWatchState,
  resource: Resource,
  position: Position,
): Promise<Outcome> {
  const { clock, transport, signal } = settings;
  const stop = new AbortController();
  let decided: Outcome | undefined;
  const end = (outcome: Outcome): void => {
    decided ??= outcome;
    stop.abort();
  };
  const guard = watchdog(clock, () => end({ next: 'resume' }));
  const lines = jsonLines((event) => {
    if (decided === undefined) decided = take(settings, position, event as WatchEvent);
  });
  const startedAt = clock.now();
  const hasStood = (): boolean => clock.now() - startedAt >= shortestStream;
  try {
    const result = await transport.stream(
      watchPath(settings, resource, position),
      {
        opened: () => settle(settings, state, undefined),
        chunk(bytes) {
          guard.heard();
          try {
            lines.push(bytes);
          } catch {
            end({ next: 'retry', relist: true });
          }
          if (decided !== undefined) stop.abort();
        },
      },
      AbortSignal.any([signal, stop.signal]),
    );
    if (decided !== undefined) return decided;
    if (result !== 'ended') return outcomeOf(settings, resource, result);
    return position.hasWorked || hasStood() ? { next: 'resume' } : { next: 'pause' };
  } catch (error) {
    if (decided !== undefined) return decided;
    throw error;
  } finally {
    guard.stop();
    position.hasWorked ||= hasStood();
  }
}

/** Applies one event. An outcome: the stream is of no use any more. */
function take(settings: KindWatchSettings, position: Position, event: WatchEvent): Outcome | undefined {
  if (event.type === 'ERROR') return event.object.code === 410 ? { next: 'relist' } : { next: 'retry' };
  const version = event.object.metadata.resourceVersion;
  if (event.type === 'DELETED') settings.store.remove(event.object);
  else if (event.type !== 'BOOKMARK') settings.store.put(slim(event.object));
  position.hasWorked = true;
  if (version !== undefined) position.version = version;
  if (event.type !== 'BOOKMARK') settings.changed();
  return undefined;
}

function watchPath({ namespace, random }: KindWatchSettings, resource: Resource, position: Position): string {
  const parameters = new URLSearchParams({
    watch: '1',
    allowWatchBookmarks: 'true',
    resourceVersion: position.version ?? '',
    // The server ends the stream by itself then; spread, so that many watches do not end together.
    timeoutSeconds: String(240 + Math.floor(random() * 60)),
  });
  return `${resource.collection(namespace)}?${parameters.toString()}`;
}

function settle({ changed }: KindWatchSettings, state: KindWatchState, forbidden: string | undefined): void {
  if (state.isComplete && state.forbidden === forbidden && state.staleSince === undefined) return;
  state.isComplete = true;
  state.forbidden = forbidden;
  state.staleSince = undefined;
  changed();
}

function lose({ clock, changed }: KindWatchSettings, state: KindWatchState): void {
  if (state.staleSince !== undefined) return;
  state.staleSince = clock.now();
  changed();
}
