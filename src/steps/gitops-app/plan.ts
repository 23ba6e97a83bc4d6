import { z } from 'zod';
import { defineStepPlan } from '../../plan/step-plan.ts';
import { Id, Needs, ObjectName, Path, Text, Value, When } from '../../recipe/terms.ts';

export const gitopsAppPlan = defineStepPlan({
  kind: 'gitops-app',
  key: 'gitops',
  section: z.record(
    Id,
    z.strictObject({
      name: ObjectName,
      namespace: ObjectName.default('argocd'),
      repo: Text,
      revision: z.string().default('main'),
      path: Path,
      valueFiles: z.array(Path).default([]),
      destination: ObjectName,
      finalizer: z.boolean().default(false),
      syncPolicy: z.record(z.string(), Value).default({}),
      replaces: z.array(z.string()).default([]).meta({ description: 'Releases that Argo CD owns instead of Helm' }),
      when: When.optional(),
      needs: Needs.optional(),
    }),
  ),
  params: z.looseObject({ name: z.string(), repo: z.string(), path: z.string() }),
  timeout: 600,
  why: 'Argo CD keeps the cluster equal to a Git repository: who changes the repository changes the cluster.',
  expand: (section) =>
    Object.entries(section).map(([id, { when, needs, ...app }]) => ({
      id: `gitops-app.${id}`,
      kind: 'gitops-app',
      params: app,
      ...(when === undefined ? {} : { when }),
      ...(needs === undefined ? {} : { needs }),
      provides: [`gitops.${id}`],
      at: ['gitops', id],
    })),
  describe: ({ name, repo, path }, { kubectl }) => ({
    verb: 'create',
    title: `Argo CD application ${name}`,
    detail: `${repo} ${path}`,
    commands: [kubectl.argv('apply', '--server-side', '--field-manager=deploy-wizard', '-f', '-', '-o', 'json')],
  }),
});
