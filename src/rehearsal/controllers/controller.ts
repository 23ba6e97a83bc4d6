import type { Chance } from '../chance.ts';
import type { RehearsalClock } from '../clock.ts';
import type { Client } from './client.ts';
import { StatusError } from '../api/status-error.ts';

/** What a controller is given. */
export interface ControllerContext {
  client: Client;
  clock: RehearsalClock;
  chance: Chance;
}

/** One controller of the control plane. `start` registers its watches; everything later happens in them and in timers. */
export interface Controller {
  /** As it signs its writes and events: `deployment-controller`. */
  name: string;
  start(context: ControllerContext): void;
}

/** Milliseconds before a reconciliation that lost a race is done again. */
const retryDelay = 5;

/**
 * The work queue of a controller: keys wait once however often they are added, and are taken in the order in which they
 * came (k8s.io/client-go/util/workqueue). A reconciliation that lost a race (409) is done again; any other refusal is its
 * own to handle.
 */
export class WorkQueue {
  readonly #clock: RehearsalClock;
  readonly #reconcile: (key: string) => void;
  readonly #waiting = new Set<string>();
  #isScheduled = false;

  constructor(clock: RehearsalClock, reconcile: (key: string) => void) {
    this.#clock = clock;
    this.#reconcile = reconcile;
  }

  add(key: string): void {
    this.#waiting.add(key);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#clock.after(0, () => this.#take());
  }

  /** The returned function takes it back. */
  addAfter(key: string, milliseconds: number): () => void {
    return this.#clock.after(milliseconds, () => this.add(key));
  }

  #take(): void {
    this.#isScheduled = false;
    const keys = [...this.#waiting];
    this.#waiting.clear();
    for (const key of keys) {
      try {
        this.#reconcile(key);
      } catch (error) {
        if (!(error instanceof StatusError) || error.code !== 409) throw error;
        this.addAfter(key, retryDelay);
      }
    }
  }
}

/** `namespace/name`, or `name` of what has no namespace. */
export function keyOf({ metadata }: { metadata: { name: string; namespace?: string } }): string {
  return metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
}

/** Takes a key apart again. */
export function namesOf(key: string): [namespace: string | undefined, name: string] {
  const slash = key.indexOf('/');
  return slash === -1 ? [undefined, key] : [key.slice(0, slash), key.slice(slash + 1)];
}
