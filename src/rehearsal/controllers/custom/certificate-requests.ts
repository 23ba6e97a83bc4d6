import type { StoredObject } from '../../objects.ts';
import { conditionOf, hasCondition } from '../conditions.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { controllerReference } from '../owners.ts';
import { templateHash } from '../workloads/template-hash.ts';
import { base64, ensureOnce, rehearsalPem, statusOf, writeStatus } from './custom-status.ts';
import {
  certManager,
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
const conditionsOf = (object: StoredObject) => statusOf(object).conditions ?? [];
const referenceOf = (object: StoredObject) => (object['spec'] as { issuerRef: IssuerReference }).issuerRef;

export interface CertificateOptions {
  /** The challenges of this object are never answered. */
  isPending?(object: StoredObject): boolean;
}

const approver = operatorController({
  name: 'cert-manager-certificaterequests-approver',
  operator: certManager,
  kinds: {
    [kind]: (request, context) => {
      if (
        conditionOf(conditionsOf(request), 'Approved') !== undefined ||
        conditionOf(conditionsOf(request), 'Denied') !== undefined
      )
        return undefined;
      const message = 'Certificate request has been approved by cert-manager.io';
      writeStatus(context, request, [{ type: 'Approved', status: 'True', reason: 'cert-manager.io', message }]);
      context.client.event(request, { type: 'Normal', reason: 'cert-manager.io', message });
      return undefined;
    },
  },
});

/** Signs the requests of one type of issuer, or says what they wait for. */
function signer(type: 'selfsigned' | 'ca' | 'acme', field: keyof IssuerSpec): Controller {
  return operatorController({
    name: `cert-manager-certificaterequests-issuer-${type}`,
    operator: certManager,
    kinds: {
      [kind]: (request, context) => {
        if (
          !hasCondition(conditionsOf(request), 'Approved') ||
          conditionOf(conditionsOf(request), 'Ready')?.status === 'True'
        )
          return undefined;
        const reference = referenceOf(request);
        const issuer = findIssuer(context.client, request.metadata.namespace, reference);
        const { kind: issuerKind = 'Issuer', name } = reference;
        // A missing issuer has no type: one of the signers speaks for all.
        if (issuer === undefined)
          return field === 'acme'
            ? pending(
                context,
                request,
                'IssuerNotFound',
                `Referenced "${issuerKind}" not found: ${issuerKind.toLowerCase()}.cert-manager.io "${name}" not found`,
              )
            : undefined;
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
  const message = 'Certificate fetched from issuer successfully';
  const text = `${request.metadata.name} by ${issuer.metadata.name}`;
  writeStatus(context, request, [{ type: 'Ready', status: 'True', reason: 'Issued', message }], {
    certificate: base64(rehearsalPem('CERTIFICATE', text)),
    ca: base64(rehearsalPem('CERTIFICATE', `authority ${issuer.metadata.name}`)),
  });
  context.client.event(request, { type: 'Normal', reason: 'CertificateIssued', message });
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
          certificate: base64(rehearsalPem('CERTIFICATE', dnsNames.join(' '))),
        });
        client.event(object, { type: 'Normal', reason: 'Complete', message: 'Order completed successfully' });
        for (const challenge of challenges) client.delete(challenge);
        return undefined;
      },
    },
    owns: [challengeKind],
  });

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
          const reason = `Waiting for ${type} challenge propagation: failed to perform self check GET request`;
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
  approver,
  signer('selfsigned', 'selfSigned'),
  signer('ca', 'ca'),
  signer('acme', 'acme'),
  orders(),
  challenges(options),
];
