import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BackOff, durationText } from '../../../src/rehearsal/node/back-off.ts';
import { imageName } from '../../../src/rehearsal/node/images.ts';
import { programOf } from '../../../src/rehearsal/node/programs.ts';
import { readScript } from '../../../src/rehearsal/node/shell.ts';

const lines = (script: string) => readScript(script)?.lines.map(({ after, text }) => [after, text]);

describe('a script', () => {
  it('prints, waits and ends', () => {
    expect(readScript('echo one && sleep 2; echo "two three"; exit 7')).toEqual({
      lines: [
        { after: 0, stream: 'stdout', text: 'one' },
        { after: 2000, stream: 'stdout', text: 'two three' },
      ],
      onTerm: 'ignored',
      end: { after: 2000, exitCode: 7 },
    });
  });

  it.each([
    ['false || echo rescued', [[0, 'rescued']], 0],
    ['true || echo no', [], 0],
    ['false && echo no', [], 1],
    ['set -e\n# a remark\necho yes', [[0, 'yes']], 0],
    ['set -e; false; echo no', [], 1],
    ['set -e; false || true; echo yes', [[0, 'yes']], 0],
    ['false', [], 1],
    ['sleep 0.5', [], 0],
  ])('understands %s', (script, printed, exitCode) => {
    expect(lines(script)).toEqual(printed);
    expect(readScript(script)?.end?.exitCode).toBe(exitCode);
  });

  it('never ends in a loop that only sleeps, and hears TERM when it traps it', () => {
    const script = readScript('trap "exit 3" TERM; while true; do sleep 1; done');
    expect(script?.end).toBeUndefined();
    expect(script?.onTerm).toEqual({ exitCode: 3 });
  });

  it('writes its last words into the termination log, and to the error stream', () => {
    expect(readScript('echo bye > /dev/termination-log; echo oops >&2; exit 2')).toMatchObject({
      message: 'bye\n',
      lines: [{ stream: 'stderr', text: 'oops' }],
      end: { exitCode: 2 },
    });
  });

  it.each([
    'node server.js',
    'echo $HOME',
    'cat file | grep x',
    'for i in 1 2; do echo $i; done',
    'echo `date`',
    'if true; then echo; fi',
  ])('claims nothing about %s', (script) => expect(readScript(script)).toBeUndefined());

  it('never throws, whatever it is given', () => {
    const words = fc.constantFrom(
      'echo',
      'a',
      'exit',
      '3',
      ';',
      '&&',
      '||',
      '"',
      "'",
      '>',
      '$x',
      'while',
      'true',
      'do',
      'done',
      'sleep',
      '\n',
      '(',
    );
    fc.assert(fc.property(fc.array(words), (parts) => void readScript(parts.join(' '))));
    fc.assert(fc.property(fc.string(), (text) => void readScript(text)));
  });
});

describe('a container', () => {
  const container = (fields: object) => ({ name: 'web', image: 'acme/web:1', ...fields });

  it('serves when nothing is known of its image', () => {
    const program = programOf(container({}), false);
    expect(program).toMatchObject({ lines: [{ text: 'rehearsed container acme/web:1' }], servesAfter: 400 });
    expect(program.end).toBeUndefined();
  });

  it('ends well when it is to end and is no server', () => {
    expect(programOf(container({ command: ['curl', '-f', 'http://web'] }), true).end).toMatchObject({ exitCode: 0 });
    expect(programOf(container({ args: ['migrate'] }), true).end).toMatchObject({ exitCode: 0 });
  });

  it('serves as a database does, also when a job asks for the server itself', () => {
    expect(programOf(container({ image: 'docker.io/library/postgres:17' }), true).end).toBeUndefined();
  });

  it('ends a shell in an image that is stopped by SIGINT with 130', () => {
    const command = ['sh', '-c', 'while true; do sleep 1; done'];
    expect(programOf(container({ image: 'postgres:17', command }), false).onTerm).toEqual({ exitCode: 130 });
    expect(programOf(container({ command }), false).onTerm).toBe('ignored');
  });
});

describe('a name of an image', () => {
  it.each([
    ['nginx', 'docker.io/library/nginx:latest'],
    ['acme/web:1', 'docker.io/acme/web:1'],
    ['localhost:5000/web', 'localhost:5000/web:latest'],
    ['ghcr.io/acme/web@sha256:abc', 'ghcr.io/acme/web@sha256:abc'],
    ['registry.example/web:1@sha256:abc', 'registry.example/web@sha256:abc'],
  ])('%s is %s', (given, full) => expect(imageName(given)).toEqual({ name: full }));

  it.each(['', ':', '/x', 'a b', 'web:', 'Acme/UPPER:1'])('%j is none', (text) => {
    expect(imageName(text)).toHaveProperty('error');
  });
});

describe('the back-off', () => {
  it('doubles from 10 s to 5 min and starts over after 10 quiet minutes', () => {
    const backOff = new BackOff();
    const waits = Array.from({ length: 7 }, (_, index) => {
      backOff.next('a', index * 1000);
      return durationText(backOff.get('a'));
    });
    expect(waits).toEqual(['10s', '20s', '40s', '1m20s', '2m40s', '5m0s', '5m0s']);
    expect(backOff.isWaiting('a', 7000, 306_999)).toBe(true);
    expect(backOff.isWaiting('a', 7000, 307_000)).toBe(false);
    backOff.next('a', 6000 + 600_001);
    expect(backOff.get('a')).toBe(10_000);
  });

  it('prints times as Go does', () => {
    expect([0, 250, 1234, 61_000, 3_661_500].map(durationText)).toEqual(['0s', '250ms', '1.234s', '1m1s', '1h1m1.5s']);
  });
});
