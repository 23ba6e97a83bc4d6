import { describe, expect, it } from 'vitest';
import { Registry } from '../../../src/rehearsal/api/registry.ts';
import type { Resource } from '../../../src/rehearsal/api/resource.ts';
import type { NewObject } from '../../../src/rehearsal/controllers/client.ts';
import { builtInControllers } from '../../../src/rehearsal/controllers/index.ts';
import type { StoredObject } from '../../../src/rehearsal/objects.ts';
import { smallCluster, type SmallCluster } from '../support/small-cluster.ts';
import { change, conditionsOf, deployment, eventsOf, find, statusOf } from './support/objects.ts';
import { rulesOfPods, testKubelet } from './support/test-kubelet.ts';

/** Definitions of the add-ons as far as controllers need them: group, versions, names, scope. */
const definitions: [group: string, version: string, plural: string, kind: string, isNamespaced?: boolean][] = [
  ['cert-manager.io', 'v1', 'issuers', 'Issuer'],
  ['cert-manager.io', 'v1', 'clusterissuers', 'ClusterIssuer', false],
  ['cert-manager.io', 'v1', 'certificates', 'Certificate'],
  ['cert-manager.io', 'v1', 'certificaterequests', 'CertificateRequest'],
  ['acme.cert-manager.io', 'v1', 'orders', 'Order'],
  ['acme.cert-manager.io', 'v1', 'challenges', 'Challenge'],
  ['operators.coreos.com', 'v1alpha1', 'catalogsources', 'CatalogSource'],
  ['operators.coreos.com', 'v1alpha1', 'subscriptions', 'Subscription'],
  ['operators.coreos.com', 'v1alpha1', 'installplans', 'InstallPlan'],
  ['operators.coreos.com', 'v1alpha1', 'clusterserviceversions', 'ClusterServiceVersion'],
  ['operators.coreos.com', 'v1', 'operatorgroups', 'OperatorGroup'],
  ['gateway.networking.k8s.io', 'v1', 'gatewayclasses', 'GatewayClass', false],
  ['gateway.networking.k8s.io', 'v1', 'gateways', 'Gateway'],
  ['gateway.networking.k8s.io', 'v1', 'httproutes', 'HTTPRoute'],
  ['argoproj.io', 'v1alpha1', 'applications', 'Application'],
  ['postgresql.cnpg.io', 'v1', 'clusters', 'Cluster'],
  ['external-secrets.io', 'v1', 'clustersecretstores', 'ClusterSecretStore', false],
  ['external-secrets.io', 'v1', 'externalsecrets', 'ExternalSecret'],
  ['bitnami.com', 'v1alpha1', 'sealedsecrets', 'SealedSecret'],
];

const customResource = (definition: StoredObject): Resource[] => {
  const { group, names, versions, scope } = definition['spec'] as {
    group: string;
    names: { plural: string; kind: string };
    versions: { name: string }[];
    scope: string;
  };
  return versions.map(({ name }) => ({
    group,
    version: name,
    kind: names.kind,
    plural: names.plural,
    singular: names.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    isNamespaced: scope === 'Namespaced',
    verbs: ['get', 'list', 'delete', 'create', 'update', 'watch'],
    subresources: [],
    storage: `${group}/${names.plural}`,
    shape: { type: 'any' },
    custom: { schema: {}, hasStatus: true, columns: [] },
  }));
};

function cluster(pending = false): SmallCluster {
  const registry = new Registry();
  const controllers = builtInControllers({
    registry,
    customResource,
    quotaStatus: () => ({}),
    rootCertificate: 'PEM',
    expire: () => undefined,
    loadBalancing: { delay: 0, address: () => ({ ip: '192.0.2.1' }) },
    custom: { certificates: { isPending: () => pending } },
  }).map(({ controller }) => controller);
  const small = smallCluster([...controllers, testKubelet()], { ...rulesOfPods, registry });
  for (const [group, version, plural, kind, isNamespaced = true] of definitions)
    small.client.create({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope: isNamespaced ? 'Namespaced' : 'Cluster',
        names: { plural, kind },
        versions: [{ name: version, storage: true }],
      },
    });
  small.clock.settle();
  return small;
}

const operator = (name: string, labels: Record<string, string>): NewObject => {
  const made = deployment(name, {}, 'operator:1');
  return { ...made, metadata: { ...made.metadata, labels } };
};
const custom = (
  apiVersion: string,
  kind: string,
  name: string,
  spec: object,
  namespace: string | null = 'default',
): NewObject => ({
  apiVersion,
  kind,
  metadata: { name, ...(namespace === null ? {} : { namespace }) },
  spec,
});

describe('cert-manager', () => {
  const certManager = operator('cert-manager', {
    'app.kubernetes.io/name': 'cert-manager',
    'app.kubernetes.io/component': 'controller',
  });
  const certificate = custom('cert-manager.io/v1', 'Certificate', 'web', {
    secretName: 'web-tls',
    dnsNames: ['web.example'],
    issuerRef: { kind: 'ClusterIssuer', name: 'self' },
  });
  const kind = 'cert-manager.io/v1 Certificate';

  it('leaves everything as it is until it runs', () => {
    const small = cluster();
    small.client.create(custom('cert-manager.io/v1', 'ClusterIssuer', 'self', { selfSigned: {} }, null));
    small.clock.advance(60_000);
    expect(find(small.client, 'cert-manager.io/v1 ClusterIssuer', 'self', null)['status']).toBeUndefined();
    small.client.create(certManager);
    small.clock.advance(5000);
    expect(statusOf(find(small.client, 'cert-manager.io/v1 ClusterIssuer', 'self', null)).conditions).toMatchObject([
      { type: 'Ready', status: 'True', reason: 'IsReady' },
    ]);
  });

  it('issues a certificate step by step', () => {
    const small = cluster();
    small.client.create(certManager);
    small.client.create(certificate);
    small.clock.advance(5000);
    expect(conditionsOf(find(small.client, kind, 'web'))).toEqual([
      'Ready=False DoesNotExist: Issuing certificate as Secret does not exist',
      'Issuing=True DoesNotExist: Issuing certificate as Secret does not exist',
    ]);
    expect(conditionsOf(find(small.client, 'cert-manager.io/v1 CertificateRequest', 'web-1'))).toEqual([
      'Approved=True cert-manager.io: Certificate request has been approved by cert-manager.io',
      'Ready=False Pending: Referenced "ClusterIssuer" not found: clusterissuer.cert-manager.io "self" not found',
    ]);
    small.client.create(custom('cert-manager.io/v1', 'ClusterIssuer', 'self', { selfSigned: {} }, null));
    small.clock.advance(5000);
    expect(conditionsOf(find(small.client, kind, 'web'))).toEqual([
      'Ready=True Ready: Certificate is up to date and has not expired',
    ]);
    expect(statusOf(find(small.client, kind, 'web'))).toMatchObject({ revision: 1, notAfter: '2026-04-05T10:00:05Z' });
    const secret = find(small.client, 'v1 Secret', 'web-tls');
    expect(secret['type']).toBe('kubernetes.io/tls');
    expect(Buffer.from((secret['data'] as Record<string, string>)['tls.crt'] ?? '', 'base64').toString()).toMatch(
      /^-----BEGIN CERTIFICATE-----/,
    );
    const events = eventsOf(small, 'web').filter((text) => /^(Issuing|Generated|Requested)/.test(text));
    expect(events).toEqual([
      'Issuing: Issuing certificate as Secret does not exist',
      expect.stringMatching(/^Generated: Stored new private key in temporary Secret resource "web-[a-z0-9]{5}"$/),
      'Requested: Created new CertificateRequest resource "web-1"',
      'Issuing: The certificate has been successfully issued',
    ]);
  });

  it('says which Secret an issuer lacks', () => {
    const small = cluster();
    small.client.create(certManager);
    small.client.create(custom('cert-manager.io/v1', 'Issuer', 'ca', { ca: { secretName: 'ca-key' } }));
    small.clock.advance(5000);
    expect(conditionsOf(find(small.client, 'cert-manager.io/v1 Issuer', 'ca'))).toEqual([
      'Ready=False ErrGetKeyPair: Error getting keypair for CA issuer: secrets "ca-key" not found',
    ]);
    small.client.create(custom('cert-manager.io/v1', 'Issuer', 'self', { selfSigned: {} }));
    small.client.create(
      custom('cert-manager.io/v1', 'Certificate', 'ca', {
        isCA: true,
        commonName: 'ca',
        secretName: 'ca-key',
        issuerRef: { name: 'self' },
      }),
    );
    small.clock.advance(5000);
    expect(conditionsOf(find(small.client, 'cert-manager.io/v1 Issuer', 'ca'))).toEqual([
      'Ready=True KeyPairVerified: Signing CA verified',
    ]);
  });

  it.each([true, false])('answers the challenges of ACME, or never does (pending: %s)', (isPending) => {
    const small = cluster(isPending);
    small.client.create(certManager);
    small.client.create(
      custom(
        'cert-manager.io/v1',
        'ClusterIssuer',
        'self',
        { acme: { server: 'https://acme.org/dir', privateKeySecretRef: { name: 'account' } } },
        null,
      ),
    );
    small.client.create(certificate);
    small.clock.advance(60_000);
    const [order] = small.client.list('acme.cert-manager.io/v1 Order');
    expect(statusOf(order)['state']).toBe(isPending ? 'pending' : 'valid');
    expect(conditionsOf(find(small.client, 'cert-manager.io/v1 CertificateRequest', 'web-1')).at(-1)).toBe(
      isPending
        ? `Ready=False Pending: Waiting on certificate issuance from order default/${order?.metadata.name}: "pending"`
        : 'Ready=True Issued: Certificate fetched from issuer successfully',
    );
    expect(small.client.list('acme.cert-manager.io/v1 Challenge')).toHaveLength(isPending ? 1 : 0);
  });
});

describe('the Operator Lifecycle Manager with the Keycloak operator', () => {
  const version = 'operators.coreos.com/v1alpha1 ClusterServiceVersion';
  const group = custom('operators.coreos.com/v1', 'OperatorGroup', 'own', { targetNamespaces: ['default'] });
  const subscription = custom('operators.coreos.com/v1alpha1', 'Subscription', 'keycloak', {
    name: 'keycloak-operator',
    channel: 'fast',
    source: 'catalog',
    sourceNamespace: 'default',
    installPlanApproval: 'Manual',
  });
  const started = () => {
    const small = cluster();
    small.client.create(operator('catalog-operator', { app: 'catalog-operator' }));
    small.client.create(operator('olm-operator', { app: 'olm-operator' }));
    small.client.create(custom('operators.coreos.com/v1alpha1', 'CatalogSource', 'catalog', {}));
    small.clock.advance(5000);
    return small;
  };
  const approve = (small: SmallCluster) => {
    const [plan] = small.client.list('operators.coreos.com/v1alpha1 InstallPlan');
    if (plan === undefined) throw new Error('no plan');
    change(small.client, plan, { approved: true });
    small.clock.advance(10_000);
  };

  it('waits for the approval, installs, and the operator runs a Keycloak and imports a realm', () => {
    const small = started();
    small.client.create(group);
    small.client.create(subscription);
    small.clock.advance(5000);
    expect(statusOf(find(small.client, 'operators.coreos.com/v1alpha1 Subscription', 'keycloak'))['state']).toBe(
      'UpgradePending',
    );
    expect(
      small.client.list('operators.coreos.com/v1alpha1 InstallPlan').map((plan) => statusOf(plan)['phase']),
    ).toEqual(['RequiresApproval']);
    approve(small);
    expect(statusOf(find(small.client, version, 'keycloak-operator.v26.7.3'))).toMatchObject({
      phase: 'Succeeded',
      reason: 'InstallSucceeded',
      message: 'install strategy completed with no errors',
    });
    expect(
      (
        statusOf(find(small.client, version, 'keycloak-operator.v26.7.3')).conditions as unknown as { phase: string }[]
      ).map(({ phase }) => phase),
    ).toEqual(['Pending', 'InstallReady', 'Installing', 'Installing', 'Succeeded']);
    expect(statusOf(find(small.client, 'operators.coreos.com/v1alpha1 Subscription', 'keycloak'))).toMatchObject({
      state: 'AtLatestKnown',
      installedCSV: 'keycloak-operator.v26.7.3',
    });
    small.client.create(
      custom('k8s.keycloak.org/v2beta1', 'Keycloak', 'sso', {
        instances: 1,
        db: { vendor: 'postgres', passwordSecret: { name: 'db', key: 'password' } },
      }),
    );
    small.clock.advance(500);
    expect(conditionsOf(find(small.client, 'k8s.keycloak.org/v2beta1 Keycloak', 'sso'))).toEqual([
      'Ready=False undefined: Waiting for more replicas',
      'HasErrors=True undefined: Secret db not found',
      'RollingUpdate=False undefined: ',
    ]);
    small.client.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'db', namespace: 'default' } });
    small.clock.advance(30_000);
    expect(conditionsOf(find(small.client, 'k8s.keycloak.org/v2beta1 Keycloak', 'sso'))).toEqual([
      'Ready=True undefined: ',
      'HasErrors=False undefined: ',
      'RollingUpdate=False undefined: ',
    ]);
    expect(find(small.client, 'v1 Secret', 'sso-initial-admin')['type']).toBe('kubernetes.io/basic-auth');
    small.client.create(
      custom('k8s.keycloak.org/v2beta1', 'KeycloakRealmImport', 'realm', {
        keycloakCRName: 'sso',
        realm: { realm: 'app' },
      }),
    );
    small.clock.advance(5000);
    expect(find(small.client, 'batch/v1 Job', 'realm')).toBeDefined();
  });

  it('fails without an OperatorGroup and recovers with one', () => {
    const small = started();
    small.client.create(subscription);
    small.clock.advance(5000);
    approve(small);
    expect(statusOf(find(small.client, version, 'keycloak-operator.v26.7.3'))).toMatchObject({
      phase: 'Failed',
      reason: 'NoOperatorGroup',
      message: 'csv in namespace with no operatorgroups',
    });
  });

  it('says that a package is not in the catalog', () => {
    const small = started();
    small.client.create(
      custom('operators.coreos.com/v1alpha1', 'Subscription', 'other', {
        name: 'other',
        source: 'catalog',
        sourceNamespace: 'default',
      }),
    );
    small.clock.advance(5000);
    expect(conditionsOf(find(small.client, 'operators.coreos.com/v1alpha1 Subscription', 'other'))).toContain(
      'ResolutionFailed=True ConstraintsNotSatisfiable: constraints not satisfiable: no operators found in package other in the catalog referenced by subscription other, subscription other exists',
    );
  });
});

describe('the Gateway API', () => {
  it('is programmed by the implementation that runs, and routes attach to it', () => {
    const small = cluster();
    small.client.create(operator('traefik', { 'app.kubernetes.io/name': 'traefik' }));
    small.client.create(
      custom(
        'gateway.networking.k8s.io/v1',
        'GatewayClass',
        'traefik',
        { controllerName: 'traefik.io/gateway-controller' },
        null,
      ),
    );
    small.client.create(
      custom('gateway.networking.k8s.io/v1', 'Gateway', 'edge', {
        gatewayClassName: 'traefik',
        listeners: [{ name: 'web', port: 8000, protocol: 'HTTP' }],
      }),
    );
    small.client.create(
      custom('gateway.networking.k8s.io/v1', 'HTTPRoute', 'app', {
        parentRefs: [{ name: 'edge' }],
        rules: [{ backendRefs: [{ name: 'app', port: 80 }] }],
      }),
    );
    small.clock.advance(5000);
    expect(conditionsOf(find(small.client, 'gateway.networking.k8s.io/v1 GatewayClass', 'traefik', null))).toEqual([
      'Accepted=True Accepted: Handled by Traefik controller',
    ]);
    const gateway = statusOf(find(small.client, 'gateway.networking.k8s.io/v1 Gateway', 'edge'));
    expect(gateway.conditions?.map(({ type, status }) => `${type}=${status}`)).toEqual([
      'Accepted=True',
      'Programmed=True',
    ]);
    expect(gateway['listeners']).toMatchObject([{ name: 'web', attachedRoutes: 1 }]);
    const parents = () =>
      (
        statusOf(find(small.client, 'gateway.networking.k8s.io/v1 HTTPRoute', 'app'))['parents'] as {
          conditions: { type: string; status: string }[];
        }[]
      )[0]?.conditions.map(({ type, status }) => `${type}=${status}`);
    expect(parents()).toEqual(['Accepted=True', 'ResolvedRefs=False']);
    small.client.create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'app', namespace: 'default' },
      spec: {},
    });
    small.clock.advance(1000);
    expect(parents()).toEqual(['Accepted=True', 'ResolvedRefs=True']);
  });
});

describe('other add-ons', () => {
  it('Argo CD syncs an Application that is to be synced by itself', () => {
    const small = cluster();
    small.client.create(operator('argocd-server', { 'app.kubernetes.io/name': 'argocd-server' }));
    small.client.create(
      custom('argoproj.io/v1alpha1', 'Application', 'app', {
        source: { repoURL: 'https://git.example/app' },
        destination: {},
        syncPolicy: { automated: {} },
      }),
    );
    small.clock.advance(4000);
    expect(statusOf(find(small.client, 'argoproj.io/v1alpha1 Application', 'app'))).toMatchObject({
      sync: { status: 'OutOfSync' },
      operationState: { phase: 'Running' },
    });
    small.clock.advance(20_000);
    expect(statusOf(find(small.client, 'argoproj.io/v1alpha1 Application', 'app'))).toMatchObject({
      sync: { status: 'Synced' },
      health: { status: 'Healthy' },
      operationState: { phase: 'Succeeded' },
    });
  });

  it('CloudNativePG starts one instance after the other', () => {
    const small = cluster();
    small.client.create(operator('cnpg', { 'app.kubernetes.io/name': 'cloudnative-pg' }));
    small.client.create(custom('postgresql.cnpg.io/v1', 'Cluster', 'db', { instances: 2 }));
    small.clock.advance(1500);
    expect(statusOf(find(small.client, 'postgresql.cnpg.io/v1 Cluster', 'db'))['phase']).toBe('Setting up primary');
    small.clock.advance(10_000);
    expect(statusOf(find(small.client, 'postgresql.cnpg.io/v1 Cluster', 'db'))).toMatchObject({
      phase: 'Cluster in healthy state',
      readyInstances: 2,
      currentPrimary: 'db-1',
    });
    expect(find(small.client, 'v1 Service', 'db-rw')).toBeDefined();
    expect(Object.keys(find(small.client, 'v1 Secret', 'db-app')['data'] as object)).toContain('uri');
  });

  it('External Secrets and Sealed Secrets make Secrets with the right keys', () => {
    const small = cluster();
    small.client.create(operator('external-secrets', { 'app.kubernetes.io/name': 'external-secrets' }));
    small.client.create(operator('sealed-secrets', { 'app.kubernetes.io/name': 'sealed-secrets' }));
    small.client.create(
      custom('external-secrets.io/v1', 'ExternalSecret', 'app', {
        secretStoreRef: { kind: 'ClusterSecretStore', name: 'store' },
        target: { name: 'app-secrets' },
        data: [{ secretKey: 'token' }],
      }),
    );
    small.client.create(custom('bitnami.com/v1alpha1', 'SealedSecret', 'sealed', { encryptedData: { key: 'AgB' } }));
    small.clock.advance(5000);
    expect(conditionsOf(find(small.client, 'external-secrets.io/v1 ExternalSecret', 'app'))[0]).toMatch(
      /^Ready=False SecretSyncedError/,
    );
    small.client.create(custom('external-secrets.io/v1', 'ClusterSecretStore', 'store', {}, null));
    small.clock.advance(5000);
    expect(conditionsOf(find(small.client, 'external-secrets.io/v1 ExternalSecret', 'app'))).toEqual([
      'Ready=True SecretSynced: secret synced',
    ]);
    expect(Object.keys(find(small.client, 'v1 Secret', 'app-secrets')['data'] as object)).toEqual(['token']);
    expect(Object.keys(find(small.client, 'v1 Secret', 'sealed')['data'] as object)).toEqual(['key']);
  });
});
