import { z } from 'zod';
import { defineStepPlan } from '../../plan/step-plan.ts';
import { Id, Needs, Text, When } from '../../recipe/terms.ts';

export const dnsPlan = defineStepPlan({
  kind: 'dns',
  key: 'dns',
  section: z.record(
    Id,
    z.strictObject({
      zone: Text,
      provider: Text.default('print').meta({ description: 'print, cloudflare or digitalocean; an answer may choose' }),
      records: z
        .array(
          z.strictObject({
            name: Text,
            type: z.enum(['A', 'AAAA', 'CNAME', 'TXT']).default('A'),
            value: Text,
            ttl: z.number().optional(),
            proxied: z.boolean().default(false),
          }),
        )
        .min(1),
      when: When.optional(),
      needs: Needs.optional(),
    }),
  ),
  params: z.looseObject({ zone: z.string(), records: z.array(z.looseObject({ name: z.string() })) }),
  timeout: 600,
  why: 'A host name must point at the load balancer before anybody can reach it or a certificate can be issued.',
  expand: (section) =>
    Object.entries(section).map(([id, { when, needs, ...dns }]) => ({
      id: `dns.${id}`,
      kind: 'dns',
      params: dns,
      ...(when === undefined ? {} : { when }),
      ...(needs === undefined ? {} : { needs }),
      provides: [`dns.${id}`],
      at: ['dns', id],
    })),
  describe: ({ zone, records }) => ({
    verb: 'configure',
    title: `DNS ${zone}`,
    detail: records.map(({ name }) => name).join(', '),
    commands: [],
    instead: 'prints or writes the records and waits until they are seen',
  }),
});
