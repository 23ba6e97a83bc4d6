/**
 * What a shell script does, as far as a rehearsal can tell: what it prints and when, and when and how it ends. The scripts
 * of charts and hooks that matter are short; of what is not understood nothing is claimed (`undefined`).
 */
export interface Timeline {
  lines: { after: number; stream: 'stdout' | 'stderr'; text: string }[];
  /** Absent when it never ends by itself. */
  end?: { after: number; exitCode: number; reason?: 'OOMKilled' };
  /** Written to /dev/termination-log. */
  message?: string;
  /** What its TERM trap does; a shell without one that is process 1 does not hear the signal. */
  onTerm: 'ignored' | { exitCode: number };
}

interface State {
  lines: Timeline['lines'];
  now: number;
  exitCode: number;
  end: Timeline['end'];
  message: string;
  onTerm: Timeline['onTerm'];
  isEndless: boolean;
  /** `set -e` */
  stopsOnError: boolean;
}

/** Runs `sh -c script`. Variables, pipes, substitutions and unknown commands make it undefined. */
export function readScript(script: string): Timeline | undefined {
  const commands = split(script);
  if (commands === undefined) return undefined;
  const state: State = {
    lines: [],
    now: 0,
    exitCode: 0,
    end: undefined,
    message: '',
    onTerm: 'ignored',
    isEndless: false,
    stopsOnError: false,
  };
  if (!runAll(commands, state)) return undefined;
  const { lines, onTerm, message } = state;
  const rest = { lines, onTerm, ...(message === '' ? {} : { message }) };
  if (state.isEndless) return rest;
  return { ...rest, end: state.end ?? { after: state.now, exitCode: state.exitCode } };
}

interface Command {
  /** How it follows the one before. */
  joint: ';' | '&&' | '||';
  words: string[];
  redirect?: string;
}

const isOver = ({ end, isEndless }: State) => end !== undefined || isEndless;

/** False when something was not understood. */
function runAll(commands: readonly Command[], state: State): boolean {
  for (const [index, command] of commands.entries()) {
    if (isOver(state)) return true;
    if (command.joint === '&&' && state.exitCode !== 0) continue;
    if (command.joint === '||' && state.exitCode === 0) continue;
    if (command.words[0] === 'while' || command.words[0] === 'until') return loop(commands.slice(index), state);
    if (!run(command, state)) return false;
    const isHandled = ['&&', '||'].includes(commands[index + 1]?.joint ?? ';');
    if (state.stopsOnError && state.exitCode !== 0 && !isHandled)
      state.end ??= { after: state.now, exitCode: state.exitCode };
  }
  return true;
}

/** `while true; do sleep 1; done`, `while :; do ...`, `until false; do ...`: ends only if the body does. */
function loop(commands: readonly Command[], state: State): boolean {
  const [head, ...rest] = commands;
  const condition = head?.words.join(' ');
  if (condition !== 'while true' && condition !== 'while :' && condition !== 'until false') return false;
  const done = rest.findIndex(({ words }) => words[0] === 'done');
  if (done === -1 || rest[0]?.words[0] !== 'do') return false;
  const body = rest
    .slice(0, done)
    .map((command, index) => (index === 0 ? { ...command, words: command.words.slice(1) } : command));
  const before = state.now;
  for (let round = 0; round < 1000; round += 1) {
    if (!runAll(body, state)) return false;
    if (isOver(state)) return true;
    // Nothing that it prints comes later than anybody looks.
    if (state.now - before > 3_600_000 || state.now === before || state.lines.length > 500) break;
  }
  state.isEndless = true;
  return true;
}

function run({ words, redirect }: Command, state: State): boolean {
  const [name = '', ...args] = words;
  const command = name.replace(/^\/(usr\/)?bin\//, '');
  const act = Object.hasOwn(builtins, command) ? builtins[command] : undefined;
  if (act === undefined) return false;
  const known = state.lines.length;
  state.exitCode = 0;
  if (!act(args, state)) return false;
  if (redirect === undefined) return true;
  const written = state.lines.splice(known);
  if (redirect === '/dev/termination-log') state.message += written.map(({ text }) => `${text}\n`).join('');
  else if (redirect === '&2' || redirect === '/dev/stderr')
    state.lines.push(...written.map((line) => ({ ...line, stream: 'stderr' as const })));
  return redirect.startsWith('/') || redirect === '&2';
}

type Builtin = (args: readonly string[], state: State) => boolean;

const prints = (text: string, { lines, now }: State) => {
  lines.push(...text.split('\n').map((line) => ({ after: now, stream: 'stdout' as const, text: line })));
  return true;
};
const succeeds: Builtin = () => true;
const units: Record<string, number> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

/** Milliseconds of `sleep 5`, `sleep 2m`, `sleep infinity`; undefined for what is no number. */
export function sleepTime(text: string | undefined): number | undefined {
  if (text === 'infinity' || text === 'inf') return Infinity;
  const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text ?? '');
  return match === null ? undefined : Number(match[1]) * (units[match[2] ?? ''] ?? 1) * 1000;
}

const builtins: Readonly<Record<string, Builtin>> = {
  echo: (args, state) => prints((args[0] === '-n' || args[0] === '-e' ? args.slice(1) : args).join(' '), state),
  printf: ([format = '', ...rest], state) =>
    rest.length === 0 && !format.includes('%')
      ? prints(format.replace(/\\n$/, '').replaceAll('\\n', '\n'), state)
      : false,
  true: succeeds,
  ':': succeeds,
  set: (args, state) => {
    if (args.some((argument) => /^-[a-z]*e/.test(argument))) state.stopsOnError = true;
    return true;
  },
  cd: succeeds,
  umask: succeeds,
  // Reads zeros and waits for the end of the line: takes all the memory that there is.
  tail: ([file], state) => {
    state.end = { after: state.now + 300, exitCode: 137, reason: 'OOMKilled' };
    return file === '/dev/zero';
  },
  touch: succeeds,
  mkdir: succeeds,
  chmod: succeeds,
  chown: succeeds,
  cat: (args, state) => {
    if (args.length === 0) state.isEndless = true;
    return args.length === 0;
  },
  false: (_, state) => {
    state.exitCode = 1;
    return true;
  },
  exit: ([code], state) => {
    state.end = { after: state.now, exitCode: code === undefined ? state.exitCode : Number(code) & 255 };
    return code === undefined || /^\d+$/.test(code);
  },
  sleep: ([time], state) => {
    const milliseconds = sleepTime(time);
    if (milliseconds === undefined) return false;
    if (milliseconds === Infinity) state.isEndless = true;
    else state.now += milliseconds;
    return true;
  },
  // Process 1 of a container is not killed by signals from inside unless it traps them (pid_namespaces(7)).
  kill: (args, state) => {
    if (args.at(-1) === '$') state.end = { after: state.now, exitCode: 2 };
    return ['$', '$$', '1'].includes(args.at(-1) ?? '');
  },
  trap: ([action = '', ...signals], state) => {
    const isTerm = signals.some((signal) => ['TERM', 'SIGTERM', '15'].includes(signal));
    if (!isTerm) return true;
    const exit = /^exit(?:\s+(\d+))?$/.exec(action.trim());
    if (action.trim() !== '' && exit === null) return false;
    state.onTerm = exit === null ? 'ignored' : { exitCode: Number(exit[1] ?? 0) };
    return true;
  },
};

/** Splits at `;`, `&&`, `||` and line ends, honouring quotes; undefined for anything beyond that. */
function split(script: string): Command[] | undefined {
  const commands: Command[] = [];
  let command: Command = { joint: ';', words: [] };
  const finish = (joint: Command['joint']) => {
    if (command.words.length > 0) commands.push(command);
    command = { joint, words: [] };
  };
  const token = /[ \t\r]*(?:(&&|\|\||;|\n)|(>>?)\s*(&?[\w/.-]+)|((?:'[^']*'|"[^"]*"|[^\s;&|<>`'"(){}])+))/y;
  const text = script
    .replaceAll(/\\\n/g, ' ')
    .replaceAll(/(^|\s)#[^\n]*/g, '$1')
    .trim();
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) return undefined;
    const [, joint, , redirect, word] = match;
    if (joint !== undefined) finish(joint === '\n' ? ';' : (joint as Command['joint']));
    else if (redirect !== undefined) command.redirect = redirect;
    else if (word !== undefined) {
      if (/[$`]/.test(word.replaceAll(/'[^']*'/g, '')) && word !== '$$' && word !== '$') return undefined;
      command.words.push(
        word.replaceAll(
          /'([^']*)'|"([^"]*)"/g,
          (_, single: string | undefined, double: string | undefined) => single ?? double ?? '',
        ),
      );
    }
  }
  finish(';');
  return commands;
}
