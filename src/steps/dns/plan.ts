import { z } from 'zod';
import { defineStepPlan } from '../../plan/step-plan.ts';
import { Id, Needs, needsOf, orExpression, SecretOf, Text, When } from '../../recipe/terms.ts';

const Provider = z.enum(['print', 'cloudflare', 'digitalocean']);

const Record = z.strictObject({
  name: Text,
  type: z.enum(['A', 'AAAA', 'CNAME', 'TXT']).default('A'),
  value: Text,
  ttl: z.number().int().min(1).optional().meta({ description: 'Seconds; the choice of the provider unless set' }),
  proxied: z.boolean().default(false),
});

export const dnsPlan = defineStepPlan({
  kind: 'dns',
  key: 'dns',
  section: z.record(
    Id,
    z.strictObject({
      zone: Text,
      provider: orExpression(Provider)
        .default('print')
        .meta({ description: 'print shows the records to set by hand; an answer may choose' }),
      token: SecretOf.optional().meta({ description: 'Token for the API of the provider' }),
      records: z.array(Record.extend({ when: When.optional() })).min(1),
      when: When.optional(),
      needs: Needs.optional(),
    }),
  ),
  params: z.strictObject({
    zone: z.string(),
    provider: Provider,
    token: SecretOf.optional(),
    records: z.array(Record),
  }),
  timeout: 600,
  why: 'A host name must point at the load balancer before anybody can reach it or a certificate can be issued.',
  expand: (section) =>
    Object.entries(section).map(([id, { when, needs, ...dns }]) => ({
      id: `dns.${id}`,
      kind: 'dns',
      params: dns,
      ...(when === undefined ? {} : { when }),
      needs: needsOf(needs, dns.token),
      at: ['dns', id],
    })),
  describe: ({ zone, provider, records }) => ({
    verb: 'configure',
    title: `DNS ${zone}`,
    detail: records.map(({ name, type, value }) => `${type} ${name} ${value}`).join(', '),
    commands: [],
    instead:
      provider === 'print'
        ? 'prints the records and waits until they are seen'
        : `writes the records to ${provider} and waits until they are seen`,
  }),
});
