import type { StoredObject } from '../../objects.ts';
import { conditionOf, hasCondition } from '../conditions.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { controllerReference } from '../owners.ts';
import { templateHash } from '../workloads/template-hash.ts';
import { base64, ensureOnce, statusOf, text, writeStatus as write, type NewCondition } from './custom-status.ts';
import { issueCertificate, readRequest, signingRequest, type Issue } from '../../x509/certificates.ts';
import { newKey } from '../../x509/keys.ts';
import {
  certManager,
  clusterNamespace,
  findIssuer,
  isIssuerReady,
  issuerSpec,
  type IssuerReference,
  type IssuerSpec,
} from './issuers.ts';
import { operatorController } from './operator-controller.ts';

const kind = 'cert-manager.io/v1 CertificateRequest';
const orderKind = 'acme.cert-manager.io/v1 Order';
const challengeKind = 'acme.cert-manager.io/v1 Challenge';
/** Milliseconds that an ACME server takes to be convinced. */
const validation = 8000;
/** Conditions of these kinds carry no generation. */
const writeStatus = (
  context: ControllerContext,
  object: StoredObject,
  conditions: readonly NewCondition[],
  fields: Record<string, unknown> = {},
) => write(context, object, conditions, fields, false);
const conditionsOf = (object: StoredObject) => statusOf(object).conditions ?? [];
const referenceOf = (object: StoredObject) => (object['spec'] as { issuerRef: IssuerReference }).issuerRef;

export interface CertificateOptions {
  /** This object is not to come forward: nobody approves the request, or the challenge is never answered. */
  isPending?(object: StoredObject): boolean;
}

/** Milliseconds until a request that is held back is looked at again. */
const approval = 5000;

/** Approves what cert-manager itself asks for; requests to an ACME server are held back later, by its challenges. */
const approver = ({ isPending }: CertificateOptions): Controller =>
  operatorController({
    name: 'cert-manager-certificaterequests-approver',
    operator: certManager,
    kinds: {
      [kind]: (request, context) => {
        if (
          conditionOf(conditionsOf(request), 'Approved') !== undefined ||
          conditionOf(conditionsOf(request), 'Denied') !== undefined
        )
          return undefined;
        const issuer = findIssuer(context.client, request.metadata.namespace, referenceOf(request));
        const isAcme = issuer !== undefined && issuerSpec(issuer).acme !== undefined;
        if (!isAcme && isPending?.(request) === true) return approval;
        const message = 'Certificate request has been approved by cert-manager.io';
        writeStatus(context, request, [{ type: 'Approved', status: 'True', reason: 'cert-manager.io', message }]);
        context.client.event(request, { type: 'Normal', reason: 'cert-manager.io', message });
        return undefined;
      },
    },
  });

/** Signs the requests of one type of issuer, or says what they wait for. */
function signer(type: 'selfsigned' | 'ca' | 'acme' | 'vault' | 'venafi', field: keyof IssuerSpec): Controller {
  const told = new Set<string>();
  return operatorController({
    name: `cert-manager-certificaterequests-issuer-${type}`,
    operator: certManager,
    kinds: {
      [kind]: (request, context) => {
        if (conditionOf(conditionsOf(request), 'Denied') !== undefined) return undefined;
        if (!hasCondition(conditionsOf(request), 'Approved')) {
          const message = 'Not signing CertificateRequest until it is Approved';
          if (!told.has(request.metadata.uid))
            context.client.event(request, { type: 'Normal', reason: 'WaitingForApproval', message });
          told.add(request.metadata.uid);
          return undefined;
        }
        const ready = conditionOf(conditionsOf(request), 'Ready');
        if (ready?.status === 'True' || ready?.reason === 'Failed') return undefined;
        const reference = referenceOf(request);
        const issuer = findIssuer(context.client, request.metadata.namespace, reference);
        const { kind: issuerKind = 'Issuer', name } = reference;
        if (issuer === undefined)
          return pending(
            context,
            request,
            'IssuerNotFound',
            `Referenced "${issuerKind}" not found: ${issuerKind.toLowerCase()}.cert-manager.io "${name}" not found`,
          );
        if (issuerSpec(issuer)[field] === undefined) return undefined;
        if (!isIssuerReady(issuer))
          return pending(
            context,
            request,
            'IssuerNotReady',
            'Referenced issuer does not have a Ready status condition',
          );
        return type === 'acme' ? order(context, request) : sign(context, request, issuer);
      },
    },
    owns: [orderKind],
    follows: ['cert-manager.io/v1 Issuer', 'cert-manager.io/v1 ClusterIssuer'],
  });
}

function pending(context: ControllerContext, request: StoredObject, reason: string, message: string): undefined {
  if (conditionOf(conditionsOf(request), 'Ready')?.message === message) return undefined;
  writeStatus(context, request, [{ type: 'Ready', status: 'False', reason: 'Pending', message }]);
  context.client.event(request, { type: 'Normal', reason, message });
  return undefined;
}

function sign(context: ControllerContext, request: StoredObject, issuer: StoredObject): undefined {
  const { namespace, annotations = {} } = request.metadata;
  const {
    request: text64,
    isCA = false,
    duration,
  } = request['spec'] as { request: string; isCA?: boolean; duration?: string };
  const asked = readRequest(Buffer.from(text64, 'base64').toString());
  const { ca } = issuerSpec(issuer);
  const secret = context.client.get(
    'v1 Secret',
    ca === undefined ? namespace : (issuer.metadata.namespace ?? clusterNamespace),
    ca?.secretName ?? annotations['cert-manager.io/private-key-secret-name'] ?? '',
  );
  if (asked === undefined || secret === undefined)
    return fail(
      context,
      request,
      asked === undefined ? 'error decoding certificate request PEM block' : 'key of the signer not found',
    );
  const key = text(secret, 'tls.key');
  const signer = ca === undefined ? { key } : { key, certificate: text(secret, 'tls.crt') };
  const certificate = issueCertificate(asked, { isAuthority: isCA, signer, ...validity(context, duration) });
  const message = 'Certificate fetched from issuer successfully';
  // An authority that another one signed goes along with what it signs.
  const above = ca === undefined ? '' : text(secret, 'ca.crt');
  const isRoot = ca === undefined || above === '' || above === text(secret, 'tls.crt');
  writeStatus(context, request, [{ type: 'Ready', status: 'True', reason: 'Issued', message }], {
    certificate: base64(isRoot ? certificate : `${certificate}${text(secret, 'tls.crt')}`),
    ca: base64(ca === undefined ? certificate : isRoot ? text(secret, 'tls.crt') : above),
  });
  context.client.event(request, { type: 'Normal', reason: 'CertificateIssued', message });
  return undefined;
}

function validity({ clock, chance }: ControllerContext, duration = '2160h'): Pick<Issue, 'from' | 'until' | 'serial'> {
  const from = Math.floor(clock.now() / 1000) * 1000;
  return { from, until: from + milliseconds(duration), serial: Buffer.from(chance.uuid().replaceAll('-', ''), 'hex') };
}

const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** A duration as Go writes it: `2160h`, `1h30m`. */
const milliseconds = (duration: string): number =>
  [...duration.matchAll(/([\d.]+)(ms|h|m|s)/g)].reduce(
    (sum, [, amount, unit = '']) => sum + Number(amount) * (units[unit] ?? 0),
    0,
  );

function fail(context: ControllerContext, request: StoredObject, why: string): undefined {
  const message = `Error generating certificate template: ${why}`;
  writeStatus(context, request, [{ type: 'Ready', status: 'False', reason: 'Failed', message }], {
    failureTime: context.clock.timestamp(),
  });
  context.client.event(request, { type: 'Warning', reason: 'CSRParsingFailed', message });
  return undefined;
}

function order(context: ControllerContext, request: StoredObject): undefined {
  const { client } = context;
  const { namespace = '', name: requestName } = request.metadata;
  const name = `${requestName}-${parseInt(Buffer.from(templateHash(request['spec'], undefined)).toString('hex').slice(0, 8), 16)}`;
  const found = client.get(orderKind, namespace, name);
  const certificate = client.get(
    'cert-manager.io/v1 Certificate',
    namespace,
    request.metadata.annotations?.['cert-manager.io/certificate-name'] ?? '',
  );
  const { dnsNames = [] } = (certificate?.['spec'] ?? {}) as { dnsNames?: string[] };
  const made =
    found ??
    ensureOnce(client, {
      apiVersion: 'acme.cert-manager.io/v1',
      kind: 'Order',
      metadata: {
        name,
        namespace,
        annotations: { ...request.metadata.annotations },
        ownerReferences: [controllerReference(request)],
      },
      spec: { dnsNames, issuerRef: referenceOf(request), request: (request['spec'] as { request: string }).request },
    });
  if (found === undefined)
    client.event(request, {
      type: 'Normal',
      reason: 'OrderCreated',
      message: `Created Order resource ${namespace}/${name}`,
    });
  const { state = '', certificate: pem } = statusOf(made) as { state?: string; certificate?: string };
  if (state === 'valid' && pem !== undefined) {
    const message = 'Certificate fetched from issuer successfully';
    writeStatus(context, request, [{ type: 'Ready', status: 'True', reason: 'Issued', message }], { certificate: pem });
    client.event(request, { type: 'Normal', reason: 'CertificateIssued', message });
    return undefined;
  }
  return pending(
    context,
    request,
    'OrderPending',
    `Waiting on certificate issuance from order ${namespace}/${name}: "${state}"`,
  );
}

/** An order opens a challenge for each name; when they are answered it is valid. */
const orders = (): Controller =>
  operatorController({
    name: 'cert-manager-orders',
    operator: certManager,
    kinds: {
      [orderKind]: (object, context) => {
        const { client } = context;
        const { state, authorizations } = statusOf(object) as { state?: string; authorizations?: object[] };
        const { dnsNames = [] } = object['spec'] as { dnsNames?: string[] };
        if (state === 'valid') return undefined;
        if (authorizations === undefined)
          writeStatus(context, object, [], {
            state: 'pending',
            authorizations: dnsNames.map((identifier) => ({
              identifier,
              initialState: 'pending',
              wildcard: identifier.startsWith('*.'),
            })),
          });
        const challenges = dnsNames.map((dnsName, index) => challengeFor(context, object, dnsName, index));
        if (challenges.some((challenge) => statusOf(challenge)['state'] !== 'valid')) return undefined;
        const latest = client.get(orderKind, object.metadata.namespace, object.metadata.name) ?? object;
        writeStatus(context, latest, [], {
          state: 'valid',
          certificate: base64(certifiedByNobody(context, (object['spec'] as { request: string }).request)),
        });
        client.event(object, { type: 'Normal', reason: 'Complete', message: 'Order completed successfully' });
        for (const challenge of challenges) client.delete(challenge);
        return undefined;
      },
    },
    owns: [challengeKind],
  });

/** What an ACME server would have signed, by an authority that is made up for it and that nothing trusts. */
function certifiedByNobody(context: ControllerContext, request: string): string {
  const span = validity(context);
  const key = newKey({ algorithm: 'ECDSA' });
  const own = readRequest(signingRequest({ commonName: 'REHEARSAL' }, key));
  const asked = readRequest(Buffer.from(request, 'base64').toString());
  if (own === undefined || asked === undefined) return '';
  const certificate = issueCertificate(own, { isAuthority: true, signer: { key }, ...span });
  return `${issueCertificate(asked, { isAuthority: false, signer: { key, certificate }, ...span })}${certificate}`;
}

function challengeFor(
  { client }: ControllerContext,
  object: StoredObject,
  dnsName: string,
  index: number,
): StoredObject {
  const { namespace, name } = object.metadata;
  const challengeName = `${name}-${parseInt(
    Buffer.from(templateHash([dnsName, index], undefined))
      .toString('hex')
      .slice(0, 8),
    16,
  )}`;
  const found = client.get(challengeKind, namespace, challengeName);
  if (found !== undefined) return found;
  const made = client.create({
    apiVersion: 'acme.cert-manager.io/v1',
    kind: 'Challenge',
    metadata: {
      name: challengeName,
      ...(namespace === undefined ? {} : { namespace }),
      ownerReferences: [controllerReference(object)],
    },
    spec: {
      dnsName,
      issuerRef: referenceOf(object),
      type: dnsName.startsWith('*.') ? 'DNS-01' : 'HTTP-01',
      token: 'rehearsal',
      wildcard: dnsName.startsWith('*.'),
    },
  });
  client.event(object, {
    type: 'Normal',
    reason: 'Created',
    message: `Created Challenge resource "${challengeName}" for domain "${dnsName}"`,
  });
  return made;
}

const challenges = ({ isPending }: CertificateOptions): Controller =>
  operatorController({
    name: 'cert-manager-challenges',
    operator: certManager,
    kinds: {
      [challengeKind]: (challenge, context) => {
        const { dnsName, type } = challenge['spec'] as { dnsName: string; type: string };
        const { state, presented } = statusOf(challenge) as { state?: string; presented?: boolean };
        if (state === 'valid') return undefined;
        if (presented !== true) {
          context.client.event(challenge, {
            type: 'Normal',
            reason: 'Started',
            message: 'Challenge scheduled for processing',
          });
          const { token } = challenge['spec'] as { token: string };
          const url = `http://${dnsName}/.well-known/acme-challenge/${token}`;
          const reason = `Waiting for ${type} challenge propagation: failed to perform self check GET request '${url}': Get "${url}": dial tcp: lookup ${dnsName} on 10.96.0.10:53: no such host`;
          writeStatus(context, challenge, [], { presented: true, processing: true, state: 'pending', reason });
          context.client.event(challenge, {
            type: 'Normal',
            reason: 'Presented',
            message: `Presented challenge using ${type} challenge mechanism`,
          });
          return validation;
        }
        const age = context.clock.now() - Date.parse(challenge.metadata.creationTimestamp);
        if (isPending?.(challenge) === true || age < validation) return validation;
        const reason = 'Successfully authorized domain';
        writeStatus(context, challenge, [], { presented: false, processing: false, state: 'valid', reason });
        context.client.event(challenge, {
          type: 'Normal',
          reason: 'DomainVerified',
          message: `Domain "${dnsName}" verified with "${type}" validation`,
        });
        return undefined;
      },
    },
  });

/** The parts of cert-manager that answer requests. */
export const certificateRequestControllers = (options: CertificateOptions): readonly Controller[] => [
  signer('selfsigned', 'selfSigned'),
  signer('ca', 'ca'),
  signer('acme', 'acme'),
  signer('vault', 'vault'),
  signer('venafi', 'venafi'),
  approver(options),
  orders(),
  challenges(options),
];
