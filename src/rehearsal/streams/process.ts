import type { Clock } from '../../clock.ts';

/** What a rehearsed container has that its programs can see. */
export interface ContainerView {
  hostname: string;
  /** In the order in which `env` prints it. */
  env: Readonly<Record<string, string>>;
  /** Content by absolute path, without folders. */
  files: ReadonlyMap<string, Buffer>;
  workingDir: string;
  user: { uid: number; gid: number };
  /** Whether something answers on this port. */
  isListening(port: number): boolean;
}

/** One running program. */
export interface Process {
  /** Without its own name. */
  args: readonly string[];
  env: ReadonlyMap<string, string>;
  cwd: string;
  stdin: Input;
  out(data: string | Buffer): Promise<void>;
  err(data: string | Buffer): Promise<void>;
  container: ContainerView;
  clock: Clock;
  isTerminal: boolean;
  /** Aborted when nobody listens any more. */
  signal: AbortSignal;
  /** Runs another program with these streams; undefined when there is none of that name. */
  run(name: string, args: readonly string[], env: ReadonlyMap<string, string>): Promise<number> | undefined;
}

/** Returns its exit code. */
export type Program = (process: Process) => number | Promise<number>;

/** Bytes that come in, read by line or as they come; what one reader leaves, the next one gets. */
export class Input {
  readonly #source: AsyncIterator<Buffer>;
  #left = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer> | Iterable<Buffer>) {
    this.#source = (async function* iterate() {
      yield* source;
    })();
  }

  /** With its newline, unless it is the last; undefined at the end. */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.#left.indexOf(10);
      if (end !== -1) return this.#take(end + 1);
      const more = await this.#source.next();
      if (more.done === true) return this.#left.length === 0 ? undefined : this.#take(this.#left.length);
      this.#left = Buffer.concat([this.#left, more.value]);
    }
  }

  /** The same input without what has been read ahead. */
  ahead(): Input {
    const source = this.#source;
    return new Input({ [Symbol.asyncIterator]: () => ({ next: () => source.next() }) });
  }

  async *chunks(): AsyncGenerator<Buffer> {
    if (this.#left.length > 0) {
      const left = this.#left;
      this.#left = Buffer.alloc(0);
      yield left;
    }
    for (let more = await this.#source.next(); more.done !== true; more = await this.#source.next()) yield more.value;
  }

  #take(size: number): string {
    const text = this.#left.toString('utf8', 0, size);
    this.#left = this.#left.subarray(size);
    return text;
  }
}

/** `/a/../b` and relative paths made absolute. */
export function resolvePath(cwd: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${cwd}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** Names in a folder, sorted; undefined when there is no such folder. */
export function folderEntries({ files }: ContainerView, path: string): string[] | undefined {
  const prefix = path === '/' ? '/' : `${path}/`;
  const names = new Set<string>();
  for (const file of files.keys())
    if (file.startsWith(prefix)) names.add(file.slice(prefix.length).split('/')[0] ?? '');
  return names.size === 0 && path !== '/' ? undefined : [...names].sort();
}
