import { X509Certificate } from 'node:crypto';
import type { Client } from '../client.ts';
import { text } from './custom-status.ts';

interface AuthorityProblem {
  reason: string;
  why: string;
  /** Whether setting the issuer up ends with an error, which is tried again. */
  isError: boolean;
}

/** Why nothing can be signed with the key pair of a Secret (cert-manager 1.21, pkg/issuer/ca/setup.go, pkg/util/kube/pki.go). */
export function authorityProblem(client: Client, namespace: string, name: string): AuthorityProblem | undefined {
  const secret = client.get('v1 Secret', namespace, name);
  const error = (why: string): AuthorityProblem => ({ reason: 'ErrGetKeyPair', why, isError: true });
  if (secret === undefined) return error(`secrets "${name}" not found`);
  for (const key of ['tls.crt', 'tls.key'])
    if (text(secret, key) === '') return error(`no data for "${key}" in secret '${namespace}/${name}'`);
  if (!/-----BEGIN CERTIFICATE-----/.test(text(secret, 'tls.crt')))
    return error('error decoding certificate PEM block');
  return new X509Certificate(text(secret, 'tls.crt')).ca
    ? undefined
    : { reason: 'ErrInvalidKeyPair', why: 'certificate is not a CA', isError: false };
}

/** Names that never resolve in public (RFC 6761). */
const reserved = /(^|\.)(invalid|test|example|localhost)$/;

/** Why an ACME server cannot be asked: its name is one that no name server knows. Others are thought to answer. */
export function unreachable(client: Client, server: string): string | undefined {
  const { hostname } = new URL(server);
  const [, service = '', namespace = ''] = /^([^.]+)\.([^.]+)\.svc(\.cluster\.local)?$/.exec(hostname) ?? [];
  const isKnown =
    service === '' ? !reserved.test(hostname) : client.get('v1 Service', namespace, service) !== undefined;
  if (isKnown) return undefined;
  const dns = client.get('v1 Service', 'kube-system', 'kube-dns')?.['spec'] as { clusterIP?: string } | undefined;
  return `Get "${server}": dial tcp: lookup ${hostname} on ${dns?.clusterIP ?? '10.96.0.10'}:53: no such host`;
}
