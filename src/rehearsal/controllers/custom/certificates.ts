import type { StoredObject } from '../../objects.ts';
import type { Client } from '../client.ts';
import { conditionOf, hasCondition } from '../conditions.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { controllerReference, controlledBy } from '../owners.ts';
import { X509Certificate } from 'node:crypto';
import { signingRequest } from '../../x509/certificates.ts';
import { newKey, type KeyWish } from '../../x509/keys.ts';
import { base64, dropCondition, ensure, ensureOnce, statusOf, text, writeStatus } from './custom-status.ts';
import { certManager, type IssuerReference } from './issuers.ts';
import { operatorController, type Advance } from './operator-controller.ts';

interface CertificateSpec {
  secretName: string;
  issuerRef: IssuerReference;
  commonName?: string;
  dnsNames?: string[];
  ipAddresses?: string[];
  privateKey?: KeyWish;
  duration?: string;
  isCA?: boolean;
}

const kind = 'cert-manager.io/v1 Certificate';
const specOf = (certificate: StoredObject) => certificate['spec'] as CertificateSpec;
const conditionsOf = (object: StoredObject) => statusOf(object).conditions ?? [];
const secretOf = (client: Client, certificate: StoredObject) =>
  client.get('v1 Secret', certificate.metadata.namespace, specOf(certificate).secretName);
const isIssuing = (certificate: StoredObject) => hasCondition(conditionsOf(certificate), 'Issuing');

/** Why a certificate is to be issued; undefined when it is there. */
function reasonToIssue(client: Client, certificate: StoredObject): [reason: string, message: string] | undefined {
  const secret = secretOf(client, certificate);
  if (secret === undefined) return ['DoesNotExist', 'Issuing certificate as Secret does not exist'];
  const { name, kind: issuerKind = 'Issuer' } = specOf(certificate).issuerRef;
  const annotations = secret.metadata.annotations ?? {};
  if (annotations['cert-manager.io/issuer-name'] === name && annotations['cert-manager.io/issuer-kind'] === issuerKind)
    return undefined;
  return [
    'IncorrectIssuer',
    `Issuing certificate as Secret was previously issued by "${annotations['cert-manager.io/issuer-kind'] ?? ''}.cert-manager.io/${annotations['cert-manager.io/issuer-name'] ?? ''}"`,
  ];
}

const part = (name: string, advance: Advance): Controller =>
  operatorController({
    name: `cert-manager-certificates-${name}`,
    operator: certManager,
    kinds: { [kind]: advance },
    owns: ['cert-manager.io/v1 CertificateRequest'],
    follows: name === 'trigger' || name === 'readiness' ? ['v1 Secret'] : [],
  });

const readiness = part('readiness', (certificate, context) => {
  const problem = reasonToIssue(context.client, certificate);
  const [reason, message] = problem ?? ['Ready', 'Certificate is up to date and has not expired'];
  writeStatus(context, certificate, [
    { type: 'Ready', status: problem === undefined ? 'True' : 'False', reason, message },
  ]);
  return undefined;
});

const trigger = part('trigger', (certificate, context) => {
  const problem = reasonToIssue(context.client, certificate);
  if (problem === undefined || isIssuing(certificate)) return undefined;
  const failed = statusOf(certificate)['lastFailureTime'] as string | undefined;
  // A failed attempt is made again an hour later, then later and later.
  const attempts = (statusOf(certificate)['failedIssuanceAttempts'] as number | undefined) ?? 0;
  const wait =
    failed === undefined
      ? 0
      : Date.parse(failed) + Math.min(32, 2 ** Math.max(0, attempts - 1)) * 3_600_000 - context.clock.now();
  if (wait > 0) return wait;
  const [reason, message] = problem;
  writeStatus(context, certificate, [{ type: 'Issuing', status: 'True', reason, message }]);
  context.client.event(certificate, { type: 'Normal', reason: 'Issuing', message });
  return undefined;
});

const keyManager = part('key-manager', (certificate, context) => {
  const { client, chance } = context;
  if (!isIssuing(certificate) || statusOf(certificate)['nextPrivateKeySecretName'] !== undefined) return undefined;
  const { name, namespace } = certificate.metadata;
  const secret = client.create({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: `${name}-${chance.suffix(5)}`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { 'cert-manager.io/next-private-key': 'true', 'controller.cert-manager.io/fao': 'true' },
      ownerReferences: [controllerReference(certificate)],
    },
    type: 'Opaque',
    data: { 'tls.key': base64(newKey(specOf(certificate).privateKey)) },
  });
  client.event(certificate, {
    type: 'Normal',
    reason: 'Generated',
    message: `Stored new private key in temporary Secret resource "${secret.metadata.name}"`,
  });
  writeStatus(context, certificate, [], { nextPrivateKeySecretName: secret.metadata.name });
  return undefined;
});

const nextRevision = (certificate: StoredObject) =>
  ((statusOf(certificate)['revision'] as number | undefined) ?? 0) + 1;

const requestFor = (client: Client, certificate: StoredObject) =>
  controlledBy(client, certificate, 'CertificateRequest').find(
    ({ metadata }) =>
      metadata.annotations?.['cert-manager.io/certificate-revision'] === String(nextRevision(certificate)),
  );

const requestManager = part('request-manager', (certificate, context) => {
  const { client } = context;
  const key = statusOf(certificate)['nextPrivateKeySecretName'] as string | undefined;
  if (!isIssuing(certificate) || key === undefined || requestFor(client, certificate) !== undefined) return undefined;
  const { name, namespace } = certificate.metadata;
  const { issuerRef, isCA, duration, ...subject } = specOf(certificate);
  const secret = client.get('v1 Secret', namespace, key);
  if (secret === undefined) return undefined;
  const request = client.create({
    apiVersion: 'cert-manager.io/v1',
    kind: 'CertificateRequest',
    metadata: {
      name: `${name}-${nextRevision(certificate)}`,
      ...(namespace === undefined ? {} : { namespace }),
      annotations: {
        'cert-manager.io/certificate-name': name,
        'cert-manager.io/certificate-revision': String(nextRevision(certificate)),
        'cert-manager.io/private-key-secret-name': key,
      },
      ownerReferences: [controllerReference(certificate)],
    },
    spec: {
      issuerRef,
      request: base64(signingRequest(subject, text(secret, 'tls.key'))),
      ...(duration === undefined ? {} : { duration }),
      ...(isCA === undefined ? {} : { isCA }),
      // As cert-manager's webhook fills in who asks.
      username: 'system:serviceaccount:cert-manager:cert-manager',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:cert-manager', 'system:authenticated'],
    },
  });
  client.event(certificate, {
    type: 'Normal',
    reason: 'Requested',
    message: `Created new CertificateRequest resource "${request.metadata.name}"`,
  });
  return undefined;
});

const issuing = part('issuing', (certificate, context) => {
  const { client } = context;
  const request = isIssuing(certificate) ? requestFor(client, certificate) : undefined;
  const ready = request === undefined ? undefined : conditionOf(conditionsOf(request), 'Ready');
  if (request === undefined || ready === undefined) return undefined;
  if (ready.reason === 'Failed' || ready.reason === 'Denied')
    return fail(context, certificate, request, ready.message ?? '');
  if (ready.status === 'True') issue(context, certificate, request);
  return undefined;
});

function fail(context: ControllerContext, certificate: StoredObject, request: StoredObject, why: string): undefined {
  const message = `The certificate request has failed to complete and will be retried: ${why}`;
  const attempts = ((statusOf(certificate)['failedIssuanceAttempts'] as number | undefined) ?? 0) + 1;
  writeStatus(context, certificate, [{ type: 'Issuing', status: 'False', reason: 'Failed', message }], {
    lastFailureTime: context.clock.timestamp(),
    failedIssuanceAttempts: attempts,
  });
  context.client.event(certificate, { type: 'Warning', reason: 'Failed', message });
  context.client.delete(request);
  return undefined;
}

function issue(context: ControllerContext, certificate: StoredObject, request: StoredObject): void {
  const { client } = context;
  const { namespace, name } = certificate.metadata;
  const { secretName, issuerRef, commonName = '', dnsNames = [] } = specOf(certificate);
  const { certificate: pem, ca } = statusOf(request) as { certificate?: string; ca?: string };
  const keyName = statusOf(certificate)['nextPrivateKeySecretName'] as string;
  const key = client.get('v1 Secret', namespace, keyName);
  ensure(client, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: secretName,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { 'controller.cert-manager.io/fao': 'true' },
      annotations: {
        'cert-manager.io/alt-names': dnsNames.join(','),
        'cert-manager.io/certificate-name': name,
        'cert-manager.io/common-name': commonName,
        'cert-manager.io/ip-sans': '',
        'cert-manager.io/issuer-group': issuerRef.group ?? '',
        'cert-manager.io/issuer-kind': issuerRef.kind ?? 'Issuer',
        'cert-manager.io/issuer-name': issuerRef.name,
        'cert-manager.io/uri-sans': '',
      },
    },
    type: 'kubernetes.io/tls',
    data: {
      ...(ca === undefined ? {} : { 'ca.crt': ca }),
      'tls.crt': pem ?? '',
      'tls.key': (key?.['data'] as Record<string, string> | undefined)?.['tls.key'] ?? '',
    },
  });
  const { validFromDate, validToDate } = new X509Certificate(Buffer.from(pem ?? '', 'base64'));
  const [start, end] = [validFromDate.getTime(), validToDate.getTime()];
  const stamp = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`;
  const latest = dropCondition(context, client.get(kind, namespace, name) ?? certificate, 'Issuing');
  const { nextPrivateKeySecretName: _, lastFailureTime: __, failedIssuanceAttempts: ___, ...status } = statusOf(latest);
  client.updateStatus({
    ...latest,
    status: {
      ...status,
      notBefore: stamp(start),
      notAfter: stamp(end),
      // After two thirds of its life.
      renewalTime: stamp(start + ((end - start) * 2) / 3),
      revision: nextRevision(latest),
    },
  });
  if (key !== undefined) client.delete(key);
  client.event(certificate, {
    type: 'Normal',
    reason: 'Issuing',
    message: 'The certificate has been successfully issued',
  });
}

/** Makes the certificates that Ingresses ask for by annotation. */
const ingressShim = operatorController({
  name: 'cert-manager-ingress-shim',
  operator: certManager,
  kinds: {
    'networking.k8s.io/v1 Ingress': (ingress, { client }) => {
      const annotations = ingress.metadata.annotations ?? {};
      const cluster = annotations['cert-manager.io/cluster-issuer'];
      const name = cluster ?? annotations['cert-manager.io/issuer'];
      const { tls = [] } = (ingress['spec'] ?? {}) as { tls?: { hosts?: string[]; secretName?: string }[] };
      const { namespace } = ingress.metadata;
      for (const { hosts = [], secretName } of name === undefined ? [] : tls) {
        if (
          secretName === undefined ||
          client.resource(kind) === undefined ||
          client.get(kind, namespace, secretName) !== undefined
        )
          continue;
        ensureOnce(client, {
          apiVersion: 'cert-manager.io/v1',
          kind: 'Certificate',
          metadata: {
            name: secretName,
            ...(namespace === undefined ? {} : { namespace }),
            ownerReferences: [controllerReference(ingress)],
          },
          spec: {
            dnsNames: hosts,
            issuerRef: { group: 'cert-manager.io', kind: cluster === undefined ? 'Issuer' : 'ClusterIssuer', name },
            secretName,
            usages: ['digital signature', 'key encipherment'],
          },
        });
        client.event(ingress, {
          type: 'Normal',
          reason: 'CreateCertificate',
          message: `Successfully created Certificate "${secretName}"`,
        });
      }
      return undefined;
    },
  },
});

/** The parts of cert-manager that bring a Certificate forward, each with its own events. */
export const certificateControllers: readonly Controller[] = [
  readiness,
  trigger,
  keyManager,
  requestManager,
  issuing,
  ingressShim,
];
