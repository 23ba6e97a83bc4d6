import { Input, resolvePath, type Process, type Program } from './process.ts';
import { parseScript, type Command, type Pipeline } from './shell-syntax.ts';
import { ShellSyntaxError, type Word } from './shell-tokens.ts';

/** The program of this name or path; undefined when there is none. */
export type FindProgram = (name: string) => Program | undefined;

/** Thrown by `exit`. */
class Exit extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

interface Streams {
  stdin: Input;
  out: Process['out'];
  err: Process['err'];
}

/** One shell: its variables, its folder, what its last command came to. */
export class Session {
  readonly #find: FindProgram;
  readonly #name: string;
  readonly #process: Process;
  readonly #variables: Map<string, string>;
  readonly #exported: Set<string>;
  #positional: readonly string[] = [];
  #cwd: string;
  #lastCode = 0;

  constructor(name: string, process: Process, find: FindProgram) {
    this.#find = find;
    this.#name = name;
    this.#process = process;
    this.#variables = new Map(process.env);
    this.#exported = new Set(process.env.keys());
    this.#cwd = process.cwd;
  }

  async script(text: string, positional: readonly string[], line = 1): Promise<number> {
    this.#positional = positional;
    return this.#guarded(() => this.#runLines(text, line, this.#process));
  }

  /** Reads its commands line by line; a prompt only on a terminal. */
  async interactive(): Promise<number> {
    const { stdin, err, isTerminal, signal, container } = this.#process;
    // bash reads no further than the line that it runs; dash does, and what it has read is lost to its commands.
    const streams = { ...this.#process, stdin: this.#name === 'bash' ? stdin : stdin.ahead() };
    for (let number = 1; !signal.aborted; number += 1) {
      if (isTerminal) await err(container.user.uid === 0 ? '# ' : '$ ');
      const line = await stdin.line();
      if (line === undefined) break;
      try {
        await this.#runLines(line, number, streams);
      } catch (error) {
        const code = await this.#codeOf(error);
        if (error instanceof Exit || !isTerminal) return code;
        this.#lastCode = code;
      }
    }
    return this.#lastCode;
  }

  async #guarded(run: () => Promise<void>): Promise<number> {
    try {
      await run();
      return this.#lastCode;
    } catch (error) {
      return this.#codeOf(error);
    }
  }

  async #codeOf(error: unknown): Promise<number> {
    if (error instanceof Exit) return error.code;
    if (!(error instanceof ShellSyntaxError)) throw error;
    await this.#complain(this.#process, error.line, error.message);
    return 2;
  }

  #complain(streams: Streams, line: number, text: string): Promise<void> {
    return streams.err(this.#name === 'bash' ? `bash: line ${line}: ${text}\n` : `${this.#name}: ${line}: ${text}\n`);
  }

  async #runLines(text: string, line: number, streams: Streams): Promise<void> {
    for (const pipelines of parseScript(text, line)) await this.#runAll(pipelines, streams);
  }

  async #runAll(pipelines: readonly Pipeline[], streams: Streams): Promise<void> {
    for (const { when, isNegated, commands } of pipelines) {
      if (this.#process.signal.aborted) throw new Exit(143);
      if (when === 'success' && this.#lastCode !== 0) continue;
      if (when === 'failure' && this.#lastCode === 0) continue;
      let input = streams.stdin;
      for (const [index, command] of commands.entries()) {
        if (index === commands.length - 1) {
          this.#lastCode = await this.#command(command, { ...streams, stdin: input });
          break;
        }
        const held: Buffer[] = [];
        await this.#inPipe(command, { ...streams, stdin: input, out: keepIn(held) });
        input = new Input(held);
      }
      if (isNegated) this.#lastCode = this.#lastCode === 0 ? 1 : 0;
    }
  }

  /** A part of a pipe is a process of its own: `exit` ends only that. */
  async #inPipe(command: Command, streams: Streams): Promise<void> {
    try {
      await this.#command(command, streams);
    } catch (error) {
      if (!(error instanceof Exit)) throw error;
    }
  }

  async #command(command: Command, streams: Streams): Promise<number> {
    const words: string[] = [];
    for (const word of command.words) words.push(...(await this.#expand(word, streams)));
    const own = new Map<string, string>();
    for (const { name, value } of command.assignments) own.set(name, (await this.#expand(value, streams)).join(' '));
    const redirected = await this.#redirect(command, streams);
    if (redirected === undefined) return 2;
    const [name, ...args] = words;
    if (name === undefined) {
      for (const [variable, value] of own) this.#variables.set(variable, value);
      return 0;
    }
    const builtin = this.#builtin(name, args, command.line, redirected);
    if (builtin !== undefined) return builtin;
    const code = this.#start(name, args, this.#environment(own), redirected);
    if (code !== undefined) return code;
    const why = this.#name === 'bash' ? 'command not found' : 'not found';
    if (this.#name === 'bash') await redirected.err(`bash: line ${command.line}: ${name}: ${why}\n`);
    else await this.#complain(redirected, command.line, `${name}: ${why}`);
    return 127;
  }

  #start(name: string, args: readonly string[], env: ReadonlyMap<string, string>, streams: Streams) {
    const program = this.#find(name);
    if (program === undefined) return undefined;
    const run: Process['run'] = (of, rest, variables) => this.#start(of, rest, variables, streams);
    return Promise.resolve(program({ ...this.#process, ...streams, args, env, cwd: this.#cwd, run }));
  }

  #environment(own: ReadonlyMap<string, string>): Map<string, string> {
    const exported = [...this.#variables].filter(([name]) => this.#exported.has(name));
    return new Map([...exported, ...own]);
  }

  #builtin(name: string, args: readonly string[], line: number, streams: Streams): Promise<number> | undefined {
    switch (name) {
      case ':':
        return Promise.resolve(0);
      case '[':
        return args.at(-1) === ']' ? undefined : this.#complain(streams, line, '[: missing ]').then(() => 2);
      case 'exit':
        return this.#exit(args[0], line, streams);
      case 'cd':
        return this.#changeFolder(args[0] ?? this.#variables.get('HOME') ?? '/', line, streams);
      case 'export':
        for (const arg of args) {
          const [variable = '', ...value] = arg.split('=');
          this.#exported.add(variable);
          if (arg.includes('=')) this.#variables.set(variable, value.join('='));
        }
        return Promise.resolve(0);
      default:
        return undefined;
    }
  }

  async #exit(code: string | undefined, line: number, streams: Streams): Promise<number> {
    if (code === undefined || /^\d+$/.test(code))
      throw new Exit(code === undefined ? this.#lastCode : Number(code) & 0xff);
    await this.#complain(streams, line, `exit: Illegal number: ${code}`);
    throw new Exit(2);
  }

  async #changeFolder(target: string, line: number, streams: Streams): Promise<number> {
    const path = resolvePath(this.#cwd, target);
    const exists =
      path === '/' || [...this.#process.container.files.keys()].some((file) => file.startsWith(`${path}/`));
    if (exists) this.#cwd = path;
    else await this.#complain(streams, line, `cd: can't cd to ${target}`);
    return exists ? 0 : 2;
  }

  /** undefined when a file cannot be opened: then the command does not run. Nothing can be written but to /dev. */
  async #redirect({ redirections, line }: Command, streams: Streams): Promise<Streams | undefined> {
    let { stdin, out, err } = streams;
    for (const { from, to } of redirections) {
      if (typeof to === 'number') {
        if (from === 1) out = to === 2 ? err : out;
        else err = to === 1 ? out : err;
        continue;
      }
      const name = (await this.#expand(to, streams)).join(' ');
      const path = resolvePath(this.#cwd, name);
      const content = path === '/dev/null' ? Buffer.alloc(0) : this.#process.container.files.get(path);
      if (from === 0 && content !== undefined) stdin = new Input([content]);
      else if (from === 1 && path === '/dev/null') out = drop;
      else if (from === 2 && path === '/dev/null') err = drop;
      else if (from === 1 && path === '/dev/stderr') out = err;
      else if (from === 2 && path === '/dev/stdout') err = out;
      else if (path !== '/dev/stdout' && path !== '/dev/stderr') {
        const why = from === 0 ? `cannot open ${name}: No such file` : `cannot create ${name}: Read-only file system`;
        await this.#complain(streams, line, why);
        return undefined;
      }
    }
    return { stdin, out, err };
  }

  /** The words that one word becomes: unquoted values are split at blanks, and vanish when they are empty. */
  async #expand(word: Word, streams: Streams): Promise<string[]> {
    const words: string[] = [];
    let current: string | undefined;
    for (const piece of word) {
      const text =
        piece.kind === 'text'
          ? piece.text
          : piece.kind === 'output'
            ? await this.#outputOf(piece.script, streams)
            : await this.#valueOf(piece.name, piece.fallback, streams);
      if (piece.kind === 'text' || piece.isQuoted) {
        current = (current ?? '') + text;
        continue;
      }
      const parts = text.split(/[ \t\n]+/);
      for (const [index, part] of parts.entries()) {
        if (index > 0 && current !== undefined) {
          words.push(current);
          current = undefined;
        }
        if (part !== '') current = (current ?? '') + part;
      }
    }
    return current === undefined ? words : [...words, current];
  }

  async #valueOf(name: string, fallback: Word | undefined, streams: Streams): Promise<string> {
    const value = this.#special(name) ?? this.#variables.get(name) ?? '';
    return value === '' && fallback !== undefined ? (await this.#expand(fallback, streams)).join(' ') : value;
  }

  #special(name: string): string | undefined {
    if (name === '?') return String(this.#lastCode);
    if (name === '#') return String(Math.max(0, this.#positional.length - 1));
    if (name === '$') return '7';
    return /^\d$/.test(name) ? (this.#positional[Number(name)] ?? (name === '0' ? this.#name : '')) : undefined;
  }

  async #outputOf(script: string, streams: Streams): Promise<string> {
    const held: Buffer[] = [];
    const inner = new Session(
      this.#name,
      {
        ...this.#process,
        ...streams,
        env: this.#environment(new Map()),
        cwd: this.#cwd,
        out: keepIn(held),
      },
      this.#find,
    );
    for (const [name, value] of this.#variables) inner.#variables.set(name, value);
    this.#lastCode = await inner.script(script, this.#positional);
    return Buffer.concat(held).toString().replace(/\n+$/, '');
  }
}

const drop = () => Promise.resolve();

function keepIn(held: Buffer[]): Process['out'] {
  return (data) => {
    held.push(Buffer.from(data));
    return Promise.resolve();
  };
}
