import { DockerfileError } from './dockerfile-error.ts';
import { didYouMean } from './nearest.ts';

/** What `RUN --mount` binds. */
export interface Mount {
  type: string;
  from?: string;
  source?: string;
}

const types = ['bind', 'cache', 'tmpfs', 'secret', 'ssh'];
// prettier-ignore
const keys = [
  'type', 'from', 'source', 'src', 'target', 'dst', 'destination', 'readonly', 'ro', 'readwrite', 'rw',
  'id', 'sharing', 'required', 'size', 'mode', 'uid', 'gid', 'env',
];
/** Keys that may stand without a value. */
const switches = ['readonly', 'ro', 'readwrite', 'rw', 'required'];

/** The stage or image that one `--mount` takes from, which may be no variable. */
export function mountFrom(text: string): string | undefined {
  const [field = '', from] = /(?:^|,)from=([^,]*)/i.exec(text) ?? [];
  if (from === undefined || !/\$./.test(from)) return from?.toLowerCase();
  throw new DockerfileError("'from' doesn't support variable expansion, define alias stage instead", {
    word: field.replace(/^,/, ''),
  });
}

/** Reads one `--mount`; `expanded` replaces variables. */
export function readMount(text: string, expanded: (word: string) => string): Mount {
  const mount: Mount = { type: 'bind' };
  for (const field of text.split(',')) {
    const [, written = '', given] = /^([^=]*)(?:=(.*))?$/s.exec(field.replace(/^"(.*)"$/, '$1')) ?? [];
    const key = written.toLowerCase();
    if (given === undefined) {
      if (switches.includes(key)) continue;
      throw new DockerfileError(`invalid field '${field}' must be a key=value pair`, { word: field });
    }
    const value = expanded(given);
    if (!keys.includes(key)) {
      throw new DockerfileError(`unexpected key '${key}' in '${field}'${didYouMean(key, keys)}`, { word: field });
    }
    if (key === 'type') {
      const type = value.toLowerCase();
      if (!types.includes(type))
        throw new DockerfileError(`unsupported mount type ${JSON.stringify(value)}${didYouMean(value, types)}`, {
          word: field,
        });
      mount.type = type;
    } else if (key === 'from') mount.from = value;
    else if (key === 'source' || key === 'src') mount.source = value;
  }
  return mount;
}
