import type { Chance } from '../chance.ts';
import type { RehearsalClock } from '../clock.ts';
import { knownImage } from './known-images.ts';

/** An image as the container runtime knows it. */
export interface Image {
  /** `docker.io/library/postgres:17` */
  name: string;
  /** `docker.io/library/postgres@sha256:...`: what a status calls imageID. */
  id: string;
  sizeBytes: number;
}

export type PullResult = { image: Image; duration: number; waited: number } | { error: string; duration: number };

/** Why an image cannot be pulled: the text of the runtime; undefined when it can. Asked at each try. */
export type PullProblem = (name: string) => string | undefined;

/** Milliseconds: what a registry answers in, what an image takes, and what a second look at one that is there takes. */
const times = { refused: [80, 250], pull: [800, 3000], known: [60, 140] } as const;

/**
 * The image store of one node. Pulls are made one after the other, as the kubelet does (`serializeImagePulls`); the first
 * of an image takes long, later ones find its layers.
 */
export class ImageStore {
  readonly #clock: RehearsalClock;
  readonly #chance: Chance;
  /** How long pulls take, by image. */
  readonly #sources = new Map<string, Chance>();
  readonly #present = new Map<string, Image>();
  readonly #waiting: { name: string; problem: PullProblem; since: number; done: (result: PullResult) => void }[] = [];
  #isPulling = false;

  constructor(clock: RehearsalClock, chance: Chance) {
    this.#clock = clock;
    this.#chance = chance;
  }

  get(name: string): Image | undefined {
    return this.#present.get(name);
  }

  /** In the order in which they came. */
  all(): readonly Image[] {
    return [...this.#present.values()];
  }

  /** An image that is there from the start. */
  load(name: string): void {
    this.#present.set(name, imageOf(name));
  }

  pull(name: string, problem: PullProblem, done: (result: PullResult) => void): void {
    this.#waiting.push({ name, problem, since: this.#clock.now(), done });
    if (!this.#isPulling) this.#next();
  }

  #next(): void {
    const pull = this.#waiting.shift();
    this.#isPulling = pull !== undefined;
    if (pull === undefined) return;
    const { name, problem, since, done } = pull;
    const error = problem(name);
    const duration = this.#time(
      name,
      error !== undefined ? times.refused : this.#present.has(name) ? times.known : times.pull,
    );
    this.#clock.after(duration, () => {
      if (error === undefined) {
        const image = this.#present.get(name) ?? imageOf(name);
        this.#present.set(name, image);
        done({ image, duration, waited: this.#clock.now() - since });
      } else done({ error, duration });
      this.#next();
    });
  }

  #time(name: string, [least, most]: readonly [number, number]): number {
    const source = this.#sources.get(name) ?? this.#chance.fork(name);
    this.#sources.set(name, source);
    return Math.round(least + source.next() * (most - least));
  }
}

/**
 * The full name of an image, as containerd knows it: registry, `library/` and tag filled in
 * (github.com/distribution/reference); or why it is no name.
 */
export function imageName(text: string): { name: string } | { error: string } {
  const match = /^(?:([^/]*[.:][^/]*|localhost)\/)?([^:@]*)(?::([^@/]*))?(?:@(.*))?$/.exec(text);
  const [, registry, path = '', tag, digest] = match ?? [];
  const upper = path.split('/').find((part) => part !== part.toLowerCase());
  if (upper !== undefined) {
    const remote = path.includes('/') ? path.split('/').slice(1).join('/') : path;
    const name = registry === undefined && !path.includes('/') ? `library/${path}` : remote;
    return { error: `invalid reference format: repository name (${name}) must be lowercase` };
  }
  if (match === null || path === '' || !/^[\w./-]+$/.test(path) || path.startsWith('/') || path.endsWith('/'))
    return { error: 'invalid reference format' };
  if (tag !== undefined && !/^[\w][\w.-]{0,127}$/.test(tag)) return { error: 'invalid reference format' };
  const host = registry ?? 'docker.io';
  const repository = host === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
  if (digest !== undefined) return { name: `${host}/${repository}@${digest}` };
  return { name: `${host}/${repository}:${tag ?? 'latest'}` };
}

function imageOf(name: string): Image {
  const repository = name.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  const given = /@(sha256:.*)$/.exec(name)?.[1];
  return {
    name,
    id: `${repository}@${given ?? `sha256:${digestOf(name)}`}`,
    sizeBytes:
      knownImage(name)?.sizeBytes ?? 60_000_000 + (Number.parseInt(digestOf(name).slice(0, 6), 16) % 40_000_000),
  };
}

/** 64 hexadecimal digits that are the same for the same name: no registry was asked. */
function digestOf(name: string): string {
  let state = 0x811c9dc5;
  let digits = '';
  for (let part = 0; part < 8; part += 1) {
    for (const byte of Buffer.from(`${name}${part}`)) state = Math.imul(state ^ byte, 0x01000193) >>> 0;
    digits += state.toString(16).padStart(8, '0');
  }
  return digits;
}
