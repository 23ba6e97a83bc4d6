import { describe, expect, it } from 'vitest';
import { StatusError } from '../../../src/rehearsal/api/status-error.ts';
import { ManualClock } from '../../../src/rehearsal/clock.ts';
import { readLogOptions } from '../../../src/rehearsal/streams/log-options.ts';
import {
  chosenContainer,
  followLog,
  logRun,
  logText,
  type LoggedPod,
  type LogLine,
} from '../../../src/rehearsal/streams/logs.ts';
import { recording } from './recording.ts';

/** Lines as the kubelet printed them with timestamps. */
const linesOf = (text: string): LogLine[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [time = '', ...rest] = line.split(' ');
      return { time: Date.parse(time), stream: 'stdout' as const, text: rest.join(' ') };
    });

/** Times of a rehearsal are milliseconds: the other digits are not compared. */
const rounded = (text: string) => text.replaceAll(/(\.\d{3})\d{6}Z/g, '$1000000Z');

function answerOf({ pod, query, now, whole }: (typeof recording.logs)[number]): { status: number; body: string } {
  try {
    const logged = pod as unknown as LoggedPod;
    const options = readLogOptions(new URLSearchParams(query), pod.metadata.name);
    const container = chosenContainer(logged, options.container);
    const run = logRun(logged, container, options.previous);
    if (typeof run !== 'string') throw run;
    return { status: 200, body: logText(linesOf(whole), options, now).toString() };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { status: error.code, body: JSON.stringify(error.status) };
  }
}

const normal = (body: string) => (body.startsWith('{') ? (JSON.parse(body) as unknown) : rounded(body));

describe('The log of a container', () => {
  it.each(recording.logs)('of $pod.metadata.name with "$query" is what the real server answers', (entry) => {
    const { status, body } = answerOf(entry);
    expect({ status, body: normal(body) }).toEqual({ status: entry.status, body: normal(entry.body) });
  });

  it('cuts at the limit even within a character, as the kubelet does', () => {
    const lines: LogLine[] = [{ time: 0, stream: 'stdout', text: 'ü' }];
    const options = readLogOptions(new URLSearchParams('limitBytes=1'), 'pod');
    expect(logText(lines, options, 0)).toEqual(Buffer.from([0xc3]));
  });
});

describe('A followed log', () => {
  const line = (time: number, text: string): LogLine => ({ time, stream: 'stdout', text });

  it('goes on until its run has ended, and loses and repeats nothing', async () => {
    const clock = new ManualClock(0);
    let lines = [line(1, 'a'), line(1, 'b'), line(2, 'c')];
    let isRunning = true;
    const options = readLogOptions(new URLSearchParams('follow=true&tailLines=2'), 'pod');
    const signal = new AbortController().signal;
    const source = { lines: () => lines, isRunning: () => isRunning };
    const log = followLog(source, options, { clock, signal });
    const next = async () => (await log.next()).value?.toString();
    expect(await next()).toBe('b\nc\n');
    // The oldest line is dropped, two come with the time of the last one, and one later.
    lines = [...lines.slice(1), line(2, 'd'), line(2, 'e'), line(9, 'f')];
    const pending = next();
    await new Promise(setImmediate);
    clock.advance(100);
    expect(await pending).toBe('d\ne\nf\n');
    lines = [...lines, line(10, 'g')];
    isRunning = false;
    const last = next();
    await new Promise(setImmediate);
    clock.advance(100);
    expect(await last).toBe('g\n');
    expect(await log.next()).toEqual({ done: true, value: undefined });
  });

  it('ends when the client goes away and when its limit is reached', async () => {
    const clock = new ManualClock(0);
    const gone = new AbortController();
    const source = { lines: () => [line(1, 'abc')], isRunning: () => true };
    const limited = followLog(source, readLogOptions(new URLSearchParams('limitBytes=2'), 'pod'), {
      clock,
      signal: gone.signal,
    });
    expect((await limited.next()).value?.toString()).toBe('ab');
    expect((await limited.next()).done).toBe(true);
    const endless = followLog(source, readLogOptions(new URLSearchParams(), 'pod'), { clock, signal: gone.signal });
    await endless.next();
    const end = endless.next();
    gone.abort();
    expect((await end).done).toBe(true);
  });
});
