import { DockerfileError } from './dockerfile-error.ts';
import { didYouMean } from './nearest.ts';

/** Values by flag, in the order in which they are given; of a switch `true` or `false`. */
export type Flags = Readonly<Partial<Record<string, readonly string[]>>>;

type FlagKind = 'text' | 'list' | 'switch';

/** Flags of each instruction (docs.docker.com/reference/dockerfile; BuildKit frontend/dockerfile/instructions). */
const flagsOf: Readonly<Record<string, Readonly<Record<string, FlagKind>>>> = {
  FROM: { platform: 'text' },
  ADD: {
    chown: 'text',
    chmod: 'text',
    link: 'switch',
    'keep-git-dir': 'switch',
    checksum: 'text',
    unpack: 'switch',
    exclude: 'list',
  },
  COPY: { chown: 'text', from: 'text', chmod: 'text', link: 'switch', exclude: 'list', parents: 'switch' },
  RUN: { mount: 'list', network: 'text', security: 'text', device: 'list' },
  HEALTHCHECK: {
    interval: 'text',
    timeout: 'text',
    'start-period': 'text',
    'start-interval': 'text',
    retries: 'text',
  },
};

/** Reads the flags of an instruction; `DockerfileError` in the words of BuildKit. */
export function readFlags(keyword: string, flags: readonly string[]): Flags {
  const known = flagsOf[keyword] ?? {};
  const read: Record<string, string[]> = {};
  for (const flag of flags) {
    const [, shown = '', value] = /^(--[^=]*)(?:=(.*))?$/s.exec(flag) ?? [];
    const name = shown.slice(2);
    const kind = known[name];
    if (kind === undefined) {
      throw new DockerfileError(`unknown flag: ${shown}${didYouMean(name, Object.keys(known))}`, { word: shown });
    }
    if (read[name] !== undefined && kind !== 'list')
      throw new DockerfileError(`duplicate flag specified: ${shown}`, { word: shown });
    (read[name] ??= []).push(valueOf(kind, shown, value));
  }
  return read;
}

function valueOf(kind: FlagKind, shown: string, value: string | undefined): string {
  if (kind !== 'switch') {
    if (value === undefined) throw new DockerfileError(`missing a value on flag: ${shown}`, { word: shown });
    return value;
  }
  if (value === '') throw new DockerfileError(`missing a value on flag: ${shown}`, { word: shown });
  const word = (value ?? 'true').toLowerCase();
  if (word === 'true' || word === 'false') return word;
  throw new DockerfileError(`expecting boolean value for flag ${shown}, not: ${value}`, { word: shown });
}
