import { z } from 'zod';
import type { AnyStepPlan } from '../plan/step-plan.ts';
import { Check, Duration, Id, Path, When } from './terms.ts';

/** A question of the recipe. Its default must work on a local cluster, so that Enter alone ends in a running application. */
export const QuestionEntry = z
  .strictObject({
    id: z.string().regex(/^[a-z][a-zA-Z0-9]*$/, 'a question id is one word: letters and digits'),
    ask: z.string().regex(/\?$/, 'a question ends with a question mark'),
    why: z.string().min(10),
    type: z.enum(['text', 'number', 'boolean', 'port', 'folder']).optional(),
    choose: z
      .record(z.string(), z.union([z.string(), z.strictObject({ label: z.string(), hint: z.string() })]))
      .optional(),
    live: z.enum(['namespaces', 'storageClasses', 'ingressClasses']).optional(),
    default: z.union([z.string(), z.number(), z.boolean()]).optional(),
    when: When.optional(),
    check: Check.optional(),
    optional: z.boolean().optional(),
    personal: z
      .boolean()
      .optional()
      .meta({ description: 'Holds only on this machine: not saved to a shared answers file' }),
  })
  .meta({ description: 'One question to the person' });
export type QuestionEntry = z.output<typeof QuestionEntry>;

const Environment = z.strictObject({
  title: z.string().optional(),
  values: z
    .array(Path)
    .default([])
    .meta({ description: 'Values files of each chart, in order, relative to the chart' }),
  confirm: z
    .enum(['none', 'enter', 'typed'])
    .default('enter')
    .meta({ description: 'How the plan is approved: typed asks for the name of the cluster' }),
  targets: z.enum(['local', 'cloud', 'any']).default('any'),
});

/** What the author expects, shown and labelled as an estimate until a run has been measured. */
const Expectation = z.strictObject({
  cpu: z.number().positive().optional().meta({ description: 'CPUs that all pods request together' }),
  memory: z
    .string()
    .regex(/^\d+(\.\d+)?(Mi|Gi)$/)
    .optional(),
  disk: z
    .string()
    .regex(/^\d+(\.\d+)?(Mi|Gi)$/)
    .optional(),
  minutes: z.number().positive().optional(),
  steps: z.record(z.string(), Duration).default({}),
  costs: z.array(z.strictObject({ what: z.string(), monthly: z.string() })).optional(),
  faults: z
    .array(
      z.strictObject({
        fault: z.string().min(1).meta({ description: 'As --fault takes it: image-pull:web' }),
        code: z.string().min(1).meta({ description: 'The failure as which it must be told: image-not-found' }),
      }),
    )
    .default([])
    .meta({ description: 'Faults that recipe check rehearses, and what the wizard must say of each' }),
});

/** Texts for people, by topic; shown by `explain` and in the recipe's pages. */
const Notes = z.strictObject({
  about: z.array(z.string()).optional(),
  optional: z
    .array(
      z.strictObject({
        title: z.string(),
        explain: z.string(),
        commands: z.array(z.string()).optional(),
        when: When.optional(),
      }),
    )
    .optional()
    .meta({ description: 'Optional blocks of the design, declared and explained' }),
  troubleshooting: z
    .array(z.strictObject({ symptom: z.string(), cause: z.string(), remedy: z.string(), probe: z.string().optional() }))
    .optional(),
  rollback: z.array(z.string()).optional(),
  security: z.array(z.string()).optional(),
  acceptance: z.array(z.strictObject({ id: z.string(), text: z.string(), shownBy: z.string() })).optional(),
  application: z.array(z.string()).optional().meta({
    description: 'What the application itself must bring; the wizard checks or advises, it writes no application code',
  }),
  commands: z
    .array(z.strictObject({ command: z.string(), why: z.string() }))
    .optional()
    .meta({ description: 'Commands that the person runs by hand, and when' }),
  alerts: z.array(z.string()).optional().meta({ description: 'What a monitoring should watch' }),
  risks: z.array(z.string()).optional(),
  later: z.array(z.string()).optional(),
  phases: z.array(z.string()).optional(),
});

/** Files that `export` writes beside the deployment: workflows, manifests, scripts, documents. */
const ExportEntry = z.strictObject({
  to: z.enum(['bash', 'github-actions', 'argocd', 'files']),
  files: z
    .array(
      z
        .strictObject({
          path: Path.meta({ description: 'Where it is written, below the folder of the export' }),
          title: z.string(),
          from: Path.optional().meta({ description: 'A file of the recipe, copied as it is' }),
          content: z.array(z.string()).optional().meta({ description: 'Its lines, or the headings of a document' }),
          when: When.optional(),
        })
        .refine(({ from, content }) => (from === undefined) !== (content === undefined), {
          error: 'a file has either from or content',
        }),
    )
    .min(1),
  secrets: z.array(z.strictObject({ name: z.string(), why: z.string(), optional: z.boolean().optional() })).optional(),
  permissions: z.array(z.string()).optional(),
  triggers: z.array(z.string()).optional(),
  inputs: z
    .record(z.string(), z.string())
    .optional()
    .meta({ description: 'What a person gives when starting it by hand' }),
  environments: z
    .record(z.string(), z.string())
    .optional()
    .meta({ description: 'Deployment environments and who approves' }),
  jobs: z.record(z.string(), z.string()).optional().meta({ description: 'Job to what it does, in order' }),
});

const base = z.strictObject({
  apiVersion: z.literal('deploy-wizard/v1', 'this program reads apiVersion: deploy-wizard/v1'),
  name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'lower-case letters, digits and hyphens, at most 40'),
  title: z.string().min(1),
  description: z.string().min(1),
  version: z.string().optional(),
  source: z
    .union([Path, z.strictObject({ path: Path, ask: z.string().optional(), why: z.string().optional() })])
    .default('sample')
    .meta({ description: "Folder of the application's code; --source or a question points it elsewhere" }),
  environments: z.record(Id, Environment).default({ local: { values: [], confirm: 'enter', targets: 'any' } }),
  namespace: z.string().optional().meta({ description: 'Default namespace; the recipe name unless set' }),
  questions: z.array(QuestionEntry).default([]),
  exports: z.record(Id, ExportEntry).default({}),
  expect: Expectation.default({ steps: {}, faults: [] }),
  notes: Notes.default({}),
});

export type RecipeBase = z.output<typeof base>;

/** The schema of a whole recipe: the common keys and the section of each step kind. */
export function recipeSchema(stepPlans: readonly AnyStepPlan[]): z.ZodType<RecipeBase & Record<string, unknown>> {
  const sections: Record<string, z.ZodType> = {};
  for (const { key, section } of stepPlans) {
    if (key !== undefined && section !== undefined) sections[key] = section.optional();
  }
  return base.extend(sections) as unknown as z.ZodType<RecipeBase & Record<string, unknown>>;
}

/** JSON Schema (draft 2020-12) for editors. */
export function recipeJsonSchema(stepPlans: readonly AnyStepPlan[]): object {
  return z.toJSONSchema(recipeSchema(stepPlans), { io: 'input', target: 'draft-2020-12' });
}
