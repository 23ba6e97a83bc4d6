import { z } from 'zod';
import { defineStepPlan } from '../../plan/step-plan.ts';
import { Id, Needs, ObjectName, Text, When } from '../../recipe/terms.ts';

export const certificatePlan = defineStepPlan({
  kind: 'certificate',
  key: 'certificates',
  section: z.record(
    Id,
    z.strictObject({
      hosts: z.array(Text).min(1),
      secretName: ObjectName,
      namespace: ObjectName.optional(),
      issuer: Text.meta({ description: 'ClusterIssuer' }),
      challenge: z
        .enum(['none', 'http01', 'dns01'])
        .default('none')
        .meta({ description: 'A wildcard host needs dns01' }),
      when: When.optional(),
      needs: Needs.optional(),
    }),
  ),
  params: z.looseObject({ secretName: z.string(), hosts: z.array(z.string()), issuer: z.string() }),
  timeout: 600,
  why: 'Browsers trust HTTPS only with a certificate for the host. cert-manager gets one from the issuer and renews it.',
  known: (section, context) => ({
    certificates: Object.fromEntries(
      Object.entries(section).map(([id, { secretName, namespace }]) => [
        id,
        { secretName, namespace: namespace ?? context.namespace },
      ]),
    ),
  }),
  expand: (section, context) =>
    Object.entries(section).map(([id, { when, needs, ...certificate }]) => ({
      id: `certificate.${id}`,
      kind: 'certificate',
      params: { ...certificate, namespace: certificate.namespace ?? context.namespace },
      ...(when === undefined ? {} : { when }),
      ...(needs === undefined ? {} : { needs }),
      provides: [`certificates.${id}`],
      at: ['certificates', id],
    })),
  describe: ({ secretName, hosts, issuer }, { kubectl }) => ({
    verb: 'create',
    title: `certificate ${secretName}`,
    detail: `${hosts.join(', ')} from ${issuer}`,
    commands: [kubectl.argv('apply', '--server-side', '--field-manager=deploy-wizard', '-f', '-', '-o', 'json')],
  }),
});
