import { pause } from '../../clock.ts';
import { folderEntries, resolvePath, type Process, type Program } from './process.ts';

/**
 * The programs of a rehearsed container besides its shell. Texts and exit codes are those of Debian's coreutils and
 * hostname and of PostgreSQL's pg_isready.
 */
export const programs: Readonly<Record<string, Program>> = {
  true: () => 0,
  false: () => 1,
  echo,
  printf,
  cat,
  ls,
  env,
  printenv,
  hostname,
  id,
  sleep,
  date,
  test: condition,
  '[': bracket,
  pg_isready: postgresReady,
  async whoami({ container, out }) {
    await out(`${userName(container.user.uid) ?? container.user.uid}\n`);
    return 0;
  },
  async pwd({ cwd, out }) {
    await out(`${cwd}\n`);
    return 0;
  },
  async tty({ isTerminal, out }) {
    await out(isTerminal ? '/dev/pts/0\n' : 'not a tty\n');
    return isTerminal ? 0 : 1;
  },
};

async function echo({ args, out }: Process): Promise<number> {
  const hasNewline = args[0] !== '-n';
  await out(`${(hasNewline ? args : args.slice(1)).join(' ')}${hasNewline ? '\n' : ''}`);
  return 0;
}

/** `%s`, `%d`, `%%` and the usual escapes; the format is used again while there are arguments. */
async function printf({ args, out, err }: Process): Promise<number> {
  const [format, ...values] = args;
  if (format === undefined) {
    await err('printf: missing operand\n');
    return 2;
  }
  const escapes: Record<string, string> = { n: '\n', t: '\t', '\\': '\\', '"': '"' };
  do {
    const text = format
      .replaceAll(/%([sd%])/g, (_all, kind: string) =>
        kind === '%' ? '%' : (values.shift() ?? (kind === 'd' ? '0' : '')),
      )
      .replaceAll(/\\([nt\\"])/g, (_all, code: string) => escapes[code] ?? '');
    await out(text);
  } while (values.length > 0 && /%[sd]/.test(format));
  return 0;
}

async function cat(process: Process): Promise<number> {
  let code = 0;
  for (const name of process.args.length === 0 ? ['-'] : process.args) {
    if (name === '-') {
      for await (const chunk of process.stdin.chunks()) await process.out(chunk);
      continue;
    }
    const content = process.container.files.get(resolvePath(process.cwd, name));
    if (content !== undefined) {
      await process.out(content);
      continue;
    }
    await process.err(`cat: ${name}: ${isFolder(process, name) ? 'Is a directory' : 'No such file or directory'}\n`);
    code = 1;
  }
  return code;
}

const isFolder = ({ container, cwd }: Process, name: string) =>
  folderEntries(container, resolvePath(cwd, name)) !== undefined;
const isFile = ({ container, cwd }: Process, name: string) => container.files.has(resolvePath(cwd, name));

/** One name a line. Of the options `-1`, `-a` and `-d` mean something here. */
async function ls(process: Process): Promise<number> {
  const options = process.args.filter((arg) => arg.startsWith('-') && arg !== '-').join('');
  const named = process.args.filter((arg) => !arg.startsWith('-') || arg === '-');
  const names = named.length === 0 ? ['.'] : named.toSorted();
  const text = (list: readonly string[]) => list.map((entry) => `${entry}\n`).join('');
  const missing = names.filter((name) => !isFile(process, name) && !isFolder(process, name));
  for (const name of missing) await process.err(`ls: cannot access '${name}': No such file or directory\n`);
  const plain = names.filter((name) => isFile(process, name) || (options.includes('d') && isFolder(process, name)));
  const folders = names.filter((name) => !missing.includes(name) && !plain.includes(name));
  const blocks = plain.length > 0 ? [text(plain)] : [];
  for (const name of folders) {
    const entries = folderEntries(process.container, resolvePath(process.cwd, name)) ?? [];
    const shown = options.includes('a') ? ['.', '..', ...entries] : entries.filter((entry) => !entry.startsWith('.'));
    blocks.push(`${names.length > 1 ? `${name}:\n` : ''}${text(shown)}`);
  }
  await process.out(blocks.join('\n'));
  return missing.length > 0 ? 2 : 0;
}

async function env({ args, env: variables, out, err, run }: Process): Promise<number> {
  const first = args.findIndex((arg) => !arg.includes('='));
  const changed = new Map(variables);
  for (const arg of first === -1 ? args : args.slice(0, first)) {
    const at = arg.indexOf('=');
    changed.set(arg.slice(0, at), arg.slice(at + 1));
  }
  const [name, ...rest] = first === -1 ? [] : args.slice(first);
  if (name === undefined) {
    await out([...changed].map(([variable, value]) => `${variable}=${value}\n`).join(''));
    return 0;
  }
  const code = run(name, rest, changed);
  if (code !== undefined) return code;
  await err(`env: ‘${name}’: No such file or directory\n`);
  return 127;
}

async function printenv({ args, env: variables, out }: Process): Promise<number> {
  if (args.length === 0) await out([...variables].map(([name, value]) => `${name}=${value}\n`).join(''));
  const values = args.map((name) => variables.get(name));
  for (const value of values) if (value !== undefined) await out(`${value}\n`);
  return values.includes(undefined) ? 1 : 0;
}

async function hostname({ args, container, out, err }: Process): Promise<number> {
  const odd = args.find((arg) => !['-f', '-s', '--fqdn', '--short'].includes(arg));
  if (odd !== undefined) {
    await err(`hostname: invalid option -- '${odd.replace(/^-+/, '').slice(0, 1)}'\n`);
    return 255;
  }
  await out(`${container.hostname}\n`);
  return 0;
}

const userName = (uid: number) => (uid === 0 ? 'root' : undefined);

async function id({ args, container: { user }, out, err }: Process): Promise<number> {
  const named = args.filter((arg) => !arg.startsWith('-') && arg !== 'root');
  for (const name of named) await err(`id: ‘${name}’: no such user\n`);
  if (named.length > 0) return 1;
  const options = args.filter((arg) => arg.startsWith('-')).join('');
  const label = (number: number) => (userName(number) === undefined ? `${number}` : `${number}(${userName(number)})`);
  const chosen = options.includes('u')
    ? user.uid
    : options.includes('g') || options.includes('G')
      ? user.gid
      : undefined;
  if (chosen !== undefined) await out(`${options.includes('n') ? (userName(chosen) ?? chosen) : chosen}\n`);
  else await out(`uid=${label(user.uid)} gid=${label(user.gid)} groups=${label(user.gid)}\n`);
  return 0;
}

const unitSeconds: Record<string, number> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

async function sleep({ args, err, clock, signal }: Process): Promise<number> {
  const hint = "Try 'sleep --help' for more information.\n";
  if (args.length === 0) {
    await err(`sleep: missing operand\n${hint}`);
    return 1;
  }
  let seconds = 0;
  for (const arg of args) {
    const found = /^(\d+(?:\.\d+)?|\.\d+|infinity|inf)([smhd]?)$/.exec(arg);
    if (found === null) {
      await err(`sleep: invalid time interval ‘${arg}’\n${hint}`);
      return 1;
    }
    const [, amount = '', unit = ''] = found;
    // As good as for ever: a timer takes no more.
    seconds += amount.startsWith('inf') ? 1e9 : Number(amount) * (unitSeconds[unit] ?? 1);
  }
  await pause(clock, seconds * 1000, signal);
  return signal.aborted ? 143 : 0;
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

async function date({ args, clock, out }: Process): Promise<number> {
  const now = new Date(clock.now());
  const iso = now.toISOString();
  const fields: Record<string, string> = {
    Y: iso.slice(0, 4),
    m: iso.slice(5, 7),
    d: iso.slice(8, 10),
    H: iso.slice(11, 13),
    M: iso.slice(14, 16),
    S: iso.slice(17, 19),
    F: iso.slice(0, 10),
    T: iso.slice(11, 19),
    Z: 'UTC',
    z: '+0000',
    '%': '%',
    s: String(Math.floor(clock.now() / 1000)),
  };
  const format = args.find((arg) => arg.startsWith('+'))?.slice(1);
  const day = String(now.getUTCDate()).padStart(2, ' ');
  const plain = `${weekdays[now.getUTCDay()]} ${months[now.getUTCMonth()]} ${day} ${fields['T']} UTC ${fields['Y']}`;
  const text = format?.replaceAll(/%([A-Za-z%])/g, (all, field: string) => fields[field] ?? all);
  await out(`${text ?? plain}\n`);
  return 0;
}

async function bracket(process: Process): Promise<number> {
  if (process.args.at(-1) === ']') return condition({ ...process, args: process.args.slice(0, -1) });
  await process.err('[: missing ‘]’\n');
  return 2;
}

async function condition(process: Process): Promise<number> {
  const { args, err } = process;
  if (args[0] === '!') return (await condition({ ...process, args: args.slice(1) })) === 0 ? 1 : 0;
  const [first = '', operator = '', third = ''] = args;
  if (args.length <= 1) return first === '' ? 1 : 0;
  if (args.length === 2) {
    const unary: Record<string, (value: string) => boolean> = {
      '-f': (path) => isFile(process, path),
      '-d': (path) => isFolder(process, path),
      '-e': (path) => isFile(process, path) || isFolder(process, path),
      '-r': (path) => isFile(process, path) || isFolder(process, path),
      '-s': (path) => (process.container.files.get(resolvePath(process.cwd, path))?.length ?? 0) > 0,
      '-z': (text) => text === '',
      '-n': (text) => text !== '',
    };
    const known = unary[first];
    if (known !== undefined) return known(operator) ? 0 : 1;
  }
  const numbers = [Number(first), Number(third)] as const;
  const binary: Record<string, boolean> = {
    '=': first === third,
    '==': first === third,
    '!=': first !== third,
    '-eq': numbers[0] === numbers[1],
    '-ne': numbers[0] !== numbers[1],
    '-lt': numbers[0] < numbers[1],
    '-le': numbers[0] <= numbers[1],
    '-gt': numbers[0] > numbers[1],
    '-ge': numbers[0] >= numbers[1],
  };
  const answer = args.length === 3 ? binary[operator] : undefined;
  if (answer !== undefined) return answer ? 0 : 1;
  await err(`test: ${first}: unexpected operator\n`);
  return 2;
}

async function postgresReady({ args, container, env: variables, out }: Process): Promise<number> {
  const valueOf = (short: string, long: string) => {
    const at = args.findIndex((arg) => arg === short || arg === long);
    return at === -1 ? args.find((arg) => arg.startsWith(`${long}=`))?.slice(long.length + 1) : args[at + 1];
  };
  const host = valueOf('-h', '--host') ?? variables.get('PGHOST') ?? '/var/run/postgresql';
  const port = valueOf('-p', '--port') ?? variables.get('PGPORT') ?? '5432';
  const isHere = ['localhost', '127.0.0.1', '::1', container.hostname].includes(host) || host.startsWith('/');
  const accepts = isHere && container.isListening(Number(port));
  if (!args.includes('-q') && !args.includes('--quiet'))
    await out(`${host}:${port} - ${accepts ? 'accepting connections' : 'no response'}\n`);
  return accepts ? 0 : 2;
}
