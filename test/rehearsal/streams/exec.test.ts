import { PassThrough, Readable, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/rehearsal/clock.ts';
import { containerView } from '../../../src/rehearsal/streams/container-view.ts';
import { execStatus, serveExec, type ExecOutcome } from '../../../src/rehearsal/streams/exec.ts';
import { recordedPod, recordedReader, recording } from './recording.ts';

const view = containerView(recordedPod, 'box', {
  reader: recordedReader,
  user: { uid: 0, gid: 0 },
  isListening: () => false,
});
const id = 'ef'.repeat(32);
const start = Date.parse('2026-11-24T08:09:10Z');

function collector() {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString() };
}

interface Settings {
  stdin?: Readable;
  tty?: boolean;
  clock?: ManualClock;
  signal?: AbortSignal;
}

function exec(command: readonly string[], settings: Settings = {}) {
  const { stdin = Readable.from([]), tty = false, clock = new ManualClock(start) } = settings;
  const signal = settings.signal ?? new AbortController().signal;
  const stdout = collector();
  const stderr = collector();
  const outcome = serveExec({
    command, tty, stdin, stdout: stdout.stream, stderr: stderr.stream, container: view, clock, signal, id,
  }); // prettier-ignore
  return { outcome, stdout: stdout.text, stderr: stderr.text };
}

/** What kubectl makes of the status that ends the exec. */
function clientSide(outcome: ExecOutcome, command: readonly string[]): { code: number; message: string } {
  const status = execStatus(outcome, { protocol: 'v5.channel.k8s.io' }, command) as {
    status: string;
    message?: string;
    reason?: string;
    details?: { causes: { message: string }[] };
  };
  if (status.status === 'Success') return { code: 0, message: '' };
  if (status.reason !== 'NonZeroExitCode') return { code: 1, message: `error: ${status.message ?? ''}\n` };
  const code = Number(status.details?.causes[0]?.message);
  return { code, message: `command terminated with exit code ${code}\n` };
}

const withoutId = (text: string) => text.replaceAll(/[0-9a-f]{64}/g, 'ID');

describe('A command in a rehearsed container', () => {
  // Sleeps of the recorded commands are shorter than this.
  it.each(recording.executed)('$argv answers as in a real one', async ({ argv, stdin = '', code, stdout, stderr }) => {
    const clock = new ManualClock(start);
    const ran = exec(argv, { stdin: Readable.from(stdin === '' ? [] : [Buffer.from(stdin)]), clock });
    let outcome: ExecOutcome | undefined;
    void ran.outcome.then((result) => (outcome = result));
    await expect.poll(() => (clock.advance(1000), outcome), { interval: 1 }).toBeDefined();
    const client = clientSide(outcome as ExecOutcome, argv);
    expect({ code: client.code, stdout: ran.stdout(), stderr: withoutId(ran.stderr() + client.message) }).toEqual({
      code,
      stdout,
      stderr: withoutId(stderr),
    });
  });

  it('is ended when the client goes away', async () => {
    const gone = new AbortController();
    const { outcome } = exec(['sh', '-c', 'sleep infinity; echo never'], { signal: gone.signal });
    gone.abort();
    expect(await outcome).toEqual({ exitCode: 143 });
  });

  it('sleeps by the clock of the rehearsal', async () => {
    const clock = new ManualClock(start);
    let isOver = false;
    const { outcome } = exec(['sleep', '1h'], { clock });
    void outcome.then(() => (isOver = true));
    await Promise.resolve();
    clock.advance(3_599_000);
    await new Promise(setImmediate);
    expect(isOver).toBe(false);
    clock.advance(1000);
    expect(await outcome).toEqual({ exitCode: 0 });
  });

  it('tells the time of the rehearsal', async () => {
    const plain = exec(['date']);
    await plain.outcome;
    expect(plain.stdout()).toBe('Tue Nov 24 08:09:10 UTC 2026\n');
    const formatted = exec(['date', '-u', '+%F %T %s']);
    await formatted.outcome;
    expect(formatted.stdout()).toBe('2026-11-24 08:09:10 1795507750\n');
  });

  it('says that it does not know loops and conditions, and ends with 2', async () => {
    const { outcome, stderr } = exec(['sh', '-c', 'if true; then echo a; fi']);
    expect(await outcome).toEqual({ exitCode: 2 });
    expect(stderr()).toBe('sh: 1: the shell of a rehearsed container does not know "if"\n');
  });

  it('says that a port answers when it does', async () => {
    const listening = { ...view, isListening: (port: number) => port === 5432 };
    const out = collector();
    const outcome = await serveExec({
      command: ['pg_isready'], tty: false, stdin: Readable.from([]), stdout: out.stream, stderr: out.stream,
      container: listening, clock: new ManualClock(start), signal: new AbortController().signal, id,
    }); // prettier-ignore
    expect(outcome).toEqual({ exitCode: 0 });
    expect(out.text()).toBe('/var/run/postgresql:5432 - accepting connections\n');
  });
});

describe('A terminal', () => {
  it('shows what is typed, prompts, and ends lines with CR LF', async () => {
    const stdin = new PassThrough();
    const { outcome, stdout } = exec(['sh'], { stdin, tty: true });
    stdin.write('ecx\x7fho a\r');
    await expect.poll(stdout).toBe('# ecx\b \bho a\r\na\r\n# ');
    stdin.write('tty; exit 3\r');
    expect(await outcome).toEqual({ exitCode: 3 });
    expect(stdout()).toContain('/dev/pts/0\r\n');
  });

  it('ends its input with Ctrl+D', async () => {
    const stdin = new PassThrough();
    const { outcome, stdout } = exec(['cat'], { stdin, tty: true });
    stdin.write('a\r\x04');
    expect(await outcome).toEqual({ exitCode: 0 });
    expect(stdout()).toBe('a\r\na\r\n');
  });

  it('ends a program with Ctrl+C', async () => {
    const stdin = new PassThrough();
    const { outcome } = exec(['sleep', 'infinity'], { stdin, tty: true });
    stdin.write('\x03');
    expect(await outcome).toEqual({ exitCode: 130 });
  });
});

describe('The variables of a container', () => {
  it('are those of a real one, but for those that its image brings', () => {
    const ofImage = /^(PATH|LANG|SSL_CERT_FILE|NODE_EXTRA_CA_CERTS|PIP_CERT|REQUESTS_CA_BUNDLE|PG\w+)=/;
    // The only value with a newline is on a line of its own.
    const expected = recording.env.split('\n').filter((line) => line !== '' && !ofImage.test(line));
    const found = Object.entries(view.env).flatMap(([name, value]) => `${name}=${value}`.split('\n'));
    expect(found.filter((line) => line !== '' && !ofImage.test(line)).toSorted()).toEqual(expected.toSorted());
  });
});
