import type { AnswerWebhook } from '../../admission/webhooks.ts';

const issuerTypes = ['acme', 'ca', 'vault', 'selfSigned', 'venafi'];
const names = ['commonName', 'literalSubject', 'dnsNames', 'emailAddresses', 'ipAddresses', 'otherNames', 'uris'];

/** What cert-manager's webhook refuses (cert-manager 1.21, internal/apis/certmanager/validation); it allows everything else. */
export const answerWebhook: AnswerWebhook = ({ name }, { resource, object }) => {
  if (name !== 'webhook.cert-manager.io' || object === undefined) return { allowed: true };
  const spec = (object['spec'] ?? {}) as Record<string, unknown>;
  const message = resource.kind === 'Certificate' ? certificateProblem(spec) : issuerProblem(resource.kind, spec);
  return message === undefined ? { allowed: true } : { allowed: false, message, reason: 'Forbidden' };
};

function issuerProblem(kind: string, spec: Record<string, unknown>): string | undefined {
  if (kind !== 'Issuer' && kind !== 'ClusterIssuer') return undefined;
  const [first, ...others] = issuerTypes.filter((type) => spec[type] !== undefined);
  if (first === undefined) return 'spec: Required value: at least one issuer must be configured';
  const refusals = others.map((type) => `spec.${type}: Forbidden: may not specify more than one issuer type`);
  return refusals.length > 1 ? `[${refusals.join(', ')}]` : refusals[0];
}

function certificateProblem(spec: Record<string, unknown>): string | undefined {
  const isNamed = names.some((field) => {
    const value = spec[field];
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== '';
  });
  if (isNamed) return undefined;
  return 'spec: Invalid value: "": at least one of commonName (from the commonName field or from a literalSubject), dnsNames, emailSANs, ipAddresses, otherNames, or uriSANs must be set';
}
