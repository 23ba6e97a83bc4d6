import { z } from 'zod';
import { defineStepPlan } from '../../plan/step-plan.ts';

/** Runs the test pods of a chart. They write, so only after a change of the release. */
export const helmTestPlan = defineStepPlan({
  kind: 'helm-test',
  params: z.strictObject({ release: z.string(), namespace: z.string() }),
  timeout: 180,
  why: 'A chart can bring tests that run inside the cluster, where the application is seen as other pods see it.',
  describe: ({ release, namespace }, { helm }) => ({
    verb: 'check',
    title: `helm test ${release}`,
    detail: 'only after a change',
    commands: [helm.testArgv(release, namespace)],
  }),
});
