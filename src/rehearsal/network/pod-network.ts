import type { Duplex } from 'node:stream';
import type { RehearsalClock } from '../clock.ts';
import type { Reader } from '../controllers/client.ts';
import type { StoredObject } from '../objects.ts';
import { createResponder, type RespondingPod } from '../streams/responder.ts';
import { IngressProxy } from './ingress-proxy.ts';
import type { ExpectedAnswer } from './expected-answers.ts';

/** Connections into pods: what listens on their ports. */
export class PodNetwork {
  readonly #reader: Reader;
  readonly #clock: RehearsalClock;
  readonly #responders = new Map<string, (port: number) => Duplex | undefined>();
  readonly #ingress: IngressProxy;
  #answers: readonly ExpectedAnswer[] = [];

  constructor(reader: Reader, clock: RehearsalClock) {
    this.#reader = reader;
    this.#clock = clock;
    this.#ingress = new IngressProxy(reader, clock, (pod, port) => this.#toProgram(pod, port));
  }

  /** From now on these requests are answered so. */
  expect(answers: readonly ExpectedAnswer[]): void {
    this.#answers = answers;
  }

  /** A connection to a port of the pod; undefined when nothing listens there. */
  readonly connect = (pod: StoredObject, port: number): Duplex | undefined =>
    this.#ingress.connect(pod, port) ?? this.#toProgram(pod, port);

  #toProgram({ metadata }: StoredObject, port: number): Duplex | undefined {
    const { namespace, name, uid } = metadata;
    const podNow = () => {
      const pod = this.#reader.get('v1 Pod', namespace, name);
      return pod?.metadata.uid === uid ? (pod as unknown as RespondingPod) : undefined;
    };
    if (podNow() === undefined) {
      this.#responders.delete(uid);
      return undefined;
    }
    const responder = this.#responders.get(uid) ?? createResponder(podNow, this.#clock, () => this.#answers);
    this.#responders.set(uid, responder);
    return responder(port);
  }
}
