import type { Container } from './pod.ts';
import { readScript, sleepTime, type Timeline } from './shell.ts';
import { knownImage } from './known-images.ts';

/** What a container does from its start on, unless something stops it. Times are milliseconds since its start. */
export interface Program extends Timeline {
  /** It answers its probes, from this time on; absent: it listens to nothing. */
  servesAfter?: number;
  /** Signal that stops it, as its image says (STOPSIGNAL). */
  stopSignal: number;
  /** It takes so long to end when it is told to. */
  stopTime: number;
}

/** Jobs run to their end: a pod that is not restarted when it succeeds. */
export function isJob(restartPolicy: string | undefined): boolean {
  return restartPolicy === 'Never' || restartPolicy === 'OnFailure';
}

const shells = new Set(['sh', 'bash', 'ash', 'dash']);
/** Programs that do one thing and end, when nothing is known of what they are to do. */
const tools = new Set([
  'curl', 'wget', 'psql', 'pg_isready', 'pg_dump', 'createdb', 'redis-cli', 'mysql', 'mysqladmin', 'kubectl', 'helm', 'nc',
  'alembic', 'flyway', 'liquibase', 'prisma', 'knex', 'rake', 'git', 'openssl', 'keytool', 'ls', 'cp', 'mkdir', 'chmod',
  'chown', 'touch', 'env', 'date', 'tar', 'test', 'nslookup', 'dig', 'ping', 'busybox', 'id', 'hostname', 'rm', 'mv',
]); // prettier-ignore
/** Tools that end well only when something answers; what they print is not claimed. */
const jobTime = 1500;

/** The table of what images and commands do. `isFinite` is a container that is to end: of a job, or an init container. */
export function programOf(container: Container, isFinite: boolean): Program {
  const image = knownImage(container.image);
  const argv = [...(container.command ?? []), ...(container.args ?? [])].map(expanded);
  const base = { stopSignal: image?.stopSignal ?? 15, stopTime: 100 };
  const name = (argv[0] ?? '').split('/').at(-1) ?? '';
  if (container.command !== undefined && argv.length > 0) {
    const known = withinMemory(ofCommand(name, argv), container);
    if (known !== undefined)
      return { ...base, ...known, ...(shells.has(name) && base.stopSignal === 2 ? interrupted : {}) };
    if (tools.has(name)) return { ...base, ...ends(jobTime, 0) };
  }
  if (isFinite && !(image?.isServer === true && container.command === undefined && container.args === undefined))
    return { ...base, ...ends(jobTime, 0) };
  return {
    ...base,
    lines: image?.lines ?? [line(`rehearsed container ${container.image}`)],
    onTerm: { exitCode: image?.exitCode ?? 0 },
    servesAfter: image?.servesAfter ?? 400,
  };
}

/** What takes all memory ends at the limit of its container; without one it is not said when. */
function withinMemory(program: Timeline | undefined, { resources }: Container): Timeline | undefined {
  if (program?.end?.reason !== 'OOMKilled' || resources?.limits?.['memory'] !== undefined) return program;
  const { end: _, ...endless } = program;
  return endless;
}

/** `$$` in a command is `$` (third_party/forked/golang/expansion); references to variables stay as they are. */
const expanded = (text: string) => text.replaceAll('$$', '$');

/** What a command prints and answers when it is run inside a container: probes, hooks, `kubectl exec`. */
export function commandOf(argv: readonly string[]): { output: string; exitCode: number; after: number } {
  const name = (argv[0] ?? '').split('/').at(-1) ?? '';
  const known = ofCommand(name, argv);
  if (known === undefined) return { output: '', exitCode: 0, after: 0 };
  const { exitCode = 0, after = Infinity } = known.end ?? {};
  return { output: known.lines.map(({ text }) => `${text}\n`).join(''), exitCode, after };
}

function ofCommand(name: string, argv: readonly string[]): Timeline | undefined {
  if (shells.has(name)) {
    const flag = argv.findIndex((argument) => /^-[a-z]*c$/.test(argument));
    return flag === -1 ? undefined : readScript(argv[flag + 1] ?? '');
  }
  switch (name) {
    case 'true':
      return ends(0, 0);
    case 'false':
      return ends(0, 1);
    case 'echo':
      return { ...ends(0, 0), lines: [line(argv.slice(1).join(' '))] };
    case 'sleep': {
      const time = sleepTime(argv[1]);
      if (time === undefined) return undefined;
      return time === Infinity ? silent : ends(time, 0);
    }
    case 'pause':
      return { lines: [], onTerm: { exitCode: 0 } };
    default:
      return undefined;
  }
}

/** `sh -c` hears SIGINT whatever it traps, and ends with 128 + 2 (seen with dash). */
const interrupted = { onTerm: { exitCode: 130 } };

const silent: Timeline = { lines: [], onTerm: 'ignored' };
const ends = (after: number, exitCode: number): Timeline => ({ ...silent, end: { after, exitCode } });
const line = (text: string, after = 0) => ({ after, stream: 'stdout' as const, text });

/** containerd 2.2 with runc, recorded from a real node. */
export function missing(command: string): string {
  const what = command.includes('/')
    ? `stat ${command}: no such file or directory`
    : 'executable file not found in $PATH';
  return `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "${command}": ${what}`;
}
