import { z } from 'zod';
import { defineStepPlan } from '../../plan/step-plan.ts';
import { applyCommand } from '../write-commands.ts';

/** Login to a registry. The section is part of `secrets`; see the secret step. */
export const pullSecretPlan = defineStepPlan({
  kind: 'pull-secret',
  params: z.strictObject({
    name: z.string(),
    namespace: z.string(),
    registry: z.string(),
    keys: z.array(z.strictObject({ key: z.string(), sources: z.array(z.json()) })),
  }),
  timeout: 60,
  why: 'A private registry hands out images only to those who log in. The nodes do so with this Secret.',
  describe: ({ name, registry }, { kubectl }) => ({
    verb: 'create',
    title: `pull secret ${name}`,
    detail: `login to ${registry}`,
    commands: [applyCommand(kubectl)],
  }),
});
