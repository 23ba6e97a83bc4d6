import { z } from 'zod';
import { defineStepPlan } from '../../plan/step-plan.ts';
import { Id, Needs, ObjectName, orExpression, Text, When } from '../../recipe/terms.ts';

const Challenge = z.enum(['none', 'http01', 'dns01']);

const Certificate = z.strictObject({
  hosts: z.array(Text).min(1),
  secretName: ObjectName,
  issuer: Text.meta({ description: 'ClusterIssuer' }),
  challenge: orExpression(Challenge)
    .default('none')
    .meta({ description: 'How the issuer proves the host; none for an own authority; a wildcard host needs dns01' }),
});

export const certificatePlan = defineStepPlan({
  kind: 'certificate',
  key: 'certificates',
  section: z.record(
    Id,
    Certificate.extend({ namespace: ObjectName.optional(), when: When.optional(), needs: Needs.optional() }),
  ),
  params: Certificate.extend({ namespace: z.string(), challenge: Challenge }).refine(
    // Let's Encrypt proves a wildcard by a TXT record only (RFC 8555, section 7.1.3, and its own rules).
    ({ hosts, challenge }) => challenge !== 'http01' || !hosts.some((host) => host.startsWith('*.')),
    { error: 'a wildcard host cannot be proven over HTTP: it needs dns01', path: ['challenge'] },
  ),
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
