import { z } from 'zod';
import { defineStepPlan } from '../../plan/step-plan.ts';
import { Id, ObjectName, When } from '../../recipe/terms.ts';
import { applyCommand } from '../write-commands.ts';

const Labels = z.record(z.string(), z.string());

export const namespacePlan = defineStepPlan({
  kind: 'namespace',
  key: 'namespaces',
  section: z.record(Id, z.strictObject({ name: ObjectName, labels: Labels.default({}), when: When.optional() })),
  params: z.strictObject({ name: z.string(), labels: Labels }),
  timeout: 60,
  why: 'A namespace keeps the application apart from whatever else runs in the cluster. One that was there before is used as it is and never removed.',
  known: (section) => ({ namespaces: Object.fromEntries(Object.entries(section).map(([id, { name }]) => [id, name])) }),
  expand: (section) =>
    Object.entries(section).map(([id, { when, ...params }]) => ({
      id: `namespace.${id}`,
      kind: 'namespace',
      params,
      ...(when === undefined ? {} : { when }),
      provides: [`namespaces.${id}`],
      at: ['namespaces', id],
    })),
  describe: ({ name }, { kubectl }) => ({
    verb: 'create',
    title: `namespace ${name}`,
    commands: [applyCommand(kubectl)],
  }),
});
