import { z } from 'zod';
import { defineStepPlan } from '../../plan/step-plan.ts';
import { Needs, ObjectName, Text, Value, When } from '../../recipe/terms.ts';

const Server = z.strictObject({
  by: z.enum(['operator', 'workload', 'existing']),
  name: ObjectName,
  namespace: ObjectName.optional(),
  image: z.string().optional(),
  instances: z.union([z.number().int().min(1), Text]).default(1),
  hostname: Text.optional(),
  url: Text.optional().meta({ description: 'Of a server that is there already' }),
  database: z.strictObject({ host: Text, name: z.string(), secret: ObjectName }).optional(),
  http: z.strictObject({ enabled: z.boolean(), tlsSecret: z.string().optional() }).optional(),
  ingress: z.strictObject({ className: Text, tlsSecret: z.string().optional() }).optional(),
  proxyHeaders: z.enum(['xforwarded', 'forwarded']).optional(),
  resources: z.record(z.string(), Value).optional(),
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
  password: z
    .strictObject({ secret: z.string(), key: z.string() })
    .meta({ description: 'A key of one of the secrets of the recipe' }),
  when: When.optional(),
});

/** A Keycloak server, and what is declared of one realm of it; converged, never recreated. */
export const keycloakPlan = defineStepPlan({
  kind: 'keycloak',
  key: 'keycloak',
  section: z.strictObject({
    server: Server,
    realm: z.strictObject({
      name: z.string(),
      displayName: z.string().optional(),
      settings: z.record(z.string(), Value).default({}),
    }),
    clients: z.record(z.string(), Client).default({}),
    roles: z.record(z.string(), z.string()).default({}).meta({ description: 'Realm role to what it may do' }),
    users: z.record(z.string(), User).default({}),
    when: When.optional(),
    needs: Needs.optional(),
  }),
  params: z.looseObject({ server: z.looseObject({ name: z.string() }), realm: z.looseObject({ name: z.string() }) }),
  timeout: 900,
  why: 'Signing in needs a realm, clients, roles and users. They are compared with what the server has, and only differences are written.',
  known: ({ server, realm }, context) => ({
    keycloak: {
      realm: realm.name,
      namespace: server.namespace ?? context.namespace,
      url:
        server.url ??
        (server.hostname === undefined
          ? `http://${server.name}-service.${server.namespace ?? context.namespace}.svc:8080`
          : `https://${server.hostname}`),
    },
  }),
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
      ...(needs === undefined ? {} : { needs }),
      provides: ['keycloak'],
      at: ['keycloak'],
    },
  ],
  describe: ({ server, realm }) => ({
    verb: 'configure',
    title: `Keycloak ${server.name}, realm ${realm.name}`,
    commands: [],
    instead: 'reads realm, clients, roles and users over the Admin REST API and writes the differences',
  }),
});
