import { pathToFileURL } from 'node:url';
import { createInkFrontend, restoreTerminal } from '../../../../src/ui/ink/frontend.tsx';
import { planOf, readScenario, todoEstimates } from '../../../support/scenario.ts';

// Plays the beginning of a recorded run and stays in its middle. First argument: how it handles its end.
const ending = process.argv[2] ?? 'close';
const recorded = readScenario('success', pathToFileURL(process.argv[3] ?? ''));
const frontend = createInkFrontend({ stdin: process.stdin, stdout: process.stdout, version: '0.1.0' });
const middle = recorded.findIndex(
  ({ event }) => event.type === 'step.output' && event.lines.includes(' ✓ Compiled successfully'),
);

if (ending === 'program-sigterm') {
  process.on('SIGTERM', () => {
    restoreTerminal();
    process.exit(143);
  });
}
frontend.onInterrupt(() => {
  if (ending === 'throw') throw new Error('thrown on purpose');
  void frontend.close().then(() => process.stdout.write('left in good order\n'));
});
process.on('uncaughtException', (error) => {
  restoreTerminal();
  process.stderr.write(`${error.message}\n`);
  process.exit(70);
});

const plan = planOf(recorded);
const started = frontend.showPlan(plan, { problems: [], proven: [] }, todoEstimates);
await started;
for (const { event } of recorded.slice(0, middle + 1)) frontend.emit(event);
