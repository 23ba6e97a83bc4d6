import { z } from 'zod';
import { defineStepPlan } from '../../plan/step-plan.ts';
import { Id, Needs, needsOf, ObjectName, SecretOf, Text, Value, When } from '../../recipe/terms.ts';

const Credentials = z
  .strictObject({ username: SecretOf.optional(), password: SecretOf.optional(), sshPrivateKey: SecretOf.optional() })
  .meta({ description: 'Login to a private repository; kept as a repository Secret of Argo CD' });

const Application = z.strictObject({
  name: ObjectName,
  namespace: ObjectName.default('argocd').meta({ description: 'Where Argo CD runs' }),
  project: z.string().default('default'),
  repo: Text,
  revision: Text.default('main'),
  path: Text.meta({ description: 'Folder inside the repository' }),
  valueFiles: z.array(Text).default([]).meta({ description: 'Values files, relative to path' }),
  values: z.record(z.string(), Value).default({}).meta({ description: 'Values that the cluster alone knows' }),
  destination: ObjectName,
  finalizer: z.boolean().default(false).meta({ description: 'Deleting the application deletes what it made' }),
  syncPolicy: z.record(z.string(), Value).default({}),
  replaces: z.array(z.string()).default([]).meta({ description: 'Releases that Argo CD owns instead of Helm' }),
});

export const gitopsAppPlan = defineStepPlan({
  kind: 'gitops-app',
  key: 'gitops',
  section: z.record(
    Id,
    Application.extend({
      credentials: Credentials.extend({ when: When.optional() }).optional(),
      when: When.optional(),
      needs: Needs.optional(),
    }),
  ),
  /** `credentials` holds one entry, or none. */
  params: Application.extend({ credentials: z.array(Credentials) }),
  timeout: 600,
  why: 'Argo CD keeps the cluster equal to a Git repository: who changes the repository changes the cluster.',
  expand: (section) =>
    Object.entries(section).map(([id, { when, needs, credentials, ...app }]) => ({
      id: `gitops-app.${id}`,
      kind: 'gitops-app',
      params: { ...app, credentials: credentials === undefined ? [] : [credentials] },
      ...(when === undefined ? {} : { when }),
      needs: needsOf(needs, credentials?.username, credentials?.password, credentials?.sshPrivateKey),
      at: ['gitops', id],
    })),
  describe: ({ name, repo, path }, { kubectl }) => ({
    verb: 'create',
    title: `Argo CD application ${name}`,
    detail: `${repo} ${path}`,
    commands: [kubectl.argv('apply', '--server-side', '--field-manager=deploy-wizard', '-f', '-', '-o', 'json')],
  }),
});
