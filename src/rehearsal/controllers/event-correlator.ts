/** What somebody says about an object. */
export interface Said {
  uid: string;
  type: string;
  reason: string;
  message: string;
  fieldPath: string;
}

/** An event that was said once or more. */
export interface Observed {
  /** How often since it was first, what was held back included. */
  count: number;
  /** Milliseconds since 1970. */
  first: number;
  /** Name of the event that was written of it. */
  written: string | undefined;
}

interface Counted extends Observed {
  /** Undefined of what was combined. */
  message: string | undefined;
  fieldPath: string;
  similar: Similar;
}

/** What was said about one object with one reason. */
interface Similar {
  about: About;
  reason: string;
  texts: string[];
  /** When it was last said; milliseconds since 1970. */
  at: number;
  counted: Counted[];
}

/** What was said about one object with one type, and how much more may be said. */
interface About {
  key: string;
  left: number;
  at: number;
  similar: Similar[];
}

/** Of each of the three kinds above one source remembers so many; those that were said longest ago are forgotten. */
const remembered = 4096;
/** So many different texts of one reason about one object are combined; until it is silent for so long (milliseconds). */
const similarTexts = 10;
const similarInterval = 600_000;
/** Of one object and type, one source may say this many things at once, then one in five minutes. */
const burst = 25;
const refill = 300_000;

/**
 * The EventCorrelator of k8s.io/client-go/tools/record v0.34 (events_cache.go) of one source: combines similar events, counts
 * equal ones, and cuts off who says too much. Its three caches are one tree: what is forgotten has lost what is below it
 * before, which was said no later.
 */
export class EventCorrelator {
  readonly #about = new Map<string, About>();
  /** In the order in which they were last said. */
  readonly #similar = new Set<Similar>();
  readonly #counted = new Set<Counted>();

  /** Undefined when the event is cut off; `now` in milliseconds since 1970. `message` is what is to be written. */
  correlate(said: Said, now: number): { message: string; observed: Observed } | undefined {
    const about = this.#aboutOf(`${said.uid}\n${said.type}`, now);
    const similar = this.#similarOf(about, said.reason, now);
    const isCombined = combines(similar, said.message);
    const observed = this.#countedOf(
      similar,
      isCombined ? undefined : said.message,
      isCombined ? '' : said.fieldPath,
      now,
    );
    if (!mayBeSaid(about, now)) return undefined;
    return { message: isCombined ? `(combined from similar events): ${said.message}` : said.message, observed };
  }

  #countedOf(similar: Similar, message: string | undefined, fieldPath: string, now: number): Observed {
    const known = similar.counted.find((each) => each.message === message && each.fieldPath === fieldPath);
    const counted = known ?? { count: 0, first: now, written: undefined, message, fieldPath, similar };
    counted.count += 1;
    if (known === undefined) similar.counted.push(counted);
    const forgotten = touch(this.#counted, counted, known !== undefined);
    if (forgotten !== undefined) removeFrom(forgotten.similar.counted, forgotten);
    return counted;
  }

  #similarOf(about: About, reason: string, now: number): Similar {
    const known = about.similar.find((each) => each.reason === reason);
    const similar = known ?? { about, reason, texts: [], at: now, counted: [] };
    if (now - similar.at > similarInterval) similar.texts = [];
    similar.at = now;
    if (known === undefined) about.similar.push(similar);
    const forgotten = touch(this.#similar, similar, known !== undefined);
    if (forgotten !== undefined) removeFrom(forgotten.about.similar, forgotten);
    return similar;
  }

  #aboutOf(key: string, now: number): About {
    const known = this.#about.get(key);
    const about = known ?? { key, left: burst, at: now, similar: [] };
    if (known !== undefined) this.#about.delete(key);
    this.#about.set(key, about);
    if (this.#about.size > remembered) {
      const [oldest = ''] = this.#about.keys();
      this.#about.delete(oldest);
    }
    return about;
  }
}

/** Notes a text; whether there are so many that they are combined. */
function combines({ texts }: Similar, message: string): boolean {
  if (!texts.includes(message)) texts.push(message);
  if (texts.length < similarTexts) return false;
  texts.shift();
  return true;
}

function mayBeSaid(about: About, now: number): boolean {
  const available = Math.min(burst, about.left + (now - about.at) / refill);
  about.left = available >= 1 ? available - 1 : available;
  about.at = now;
  return available >= 1;
}

/** Puts it last; returns what is forgotten for it. */
function touch<Item>(items: Set<Item>, item: Item, isKnown: boolean): Item | undefined {
  if (isKnown) items.delete(item);
  items.add(item);
  if (items.size <= remembered) return undefined;
  const [oldest] = items;
  if (oldest !== undefined) items.delete(oldest);
  return oldest;
}

function removeFrom<Item>(list: Item[], item: Item): void {
  const index = list.indexOf(item);
  if (index !== -1) list.splice(index, 1);
}
