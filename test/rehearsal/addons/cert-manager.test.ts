import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conditionsOf } from './conditions.ts';
import { addons, addonsCluster, type AddonsCluster } from './addons-cluster.ts';

/**
 * Every text was seen on 2026-11-24 in Kubernetes 1.34.10 with cert-manager 1.21.2 (its packages under thin mains), where
 * the same objects had been applied.
 */
describe.skipIf(addons === undefined)('cert-manager by its official manifests', { timeout: 120_000 }, () => {
  let cluster: AddonsCluster;
  beforeAll(async () => {
    cluster = await addonsCluster();
    await cluster.kubectl(['apply', '-f', `${await cluster.manifests('cert-manager')}/cert-manager.yaml`]);
    await cluster.wait('deployment --all', 'cert-manager', 'condition=Available');
    await cluster.apply(objects);
  }, 120_000);
  afterAll(() => cluster.stop());

  it('issues certificates of a CA that it has made, with a chain that verifies', async () => {
    await cluster.wait('certificate site', 'default', 'condition=Ready');
    const { data } = (await cluster.get('secret site-tls', 'default')) as { data: Record<string, string> };
    const [certificate, authority] = [data['tls.crt'], data['ca.crt']].map(
      (text = '') => new X509Certificate(Buffer.from(text, 'base64')),
    );
    expect(authority?.ca).toBe(true);
    expect(certificate?.verify(authority?.publicKey ?? never())).toBe(true);
    expect(certificate?.checkHost('site.example.test')).toBe('site.example.test');
    expect([certificate?.issuer, certificate?.subject]).toEqual(['CN=check-ca', undefined]);
    expect(Buffer.from(data['tls.key'] ?? '', 'base64').toString()).toMatch(/^-----BEGIN RSA PRIVATE KEY-----/);
    expect(conditionsOf(await cluster.get('certificate site', 'default'))).toEqual([
      'Ready=True Ready: Certificate is up to date and has not expired',
    ]);
  });

  it('makes the certificate that an Ingress asks for', async () => {
    await cluster.wait('certificate shim-tls', 'default', 'condition=Ready');
    expect(await cluster.events('default', 'shim')).toContain(
      'Normal CreateCertificate: Successfully created Certificate "shim-tls"',
    );
  });

  it('says that an ACME server cannot be reached', async () => {
    await cluster.wait('issuer acme', 'default', 'jsonpath={.status.conditions[0].status}=False');
    const why = 'Get "https://acme.invalid/directory": dial tcp: lookup acme.invalid on 10.96.0.10:53: no such host';
    expect(conditionsOf(await cluster.get('issuer acme', 'default'))).toEqual([
      `Ready=False ErrRegisterACMEAccount: Failed to register ACME account: ${why}`,
    ]);
    expect(await cluster.events('default', 'acme')).toEqual([
      `Warning ErrInitIssuer: Error initializing issuer: ${why}`,
    ]);
    expect(conditionsOf(await cluster.get('certificaterequest byacme-1', 'default'))).toEqual([
      'Approved=True cert-manager.io: Certificate request has been approved by cert-manager.io',
      'Ready=False Pending: Referenced issuer does not have a Ready status condition',
    ]);
  });

  it('says that an issuer or its Secret is not there', async () => {
    await cluster.wait('certificaterequest lost-1', 'default', 'jsonpath={.status.conditions[1].type}=Ready');
    expect(conditionsOf(await cluster.get('certificaterequest lost-1', 'default')).at(-1)).toBe(
      'Ready=False Pending: Referenced "Issuer" not found: issuer.cert-manager.io "nowhere" not found',
    );
    expect(conditionsOf(await cluster.get('issuer lost-ca', 'default'))).toEqual([
      'Ready=False ErrGetKeyPair: Error getting keypair for CA issuer: secrets "none" not found',
    ]);
    expect(await cluster.events('default', 'lost-ca')).toEqual([
      'Warning ErrGetKeyPair: Error getting keypair for CA issuer: secrets "none" not found',
      'Warning ErrInitIssuer: Error initializing issuer: secrets "none" not found',
    ]);
  });

  it.each([
    ['selfSigned: {}, ca: {secretName: x}', 'spec.selfSigned: Forbidden: may not specify more than one issuer type'],
    ['', 'spec: Required value: at least one issuer must be configured'],
  ])('refuses an issuer with {%s} by its webhook', async (spec, why) => {
    const issuer = `{apiVersion: cert-manager.io/v1, kind: Issuer, metadata: {name: bad}, spec: {${spec}}}`;
    expect(await cluster.refused(['create', '-f', '-'], issuer)).toBe(
      `Error from server (Forbidden): error when creating "STDIN": admission webhook "webhook.cert-manager.io" denied the request: ${why}\n`,
    );
  });
});

function never(): never {
  throw new Error('the Secret holds no authority');
}

const objects = `
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: self}
spec: {selfSigned: {}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: ca, namespace: cert-manager}
spec: {isCA: true, commonName: check-ca, secretName: ca-key, issuerRef: {kind: ClusterIssuer, name: self}}
---
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: ca}
spec: {ca: {secretName: ca-key}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: site, namespace: default}
spec: {dnsNames: [site.example.test], secretName: site-tls, issuerRef: {kind: ClusterIssuer, name: ca}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: lost, namespace: default}
spec: {dnsNames: [lost.example.test], secretName: lost-tls, issuerRef: {kind: Issuer, name: nowhere}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: byacme, namespace: default}
spec: {dnsNames: [acme.example.test], secretName: byacme-tls, issuerRef: {kind: Issuer, name: acme}}
---
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {name: acme, namespace: default}
spec:
  acme:
    server: https://acme.invalid/directory
    privateKeySecretRef: {name: acme-key}
    solvers: [{http01: {ingress: {ingressClassName: traefik}}}]
---
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {name: lost-ca, namespace: default}
spec: {ca: {secretName: none}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shim, namespace: default, annotations: {cert-manager.io/cluster-issuer: ca}}
spec:
  tls: [{hosts: [shim.example.test], secretName: shim-tls}]
  rules: [{host: shim.example.test, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: none, port: {number: 80}}}}]}}]
`;
