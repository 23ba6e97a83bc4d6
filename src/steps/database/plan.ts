import { z } from 'zod';
import { defineStepPlan } from '../../plan/step-plan.ts';
import { ObjectName, orExpression, Text, When } from '../../recipe/terms.ts';
import { applyCommand, createCommand } from '../write-commands.ts';

const Size = z.string().regex(/^\d+(Mi|Gi)$/, 'a size is a number with Mi or Gi, for example 1Gi');
const Identifier = z.string().regex(/^[a-z_][a-z0-9_]*$/, 'a PostgreSQL name in lower case, without quotes');

const Postgres = z.strictObject({
  version: z.string().default('17'),
  image: z.string().optional().meta({ description: 'postgres:VERSION unless set' }),
  uid: z
    .number()
    .int()
    .min(1)
    .default(999)
    .meta({ description: 'User id of postgres in the image: 999 in those of Debian, 70 in those of Alpine' }),
  size: orExpression(Size).default('1Gi'),
  storageClass: Text.optional().meta({ description: "The cluster's default when empty" }),
  name: ObjectName.default('postgres'),
  database: Identifier.default('app'),
  user: Identifier.default('app'),
});

/** A PostgreSQL inside the cluster: StatefulSet, Service, volume, and a generated password in a Secret. For demonstrations and development. */
export const databasePlan = defineStepPlan({
  kind: 'database',
  key: 'database',
  section: z.strictObject({ postgres: Postgres, namespace: ObjectName.optional(), when: When.optional() }),
  params: Postgres.extend({ size: Size, namespace: z.string() }),
  timeout: 300,
  why: 'The application keeps its data in PostgreSQL. Inside the cluster it is ready in seconds and gone with the cluster; for anything that matters, use a hosted one.',
  known: ({ postgres, namespace }, context) => ({
    database: {
      host: `${postgres.name}.${namespace ?? context.namespace}.svc`,
      port: 5432,
      name: postgres.database,
      user: postgres.user,
      secretName: postgres.name,
    },
  }),
  expand: ({ postgres, namespace, when }, context) => [
    {
      id: 'database.postgres',
      kind: 'database',
      params: { ...postgres, namespace: namespace ?? context.namespace },
      ...(when === undefined ? {} : { when }),
      provides: ['database'],
      at: ['database'],
    },
  ],
  describe: ({ version, size, name, image }, { kubectl }) => ({
    verb: 'install',
    title: `PostgreSQL ${version}`,
    detail: `StatefulSet ${name}, image ${image ?? `postgres:${version}`}, volume ${size}`,
    commands: [createCommand(kubectl), applyCommand(kubectl)],
  }),
});
