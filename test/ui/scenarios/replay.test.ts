import { describe, expect, test } from 'vitest';
import { createJsonFrontend } from '../../../src/ui/json/frontend.ts';
import { createPlainFrontend } from '../../../src/ui/plain/frontend.ts';
import {
  planOf,
  readScenario,
  scenarioNames,
  scenarioText,
  summaryOf,
  todoEstimates,
  todoReport,
  type ScenarioName,
} from '../../support/scenario.ts';
import { ManualClock } from '../../support/virtual-terminal.ts';
import { album, replayInk } from './replay-ink.ts';

const sizes = [
  { cols: 60, rows: 15 },
  { cols: 80, rows: 24 },
  { cols: 200, rows: 50 },
];

/** Moments at which something is worth a look. */
const stops: Record<ScenarioName, number[]> = {
  success: [20.9, 53.9, 72.9, 105.9],
  unchanged: [1.9],
  'build-failure': [76.9],
  stall: [79.9],
  'decision-retry': [100.9],
  cancelled: [55.9],
  'left-out': [80.9],
};

describe.each(scenarioNames)('%s', (name) => {
  test.each(sizes)('Ink at $cols by $rows', async ({ cols, rows }) => {
    const { pictures, history, bytes } = await replayInk(name, { cols, rows, stops: stops[name] });
    for (const picture of Object.values(pictures)) expect(picture.split('\n').length).toBeLessThanOrEqual(rows);
    expect(bytes).not.toContain('\u001b[3J');
    const text = album({ ...pictures, history });
    await expect(text).toMatchFileSnapshot(`pictures/${name}-${cols}x${rows}.txt`);
  });

  test('plain lines', async () => {
    const recorded = readScenario(name);
    const clock = new ManualClock(recorded[0]?.at);
    const written: string[] = [];
    const stream = { write: (text: string) => written.push(text) };
    const frontend = createPlainFrontend({ stdout: stream, stderr: stream, colour: false, clock });
    expect(await frontend.showPlan(planOf(recorded), todoReport, todoEstimates)).toEqual({ reply: 'start' });
    for (const { at, event } of recorded) {
      clock.advanceTo(at);
      frontend.emit(event);
    }
    await frontend.finish(summaryOf(recorded));
    await expect(written.join('')).toMatchFileSnapshot(`pictures/${name}.plain.txt`);
  });

  test('JSON: a recorded run comes out as it was recorded', () => {
    const clock = new ManualClock(0);
    let written = '';
    const stdout = { write: (text: string) => (written += text) };
    const frontend = createJsonFrontend({ stdout, clock, verbose: true });
    for (const { at, event } of readScenario(name)) {
      clock.jumpTo(at);
      frontend.emit(event);
    }
    expect(written).toBe(scenarioText(name));
  });
});

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
