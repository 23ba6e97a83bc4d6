import { z } from 'zod';
import { defineStepPlan } from '../../plan/step-plan.ts';

export const ServiceToOpen = z.strictObject({
  id: z.string(),
  name: z.string(),
  port: z.number(),
  scheme: z.enum(['http', 'https']),
  path: z.string(),
  show: z.string().optional(),
  host: z.string().optional(),
});
export type ServiceToOpen = z.output<typeof ServiceToOpen>;

/** Watches what a release made until it is ready, then finds the addresses at which its Services answer this host. */
export const rolloutPlan = defineStepPlan({
  kind: 'rollout',
  params: z.strictObject({ release: z.string(), namespace: z.string(), services: z.array(ServiceToOpen) }),
  timeout: 600,
  why: 'Helm returns when the objects are stored, not when they work. The wizard watches each of them until it is ready, and says what a slow one waits for.',
  describe: ({ release, namespace, services }) => ({
    verb: 'wait',
    title: `pods of ${release}`,
    ...(services.length === 0 ? {} : { detail: services.map(({ name, port }) => `${name}:${port}`).join(', ') }),
    commands: [],
    instead: `watches the objects of the release ${release} in namespace ${namespace}`,
  }),
});
