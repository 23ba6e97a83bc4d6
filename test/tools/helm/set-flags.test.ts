import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { setFlags } from '../../../src/tools/helm/set-flags.ts';
import { helmPrograms } from '../../support/helm-programs.ts';
import { realRun } from '../../support/real-run.ts';

describe('flags that give values', () => {
  it('depend on what the value is', () => {
    expect(setFlags({ tag: '1.10', port: 30001, debug: true, ratio: 0.5, limits: { cpu: '1' }, gone: null })).toEqual([
      '--set-string',
      'tag=1.10',
      '--set',
      'port=30001',
      '--set-json',
      'debug=true',
      '--set-json',
      'ratio=0.5',
      '--set-json',
      'limits={"cpu":"1"}',
      '--set-json',
      'gone=null',
    ]);
  });

  it('escape what Helm would take for something else', () => {
    expect(setFlags({ 'a.b': 'x,y={z}\\', 'notes.example\\.com/a': 'b', 'list[0].name': 'c', 'a,b=c': 'd' })).toEqual([
      '--set-string',
      'a.b=x\\,y={z}\\\\',
      '--set-string',
      'notes.example\\.com/a=b',
      '--set-string',
      'list[0].name=c',
      '--set-string',
      'a\\,b\\=c=d',
    ]);
  });
});

/** A name as a key holds it. */
const asKey = (name: string) => name.replace(/[\\.[]/g, '\\$&');

// No argument vector can hold NUL, and a name with nothing in it is none.
const text = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((value) => !value.includes('\0'));
const hostile = fc
  .array(
    fc.constantFrom(
      ',',
      '\\',
      '{',
      '}',
      '[',
      ']',
      '=',
      '.',
      '"',
      "'",
      '\n',
      ' ',
      '$(id)',
      '{{',
      '}}',
      '#',
      ':',
      'null',
      'true',
      '0',
      '-',
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));
const anyText = fc.oneof(text, hostile);
const name = anyText.filter((value) => value !== '');
const leaf = fc.oneof(
  anyText,
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
);
const value = fc.oneof(
  { weight: 4, arbitrary: leaf },
  fc.array(leaf, { maxLength: 3 }),
  fc.dictionary(name, leaf, { maxKeys: 3 }),
);

describe.each(helmPrograms)('$name', (helmProgram) => {
  const { isThere } = helmProgram;
  let chart: string;
  beforeAll(async () => {
    chart = await mkdtemp(join(tmpdir(), 'chart-'));
    await mkdir(join(chart, 'templates'));
    await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: echo\nversion: 0.1.0\n');
    await writeFile(join(chart, 'templates', 'values.yaml'), 'values: {{ toJson .Values.given | toJson }}\n');
  });
  afterAll(() => rm(chart, { recursive: true }));

  const arrived = async (set: Record<string, string | number | boolean | null | object>): Promise<unknown> => {
    const { stdout } = await realRun()([await helmProgram.program(), 'template', 'echo', chart, ...setFlags(set)]);
    return JSON.parse((parse(stdout) as { values: string }).values);
  };

  it.skipIf(!isThere)('gives templates exactly the values that were set', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, value, { minKeys: 1, maxKeys: 8, noNullPrototype: true }), async (given) => {
        const set = Object.fromEntries(Object.entries(given).map(([key, each]) => [`given.${asKey(key)}`, each]));
        // JSON knows no -0.
        expect(await arrived(set)).toEqual(JSON.parse(JSON.stringify(given)));
      }),
      { numRuns: 60 },
    );
  });

  it.skipIf(!isThere)('gives whole numbers as such, not as 1e+06', async () => {
    expect(await arrived({ 'given.bytes': 1_000_000, 'given.zero': 0, 'given.below': -7 })).toEqual({
      bytes: 1_000_000,
      zero: 0,
      below: -7,
    });
    const { stdout } = await realRun()([
      await helmProgram.program(),
      'template',
      'echo',
      chart,
      ...setFlags({ 'given.a': 12_345_678 }),
    ]);
    expect(stdout).toContain('12345678');
  });

  it.skipIf(!isThere)('reaches a list item and a nested name', async () => {
    expect(await arrived({ 'given.hosts[0].name': 'a', 'given.notes.example\\.com/x': 'y' })).toEqual({
      hosts: [{ name: 'a' }],
      notes: { 'example.com/x': 'y' },
    });
  });
});
