import type { StoredObject } from '../../objects.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { hasCondition } from '../conditions.ts';
import type { Client } from '../client.ts';
import { newKey } from '../../x509/keys.ts';
import { authorityProblem, unreachable } from './issuer-problems.ts';
import { base64, ensureOnce, statusOf, writeStatus } from './custom-status.ts';
import { operatorController } from './operator-controller.ts';

/** The Deployment of cert-manager's controller, as chart and manifests label it. */
export const certManager = { 'app.kubernetes.io/name': 'cert-manager', 'app.kubernetes.io/component': 'controller' };
/** Where a ClusterIssuer finds its Secrets (--cluster-resource-namespace of the chart). */
export const clusterNamespace = 'cert-manager';

/** Milliseconds until an ACME server that did not answer is asked again. */
const retry = 60_000;

export interface IssuerSpec {
  selfSigned?: object;
  ca?: { secretName: string };
  vault?: object;
  venafi?: object;
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

function advance(issuer: StoredObject, context: ControllerContext): number | undefined {
  const { client } = context;
  const { selfSigned, ca, acme } = issuerSpec(issuer);
  const namespace = issuer.metadata.namespace ?? clusterNamespace;
  const say = (status: 'True' | 'False', reason: string, message: string, fields: Record<string, unknown> = {}) => {
    const before = isIssuerReady(issuer);
    writeStatus(context, issuer, [{ type: 'Ready', status, reason, ...(message === '' ? {} : { message }) }], fields);
    const isNew = statusOf(issuer).conditions === undefined || before !== (status === 'True');
    if (message !== '' && isNew && acme === undefined)
      client.event(issuer, { type: status === 'True' ? 'Normal' : 'Warning', reason, message });
  };
  if (selfSigned !== undefined) say('True', 'IsReady', '');
  else if (ca !== undefined) {
    const problem = authorityProblem(client, namespace, ca.secretName);
    if (problem === undefined) say('True', 'KeyPairVerified', 'Signing CA verified');
    else {
      say('False', problem.reason, `Error getting keypair for CA issuer: ${problem.why}`);
      if (problem.isError) initError(issuer, context, problem.why);
    }
  } else if (acme !== undefined) {
    const { privateKeySecretRef, email, server } = acme;
    if (privateKeySecretRef !== undefined)
      ensureOnce(client, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: {
          name: privateKeySecretRef.name,
          namespace,
          labels: { 'app.kubernetes.io/managed-by': 'cert-manager' },
        },
        type: 'Opaque',
        data: { 'tls.key': base64(newKey()) },
      });
    const why = unreachable(client, server);
    if (why !== undefined) {
      say('False', 'ErrRegisterACMEAccount', `Failed to register ACME account: ${why}`, { acme: {} });
      initError(issuer, context, why);
      return retry;
    }
    const account = { uri: `${server}/acct/rehearsal`, ...(email === undefined ? {} : { lastRegisteredEmail: email }) };
    say('True', 'ACMEAccountRegistered', 'The ACME account was registered with the ACME server', { acme: account });
  }
  return undefined;
}

/** Said each time that setting an issuer up has failed with an error. */
function initError(issuer: StoredObject, { client }: ControllerContext, why: string): void {
  client.event(issuer, { type: 'Warning', reason: 'ErrInitIssuer', message: `Error initializing issuer: ${why}` });
}
