/** What somebody says about an object. */
export interface Said {
  uid: string;
  type: string;
  reason: string;
  message: string;
  fieldPath: string;
}

/** What is to be written: a new event, or one more of the event with this key. */
interface Observation {
  /** Of the event that it is one more of. */
  key: string;
  message: string;
  /** How often it was said since it was first, what was held back included. */
  count: number;
  /** Milliseconds since 1970. */
  first: number;
}

/** Objects and texts that one source remembers; the oldest are forgotten. */
const remembered = 4096;
/** So many different texts of one reason about one object are combined; until it is silent for so long (milliseconds). */
const similarTexts = 10;
const similarInterval = 600_000;
/** Of one object and type, one source may say this many things at once, then one in five minutes. */
const burst = 25;
const refill = 300_000;

/**
 * The EventCorrelator of k8s.io/client-go/tools/record v0.34 (events_cache.go) of one source: combines similar events, counts
 * equal ones, and cuts off who says too much.
 */
export class EventCorrelator {
  readonly #similar = new Map<string, { texts: Set<string>; at: number }>();
  readonly #counts = new Map<string, { count: number; first: number }>();
  readonly #budgets = new Map<string, { left: number; at: number }>();

  /** Undefined when the event is cut off; `now` in milliseconds since 1970. */
  correlate(said: Said, now: number): Observation | undefined {
    const { key, message } = this.#aggregate(said, now);
    const earlier = this.#counts.get(key);
    const observed = { count: (earlier?.count ?? 0) + 1, first: earlier?.first ?? now };
    remember(this.#counts, key, observed);
    return this.#mayBeSaid(`${said.uid}\n${said.type}`, now) ? { key, message, ...observed } : undefined;
  }

  #aggregate({ uid, type, reason, message, fieldPath }: Said, now: number): { key: string; message: string } {
    const similar = [uid, type, reason].join('\n');
    const known = this.#similar.get(similar);
    const texts = known === undefined || now - known.at > similarInterval ? new Set<string>() : known.texts;
    texts.add(message);
    remember(this.#similar, similar, { texts, at: now });
    if (texts.size < similarTexts) return { key: [similar, message, fieldPath].join('\n'), message };
    const [oldest = ''] = texts;
    texts.delete(oldest);
    return { key: similar, message: `(combined from similar events): ${message}` };
  }

  #mayBeSaid(key: string, now: number): boolean {
    const { left, at } = this.#budgets.get(key) ?? { left: burst, at: now };
    const available = Math.min(burst, left + (now - at) / refill);
    remember(this.#budgets, key, { left: available >= 1 ? available - 1 : available, at: now });
    return available >= 1;
  }
}

function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= remembered) return;
  const [oldest = ''] = map.keys();
  map.delete(oldest);
}
