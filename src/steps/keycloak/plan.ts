import { z } from 'zod';
import { defineStepPlan } from '../../plan/step-plan.ts';
import { Id, Needs, needsOf, ObjectName, orExpression, SecretOf, Text, Value, When } from '../../recipe/terms.ts';

const By = z.enum(['operator', 'workload', 'existing']);
const Instances = z.number().int().min(1);

const Server = z.strictObject({
  by: orExpression(By).meta({
    description: 'operator: a Keycloak resource; workload: a Deployment of the image; existing: one that is there',
  }),
  name: ObjectName,
  namespace: ObjectName.optional(),
  image: Text.optional(),
  instances: orExpression(Instances).default(1),
  url: Text.optional().meta({
    description:
      'Address that browsers use and tokens name, with scheme; without one, or when it is null, the address that the run finds',
  }),
  strict: orExpression(z.boolean())
    .default(true)
    .meta({ description: 'Answers under url alone; false takes the host of each request, for development' }),
  development: orExpression(z.boolean()).default(false).meta({ description: 'start-dev in place of start' }),
  database: z
    .strictObject({
      host: Text,
      port: z.number().int().default(5432),
      name: Text,
      secret: ObjectName.meta({ description: 'Secret with the keys username and password' }),
    })
    .optional(),
  admin: ObjectName.optional().meta({
    description:
      'Secret with username and password of the first administrator; the one that the server makes unless set',
  }),
  http: z.strictObject({ enabled: orExpression(z.boolean()), tlsSecret: Text.optional() }).optional(),
  ingress: z
    .strictObject({
      enabled: orExpression(z.boolean()).default(true),
      className: Text.optional(),
      tlsSecret: Text.optional().meta({ description: 'Certificate that browsers see; it ends TLS at the ingress' }),
    })
    .optional(),
  proxyHeaders: z.enum(['xforwarded', 'forwarded']).optional(),
  resources: z.record(z.string(), Value).optional(),
  options: z.record(z.string(), z.string()).default({}).meta({ description: 'Further options, as additionalOptions' }),
});

const Client = z.strictObject({
  name: z.string().optional(),
  type: z.enum(['public', 'confidential', 'service-account']),
  redirectUris: z.array(Text).default([]),
  webOrigins: z.array(Text).default([]),
  pkce: z.boolean().default(true),
  scopes: z.array(z.string()).default([]),
  audience: z.array(z.string()).default([]),
});

const User = z.strictObject({
  email: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  roles: z.array(z.string()),
  password: SecretOf,
  when: When.optional(),
});

const Realm = z.strictObject({
  name: z.string(),
  displayName: z.string().optional(),
  settings: z.record(z.string(), Value).default({}),
});
const Clients = z.record(z.string(), Client).default({});
const Roles = z.record(z.string(), z.string()).default({}).meta({ description: 'Realm role to what it may do' });

/** A Keycloak server, and what is declared of one realm of it; converged, never recreated. */
export const keycloakPlan = defineStepPlan({
  kind: 'keycloak',
  key: 'keycloak',
  section: z.strictObject({
    server: Server,
    realm: Realm,
    clients: Clients,
    roles: Roles,
    users: z.record(Id, User).default({}),
    when: When.optional(),
    needs: Needs.optional(),
  }),
  params: z.strictObject({
    server: Server.extend({
      by: By,
      instances: Instances,
      url: z.string().nullable().optional(),
      strict: z.boolean(),
      development: z.boolean(),
      http: z.strictObject({ enabled: z.boolean(), tlsSecret: z.string().optional() }).optional(),
      ingress: z
        .strictObject({
          enabled: z.boolean(),
          className: z.string().optional(),
          tlsSecret: z.string().nullable().optional(),
        })
        .optional(),
    }),
    realm: Realm,
    clients: Clients,
    roles: Roles,
    users: z.array(User.omit({ when: true }).extend({ name: z.string() })),
    namespace: z.string(),
  }),
  timeout: 900,
  why: 'Signing in needs a realm, clients, roles and users. They are compared with what the server has, and only differences are written.',
  known: ({ server, realm }, context) => {
    const namespace = server.namespace ?? context.namespace;
    return {
      keycloak: {
        realm: realm.name,
        namespace,
        internalUrl: `http://${server.name}-service.${namespace}.svc:8080`,
        ...(server.url === undefined ? {} : { url: server.url }),
      },
    };
  },
  expand: ({ when, needs, users, ...section }, context) => [
    {
      id: 'keycloak.realm',
      kind: 'keycloak',
      params: {
        ...section,
        users: Object.entries(users).map(([name, user]) => ({ name, ...user })),
        namespace: section.server.namespace ?? context.namespace,
      },
      ...(when === undefined ? {} : { when }),
      needs: needsOf(needs, ...Object.values(users).map(({ password }) => password)),
      provides: ['keycloak', 'keycloak.url'],
      at: ['keycloak'],
    },
  ],
  describe: ({ server, realm, clients, roles, users }) => ({
    verb: 'configure',
    title: `Keycloak ${server.name}, realm ${realm.name}`,
    detail: `${Object.keys(clients).length} clients, ${Object.keys(roles).length} roles, ${users.length} users`,
    commands: [],
    instead: 'reads realm, clients, roles and users over the Admin REST API and writes the differences',
  }),
});
