import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { expect, test } from 'vitest';

const config = createRequire(import.meta.url)('../.dependency-cruiser.cjs') as {
  allowed: object[];
  forbidden: object[];
  options: object;
};

async function cruised(paths: string[]): Promise<ICruiseResult> {
  const { options, ...rules } = config;
  const result = await cruise(
    paths,
    { ...options, validate: true, ruleSet: { ...rules, allowedSeverity: 'error' } } as never,
    undefined,
    {
      tsConfig: extractTSConfig('tsconfig.json'),
    } as never,
  );
  return result.output as ICruiseResult;
}

test('imports follow the map, and the map saw the whole program', async () => {
  const { summary, modules } = await cruised(['src']);
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
  const seen = modules.filter(({ source }) => source.startsWith('src/') && !source.endsWith('.json'));
  expect(seen.length).toBe(sources.length);
  expect(sources.length).toBeGreaterThan(150);
  expect(summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} -> ${to}`)).toEqual([]);
}, 120_000);

test('the map of ARCHITECTURE.md names every folder of src, and no other', () => {
  const text = readFileSync('ARCHITECTURE.md', 'utf8');
  const named = [...text.matchAll(/^ {2}([a-z-]+)\/ /gm)]
    .map(([, folder]) => folder ?? '')
    .sort((a, b) => a.localeCompare(b));
  const folders = readdirSync('src', { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );
  expect(named).toEqual(folders.sort((a, b) => a.localeCompare(b)));
});
