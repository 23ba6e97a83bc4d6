import { DockerfileError } from './dockerfile-error.ts';
import { isHeredoc, jsonWords, quotedWords, splitLine, type Escape, type Instruction } from './instructions.ts';
import { readFlags, type Flags } from './flags.ts';
import { mountFrom } from './mounts.ts';
import { didYouMean } from './nearest.ts';

/** What an instruction says, as far as it can be known before variables are replaced. */
export type Command =
  | { kind: 'from'; base: string; as?: string; platform?: string }
  | Copy
  | { kind: 'run'; mounts: readonly string[] }
  | { kind: 'arg'; args: readonly { name: string; value?: string }[] }
  | { kind: 'env'; pairs: readonly { name: string; value: string }[] }
  | { kind: 'workdir' | 'user'; value: string }
  | { kind: 'expose'; ports: readonly string[] }
  | { kind: 'cmd' | 'entrypoint'; words: readonly string[]; isShell: boolean }
  | { kind: 'onbuild'; command: Command; instruction: Instruction }
  | { kind: 'other'; words: readonly string[] };

export interface Copy {
  kind: 'copy' | 'add';
  /** Without here-documents. */
  sources: readonly string[];
  from?: string;
  chmod?: string;
  checksum?: string;
  /** `--parents`. */
  hasParents: boolean;
}

/** Arguments of an instruction: in JSON form, by white space, in quotes, or as one. */
type Arguments = { words: readonly string[]; isJson: boolean };

type Shape = 'maybe-json' | 'maybe-json-list' | 'spaced' | 'quoted' | 'pairs' | 'whole' | 'health' | 'sub';

const shapes: Readonly<Record<string, Shape>> = {
  ADD: 'maybe-json-list',
  ARG: 'quoted',
  CMD: 'maybe-json',
  COPY: 'maybe-json-list',
  ENTRYPOINT: 'maybe-json',
  ENV: 'pairs',
  EXPOSE: 'spaced',
  FROM: 'spaced',
  HEALTHCHECK: 'health',
  LABEL: 'pairs',
  MAINTAINER: 'whole',
  ONBUILD: 'sub',
  RUN: 'maybe-json',
  SHELL: 'maybe-json',
  STOPSIGNAL: 'whole',
  USER: 'whole',
  VOLUME: 'maybe-json-list',
  WORKDIR: 'whole',
};

/** Splits the arguments; what is wrong here stops BuildKit before it has looked at any instruction. */
export function argumentsOf({ keyword, rest, line }: Instruction, escape: Escape): Arguments {
  const shape = shapes[keyword.toUpperCase()];
  const plain = (words: readonly string[]): Arguments => ({ words, isJson: false });
  if (rest === '' || shape === undefined) return plain([]);
  try {
    switch (shape) {
      case 'maybe-json':
      case 'maybe-json-list': {
        const words = jsonWords(rest);
        if (words !== undefined) return { words, isJson: true };
        return plain(shape === 'maybe-json' ? [rest] : rest.split(/[\t\v\f\r ]+/));
      }
      case 'spaced':
        return plain(rest.split(/[\t\v\f\r ]+/));
      case 'quoted':
        return plain(quotedWords(rest, escape));
      case 'pairs':
        return plain(pairWords(keyword.toUpperCase(), rest, escape));
      case 'health': {
        const [type = ''] = /^\S+/.exec(rest) ?? [];
        const command = rest.slice(type.length).trimStart();
        const words = jsonWords(command);
        return { words: [type, ...(words ?? (command === '' ? [] : [command]))], isJson: words !== undefined };
      }
      case 'sub':
      case 'whole':
        return plain([rest]);
      default:
        return shape satisfies never;
    }
  } catch (error) {
    throw error instanceof DockerfileError ? new DockerfileError(error.message, { line }) : error;
  }
}

/** `NAME=VALUE` each; the old form `NAME VALUE` is one of them. */
function pairWords(keyword: string, rest: string, escape: Escape): string[] {
  const words = quotedWords(rest, escape);
  if (words[0]?.includes('=') === true) {
    const wrong = words.find((word) => !word.includes('='));
    if (wrong === undefined) return words;
    throw new DockerfileError(
      `Syntax error - can't find = in ${JSON.stringify(wrong)}. Must be of the form: name=value`,
    );
  }
  const [, name, value] = /^([^\t\v\f\r ]+)[\t\v\f\r ]+(.*)$/s.exec(rest) ?? [];
  if (name === undefined) throw new DockerfileError(`${keyword} must have two arguments`);
  return [`${name}=${value}`];
}

/** Those that say themselves what they lack, and those to which nothing is lacking. */
const mayBeBare: readonly string[] = ['ADD', 'COPY', 'RUN', 'CMD', 'ENTRYPOINT', 'FROM'];
const takesOne: readonly string[] = ['MAINTAINER', 'STOPSIGNAL', 'USER', 'WORKDIR'];

/** The command of an instruction; `DockerfileError` in the words of BuildKit (frontend/dockerfile/instructions). */
export function commandOf(instruction: Instruction, { words, isJson }: Arguments, escape: Escape): Command {
  const keyword = instruction.keyword.toUpperCase();
  if (shapes[keyword] === undefined) throw unknownInstruction(instruction.keyword);
  if (words.length === 0 && !mayBeBare.includes(keyword)) {
    const needed = takesOne.includes(keyword) ? 'exactly' : 'at least';
    throw new DockerfileError(`${keyword} requires ${needed} one argument`);
  }
  switch (keyword) {
    case 'FROM':
      return from(words, readFlags(keyword, instruction.flags));
    case 'ADD':
    case 'COPY':
      return copy(keyword, instruction, words);
    case 'RUN': {
      const mounts = readFlags(keyword, instruction.flags).mount ?? [];
      for (const mount of mounts) mountFrom(mount);
      return { kind: 'run', mounts };
    }
    case 'ARG':
      return { kind: 'arg', args: words.map((word) => nameAndValue('ARG', word)) };
    case 'ONBUILD':
      return onbuild(instruction, escape);
    case 'HEALTHCHECK':
      health(words, readFlags(words[0]?.toUpperCase() === 'NONE' ? '' : keyword, instruction.flags));
      return { kind: 'other', words: [] };
    default:
      if (keyword !== 'STOPSIGNAL') readFlags(keyword, instruction.flags);
      return plainCommand(keyword, words, isJson);
  }
}

function plainCommand(keyword: string, words: readonly string[], isJson: boolean): Command {
  switch (keyword) {
    case 'ENV':
      return { kind: 'env', pairs: words.map((word) => ({ value: '', ...nameAndValue('ENV', word) })) };
    case 'LABEL':
      for (const word of words) nameAndValue('LABEL', word);
      return { kind: 'other', words };
    case 'WORKDIR':
    case 'USER':
      return { kind: keyword === 'USER' ? 'user' : 'workdir', value: words[0] ?? '' };
    case 'EXPOSE':
      return { kind: 'expose', ports: words };
    case 'CMD':
    case 'ENTRYPOINT':
      return { kind: keyword === 'CMD' ? 'cmd' : 'entrypoint', words, isShell: !isJson };
    case 'SHELL':
      if (!isJson) throw new DockerfileError('SHELL requires the arguments to be in JSON form');
      return { kind: 'other', words: [] };
    case 'VOLUME':
      if (words.some((word) => word.trim() === ''))
        throw new DockerfileError('VOLUME specified can not be an empty string');
      return { kind: 'other', words };
    default:
      return { kind: 'other', words };
  }
}

/** `FORM` may be meant as `FROM`: in the case that was written. */
function unknownInstruction(keyword: string): DockerfileError {
  const isLower = keyword === keyword.toLowerCase();
  const candidates = Object.keys(shapes).map((name) => (isLower ? name.toLowerCase() : name));
  const word = isLower ? keyword : keyword.toUpperCase();
  return new DockerfileError(`unknown instruction: ${keyword}${didYouMean(word, candidates)}`, { word: keyword });
}

function from(words: readonly string[], { platform }: Flags): Command {
  const [base = '', as, name] = words;
  if (words.length !== 1 && !(words.length === 3 && as?.toLowerCase() === 'as'))
    throw new DockerfileError('FROM requires either one or three arguments');
  if (name !== undefined && !/^[a-z][a-z0-9-_.]*$/.test(name.toLowerCase())) {
    throw new DockerfileError(
      `invalid name for build stage: ${JSON.stringify(name)}, name can't start with a number or contain symbols`,
      { word: name },
    );
  }
  return {
    kind: 'from',
    base,
    ...(name === undefined ? {} : { as: name.toLowerCase() }),
    ...(platform?.[0] === undefined ? {} : { platform: platform[0] }),
  };
}

function copy(keyword: 'ADD' | 'COPY', { flags }: Instruction, words: readonly string[]): Copy {
  if (words.length < 2) {
    throw new DockerfileError(
      `${keyword} requires at least two arguments, but only one was provided. Destination could not be determined`,
    );
  }
  const given = readFlags(keyword, flags);
  const destination = words.at(-1) ?? '';
  if (isHeredoc(destination)) throw new DockerfileError(`${keyword} cannot accept a heredoc as a destination`);
  return {
    kind: keyword === 'ADD' ? 'add' : 'copy',
    sources: words.slice(0, -1).filter((word) => !isHeredoc(word)),
    hasParents: given.parents?.[0] === 'true',
    ...(given.from?.[0] ? { from: given.from[0] } : {}),
    ...(given.chmod?.[0] ? { chmod: given.chmod[0] } : {}),
    ...(given.checksum?.[0] ? { checksum: given.checksum[0] } : {}),
  };
}

function onbuild(instruction: Instruction, escape: Escape): Command {
  const inner: Instruction = { ...instruction, ...splitLine(instruction.rest, escape) };
  readFlags('ONBUILD', instruction.flags);
  const trigger = inner.keyword.toUpperCase();
  if (trigger === 'ONBUILD') throw new DockerfileError("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  if (trigger === 'FROM' || trigger === 'MAINTAINER')
    throw new DockerfileError(`${trigger} isn't allowed as an ONBUILD trigger`);
  // BuildKit reads the trigger only where a stage is built on this one; a mistake in it is one all the same.
  return { kind: 'onbuild', command: commandOf(inner, argumentsOf(inner, escape), escape), instruction: inner };
}

function nameAndValue(keyword: string, word: string): { name: string; value?: string } {
  const at = word.indexOf('=');
  if (at === 0) throw new DockerfileError(`${keyword} names can not be blank`);
  return at < 0 ? { name: word } : { name: word.slice(0, at), value: word.slice(at + 1) };
}

function health(words: readonly string[], flags: Flags): void {
  const type = (words[0] ?? '').toUpperCase();
  if (type === 'NONE') {
    if (words.length > 1) throw new DockerfileError('HEALTHCHECK NONE takes no arguments');
    return;
  }
  if (type !== 'CMD') throw new DockerfileError(`Unknown type ${JSON.stringify(type)} in HEALTHCHECK (try CMD)`);
  if (words.length === 1) throw new DockerfileError('Missing command after HEALTHCHECK CMD');
  const retries = flags.retries?.[0];
  if (retries !== undefined && Number(retries) < 0)
    throw new DockerfileError(`--retries cannot be negative (${Number(retries)})`);
}
