import { describe, expect, test } from 'vitest';
import type { Frontend } from '../../../src/ui/frontend.ts';
import { createJsonFrontend } from '../../../src/ui/json/frontend.ts';
import { createPlainFrontend } from '../../../src/ui/plain/frontend.ts';
import {
  planOf,
  readLines,
  readScenario,
  scenarioNames,
  scenarioText,
  summaryOf,
  tell,
  type ScenarioName,
} from '../../support/scenario.ts';
import { ManualClock } from '../../support/virtual-terminal.ts';
import { album, replayInk, type Moment } from './replay-ink.ts';

const sizes = [
  { cols: 60, rows: 15 },
  { cols: 80, rows: 24 },
  { cols: 200, rows: 50 },
];

/** Moments at which something is worth a look, and a word of what that is. */
const moments: Record<ScenarioName, Moment[]> = {
  success: [
    [3.9, 'waiting: the cluster'],
    [12.9, 'RUN mkdir -p'],
    [22.9, 'loading into the'],
    [30.9, 'of 2 pods'],
    [40.9, 'of 2 pods'],
  ],
  unchanged: [[0.6, '● frontend ']],
  'build-failure': [
    [3.9, 'RUN mkdir -p'],
    [11.9, 'Running TypeScript'],
  ],
  stall: [
    [2.9, 'of 1 pod'],
    [7.9, 'stalled'],
  ],
  'decision-retry': [
    [2.9, 'of 1 pod'],
    [9.9, 'of 2 pods'],
  ],
  cancelled: [[0.4, 'creating']],
  'left-out': [[5.9, 'of 2 pods']],
};

describe.each(scenarioNames)('%s', (name) => {
  test.each(sizes)('Ink at $cols by $rows', async ({ cols, rows }) => {
    const { pictures, history, bytes } = await replayInk(name, { cols, rows, moments: moments[name] });
    for (const picture of Object.values(pictures)) expect(picture.split('\n').length).toBeLessThanOrEqual(rows);
    expect(bytes).not.toContain('\u001b[3J');
    const text = album({ ...pictures, history });
    await expect(text).toMatchFileSnapshot(`pictures/${name}-${cols}x${rows}.txt`);
  });

  test('plain lines', async () => {
    const clock = new ManualClock(readLines(name)[0]?.at);
    const written: string[] = [];
    const stream = { write: (text: string) => written.push(text) };
    const frontend = createPlainFrontend({ stdout: stream, stderr: stream, colour: false, clock });
    expect(await replay(name, frontend, (at) => clock.advanceTo(at))).toEqual([{ reply: 'start' }]);
    const summary = summaryOf(name);
    if (summary !== undefined) await frontend.finish(summary);
    await expect(written.join('')).toMatchFileSnapshot(`pictures/${name}.plain.txt`);
  });

  test('JSON: a recorded run comes out as it was recorded', async () => {
    const clock = new ManualClock(0);
    let written = '';
    const stdout = { write: (text: string) => (written += text) };
    const frontend = createJsonFrontend({ stdout, clock, verbose: true });
    expect(await replay(name, frontend, (at) => clock.jumpTo(at))).toEqual([{ reply: 'start' }]);
    expect(written).toBe(scenarioText(name));
  });
});

/** Tells a front end the whole of a recorded run; gives what was answered to its plans. */
async function replay(name: ScenarioName, frontend: Frontend, moveClock: (at: number) => void) {
  const lines = readLines(name);
  const plan = planOf(lines);
  const replies = [];
  for (const line of lines) {
    moveClock(line.at);
    const reply = await tell(frontend, line, plan);
    if (reply !== undefined) replies.push(reply);
  }
  return replies;
}

test('without --verbose JSON leaves the output of programs out, and numbers what is left', () => {
  const lines: string[] = [];
  const frontend = createJsonFrontend({
    stdout: { write: (line: string) => lines.push(line) },
    clock: { now: () => 0 },
  });
  for (const { event } of readScenario('success')) frontend.emit(event);
  const parsed = lines.map((line) => JSON.parse(line) as { v: number; seq: number; time: string; type: string });
  expect(parsed.some(({ type }) => type === 'step.output')).toBe(false);
  expect(parsed.map(({ seq }) => seq)).toEqual(parsed.map((_line, index) => index + 1));
  expect(parsed.every(({ v, time }) => v === 1 && time === '1970-01-01T00:00:00.000Z')).toBe(true);
  expect(lines.every((line) => line.endsWith('\n') && line.indexOf('\n') === line.length - 1)).toBe(true);
});
