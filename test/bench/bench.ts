import { rehearsalBench } from './rehearsal.ts';
import { startBench } from './start.ts';
import { todoBench } from './todo.ts';

/**
 * Budgets as ratios measured in one run, never as times, but for the seconds and mebibytes that a cluster of 10,000 pods is
 * given: `npm run bench -- start`, `npm run bench -- rehearsal`, `npm run bench -- todo`. Ends with an error when a ratio is
 * over its budget.
 */
const benches: Record<string, () => Promise<Ratio[]>> = {
  start: startBench,
  rehearsal: rehearsalBench,
  todo: todoBench,
};

export interface Ratio {
  name: string;
  /** What was measured, over what it is compared with. */
  ratio: number;
  budget: number;
  detail: string;
}

const wanted = process.argv.slice(2);
let isOver = false;
for (const name of wanted.length === 0 ? Object.keys(benches) : wanted) {
  const bench = benches[name];
  if (bench === undefined) throw new Error(`no bench ${name}; there are: ${Object.keys(benches).join(', ')}`);
  for (const { name: what, ratio, budget, detail } of await bench()) {
    isOver ||= ratio > budget;
    process.stdout.write(
      `${ratio <= budget ? 'ok  ' : 'OVER'} ${what}: ${ratio.toFixed(2)} (budget ${budget.toFixed(2)}), ${detail}\n`,
    );
  }
}
process.exitCode = isOver ? 1 : 0;
