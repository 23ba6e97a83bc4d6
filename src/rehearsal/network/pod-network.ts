import type { Duplex } from 'node:stream';
import type { RehearsalClock } from '../clock.ts';
import type { Reader } from '../controllers/client.ts';
import type { StoredObject } from '../objects.ts';
import { createResponder, type RespondingPod } from '../streams/responder.ts';

/** Connections into pods: what listens on their ports. */
export class PodNetwork {
  readonly #reader: Reader;
  readonly #clock: RehearsalClock;
  readonly #responders = new Map<string, (port: number) => Duplex | undefined>();

  constructor(reader: Reader, clock: RehearsalClock) {
    this.#reader = reader;
    this.#clock = clock;
  }

  /** A connection to a port of the pod; undefined when nothing listens there. */
  readonly connect = ({ metadata }: StoredObject, port: number): Duplex | undefined => {
    const { namespace, name, uid } = metadata;
    const podNow = () => {
      const pod = this.#reader.get('v1 Pod', namespace, name);
      return pod?.metadata.uid === uid ? (pod as unknown as RespondingPod) : undefined;
    };
    const known = this.#responders.get(uid);
    if (podNow() === undefined) {
      this.#responders.delete(uid);
      return undefined;
    }
    const responder = known ?? createResponder(podNow, this.#clock);
    this.#responders.set(uid, responder);
    return responder(port);
  };
}
