import { PassThrough, type Readable, type Writable } from 'node:stream';

const carriageReturn = 13;
const newline = 10;
const interrupt = 3;
const endOfInput = 4;
const erase = 127;

/** The streams of a program behind a terminal. */
interface Terminal {
  stdin: AsyncIterable<Buffer>;
  /** Both outputs are one. */
  out(data: string | Buffer): Promise<void>;
  /** Aborted by Ctrl+C. */
  interrupted: AbortSignal;
}

/**
 * The line discipline of a terminal in its usual mode: what is typed is shown and handed on by line, Return ends a line,
 * Ctrl+D the input, Ctrl+C the program; newlines go out as CR LF.
 */
export function openTerminal(input: Readable, output: Writable): Terminal {
  const interrupted = new AbortController();
  const stdin = new PassThrough();
  let line: number[] = [];
  const handOn = (...end: number[]) => {
    stdin.write(Buffer.from([...line, ...end]));
    line = [];
  };

  input.on('data', (chunk: Buffer) => {
    const shown: number[] = [];
    for (const byte of chunk) {
      if (stdin.writableEnded) break;
      if (byte === interrupt) {
        shown.push(...Buffer.from('^C'));
        stdin.end();
        interrupted.abort();
      } else if (byte === endOfInput) {
        if (line.length === 0) stdin.end();
        else handOn();
      } else if (byte === carriageReturn || byte === newline) {
        shown.push(carriageReturn, newline);
        handOn(newline);
      } else if (byte === erase) {
        if (line.pop() !== undefined) shown.push(...Buffer.from('\b \b'));
      } else {
        line.push(byte);
        shown.push(byte);
      }
    }
    output.write(Buffer.from(shown));
  });
  input.on('end', () => {
    if (stdin.writableEnded) return;
    handOn();
    stdin.end();
  });

  const out = (data: string | Buffer) =>
    new Promise<void>((resolve) => {
      output.write(data.toString().replaceAll('\n', '\r\n'), () => resolve());
    });
  return { stdin, out, interrupted: interrupted.signal };
}
