import type { StoredObject } from '../../objects.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { hasCondition } from '../conditions.ts';
import type { Client } from '../client.ts';
import { rehearsalPem, base64, ensureOnce, statusOf, writeStatus } from './custom-status.ts';
import { operatorController } from './operator-controller.ts';

/** The Deployment of cert-manager's controller, as chart and manifests label it. */
export const certManager = { 'app.kubernetes.io/name': 'cert-manager', 'app.kubernetes.io/component': 'controller' };
/** Where a ClusterIssuer finds its Secrets (--cluster-resource-namespace of the chart). */
const clusterNamespace = 'cert-manager';

export interface IssuerSpec {
  selfSigned?: object;
  ca?: { secretName: string };
  acme?: { email?: string; server: string; privateKeySecretRef?: { name: string }; solvers?: object[] };
}

export interface IssuerReference {
  name: string;
  kind?: string;
  group?: string;
}

export const issuerSpec = (issuer: StoredObject) => (issuer['spec'] ?? {}) as IssuerSpec;

export const findIssuer = (client: Client, namespace: string | undefined, { kind = 'Issuer', name }: IssuerReference) =>
  client.get(`cert-manager.io/v1 ${kind}`, kind === 'ClusterIssuer' ? undefined : namespace, name);

export const isIssuerReady = (issuer: StoredObject) => hasCondition(statusOf(issuer).conditions ?? [], 'Ready');

export const issuersController = (kind: 'Issuer' | 'ClusterIssuer'): Controller =>
  operatorController({
    name: kind === 'Issuer' ? 'cert-manager-issuers' : 'cert-manager-clusterissuers',
    operator: certManager,
    kinds: { [`cert-manager.io/v1 ${kind}`]: advance },
    follows: ['v1 Secret'],
  });

function advance(issuer: StoredObject, context: ControllerContext): undefined {
  const { client } = context;
  const { selfSigned, ca, acme } = issuerSpec(issuer);
  const namespace = issuer.metadata.namespace ?? clusterNamespace;
  const say = (status: 'True' | 'False', reason: string, message: string, fields: Record<string, unknown> = {}) => {
    const before = isIssuerReady(issuer);
    writeStatus(context, issuer, [{ type: 'Ready', status, reason, ...(message === '' ? {} : { message }) }], fields);
    if (message !== '' && before !== (status === 'True') && acme === undefined)
      client.event(issuer, { type: status === 'True' ? 'Normal' : 'Warning', reason, message });
  };
  if (selfSigned !== undefined) say('True', 'IsReady', '');
  else if (ca !== undefined) {
    if (client.get('v1 Secret', namespace, ca.secretName) === undefined)
      say('False', 'ErrGetKeyPair', `Error getting keypair for CA issuer: secrets "${ca.secretName}" not found`);
    else say('True', 'KeyPairVerified', 'Signing CA verified');
  } else if (acme !== undefined) {
    const { privateKeySecretRef, email, server } = acme;
    if (privateKeySecretRef !== undefined)
      ensureOnce(client, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: privateKeySecretRef.name, namespace },
        type: 'Opaque',
        data: { 'tls.key': base64(rehearsalPem('RSA PRIVATE KEY', `account of ${server}`)) },
      });
    const account = { uri: `${server}/acct/rehearsal`, ...(email === undefined ? {} : { lastRegisteredEmail: email }) };
    say('True', 'ACMEAccountRegistered', 'The ACME account was registered with the ACME server', { acme: account });
  }
  return undefined;
}
