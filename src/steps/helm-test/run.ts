import { defineStep, done, todo } from '../../engine/step.ts';
import { helmTestPlan } from './plan.ts';

export const helmTestStep = defineStep(helmTestPlan, {
  check: async (_params, { isAfterChange }) => (isAfterChange ? todo('the release has changed') : done()),
  async run(_params, { step, helm, signal, output, waiting }) {
    waiting('the test pods of the chart');
    await helm.test(step.commands[0] ?? [], { signal, onLine: (line) => output([line]) });
    return {};
  },
});
