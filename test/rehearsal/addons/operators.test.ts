import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conditionsOf } from './conditions.ts';
import { addons, addonsCluster, type AddonsCluster } from './addons-cluster.ts';

const subscription = (namespace: string) => `
apiVersion: v1
kind: Namespace
metadata: {name: ${namespace}}
---
apiVersion: operators.coreos.com/v1alpha1
kind: Subscription
metadata: {name: keycloak-operator, namespace: ${namespace}}
spec: {name: keycloak-operator, channel: fast, source: operatorhubio-catalog, sourceNamespace: olm, installPlanApproval: Manual}
`;
const operatorGroup = (namespace: string, name: string, targets: string) => `
apiVersion: operators.coreos.com/v1
kind: OperatorGroup
metadata: {name: ${name}, namespace: ${namespace}}
spec: {targetNamespaces: [${targets}]}
`;
const keycloak = (namespace: string) => `
apiVersion: v1
kind: Secret
metadata: {name: db, namespace: ${namespace}}
stringData: {username: kc, password: kc}
---
apiVersion: k8s.keycloak.org/v2beta1
kind: Keycloak
metadata: {name: kc, namespace: ${namespace}}
spec:
  instances: 1
  db: {vendor: postgres, host: db, database: keycloak, usernameSecret: {name: db, key: username}, passwordSecret: {name: db, key: password}}
  http: {httpEnabled: true}
  hostname: {hostname: https://auth.example.test}
  resources: {requests: {memory: 700Mi}, limits: {memory: 1Gi}}
---
apiVersion: k8s.keycloak.org/v2beta1
kind: KeycloakRealmImport
metadata: {name: demo, namespace: ${namespace}}
spec: {keycloakCRName: kc, realm: {realm: demo, enabled: true}}
`;
const csv = 'clusterserviceversion keycloak-operator.v26.7.3';

async function withOlm(faults: string[] = []): Promise<AddonsCluster> {
  const cluster = await addonsCluster(faults);
  const folder = await cluster.manifests('olm');
  await cluster.kubectl(['apply', '--server-side', '-f', `${folder}/crds.yaml`]);
  await cluster.kubectl(['apply', '-f', `${folder}/olm.yaml`]);
  await cluster.wait('deployment --all', 'olm', 'condition=Available');
  await cluster.wait(
    'catalogsource operatorhubio-catalog',
    'olm',
    'jsonpath={.status.connectionState.lastObservedState}=READY',
  );
  await cluster.wait('csv packageserver', 'olm', 'jsonpath={.status.phase}=Succeeded');
  return cluster;
}

/** Subscribes and approves the plan. */
async function install(cluster: AddonsCluster, namespace: string, groups: [name: string, targets: string][]) {
  await cluster.apply(
    subscription(namespace) +
      groups.map(([name, targets]) => `---\n${operatorGroup(namespace, name, targets)}`).join(''),
  );
  await cluster.wait('subscription keycloak-operator', namespace, 'jsonpath={.status.state}=UpgradePending');
  const plan = await cluster.kubectl(['get', 'installplan', '-n', namespace, '-o', 'name']);
  await cluster.kubectl(['patch', plan.trim(), '-n', namespace, '--type=merge', '-p', '{"spec":{"approved":true}}']);
  await cluster.wait(plan.trim(), namespace, 'jsonpath={.status.phase}=Complete');
}

describe.skipIf(addons === undefined)(
  'the Operator Lifecycle Manager by its official manifests',
  { timeout: 120_000 },
  () => {
    let cluster: AddonsCluster;
    beforeAll(async () => {
      cluster = await withOlm();
    }, 120_000);
    afterAll(() => cluster.stop());

    it('installs the Keycloak operator once the plan is approved, and that runs a server and imports a realm', async () => {
      expect(await cluster.kubectl(['get', 'packagemanifest', 'keycloak-operator', '-n', 'olm'])).toMatch(
        /^NAME +CATALOG +AGE\nkeycloak-operator +Community Operators +\w+\n$/,
      );
      await install(cluster, 'sso', [['sso', 'sso']]);
      await cluster.wait(csv, 'sso', 'jsonpath={.status.phase}=Succeeded');
      await cluster.wait('subscription keycloak-operator', 'sso', 'jsonpath={.status.state}=AtLatestKnown');
      await cluster.apply(keycloak('sso'));
      await cluster.wait('keycloak kc', 'sso', 'condition=Ready');
      await cluster.wait('keycloakrealmimport demo', 'sso', 'condition=Done');
      expect(conditionsOf(await cluster.get('keycloak kc', 'sso'))).toEqual([
        'Ready=True : ',
        'HasErrors=False : ',
        'RollingUpdate=False : ',
      ]);
      expect(await cluster.get('secret kc-initial-admin', 'sso')).toMatchObject({ type: 'kubernetes.io/basic-auth' });
      await cluster.wait('statefulset kc', 'sso', 'jsonpath={.status.readyReplicas}=1');
      expect(await cluster.kubectl(['get', 'service', '-n', 'sso', '-o', 'name'])).toBe(
        'service/kc-discovery\nservice/kc-service\n',
      );
    });

    it.each([
      [
        'two',
        [
          ['a', 'two'],
          ['b', 'two'],
        ],
        'TooManyOperatorGroups',
        "csv created in namespace with multiple operatorgroups, can't pick one automatically",
      ],
      ['none', [], 'NoOperatorGroup', 'csv in namespace with no operatorgroups'],
      [
        'many',
        [['a', 'many, olm']],
        'UnsupportedOperatorGroup',
        'MultiNamespace InstallModeType not supported, cannot configure to watch 2 namespaces',
      ],
      [
        'all',
        [['a', '']],
        'UnsupportedOperatorGroup',
        'AllNamespaces InstallModeType not supported, cannot configure to watch all namespaces',
      ],
    ] as [string, [string, string][], string, string][])(
      'fails in a namespace %s',
      async (namespace, groups, reason, message) => {
        await install(cluster, namespace, groups);
        await cluster.wait(csv, namespace, 'jsonpath={.status.phase}=Failed');
        expect((await cluster.get(csv, namespace))['status']).toMatchObject({ reason, message });
        expect(await cluster.events(namespace, 'keycloak-operator.v26.7.3')).toContain(`Warning ${reason}: ${message}`);
      },
    );
  },
);

describe.skipIf(addons === undefined)('a fault of an operator', { timeout: 120_000 }, () => {
  it('csv:failed makes the operator crash, until its installation fails', async () => {
    const cluster = await withOlm(['csv:failed']);
    try {
      await install(cluster, 'sso', [['sso', 'sso']]);
      await cluster.wait(csv, 'sso', 'jsonpath={.status.reason}=InstallWaiting');
      expect((await cluster.get(csv, 'sso'))['status']).toMatchObject({
        phase: 'Installing',
        message:
          'installing: waiting for deployment keycloak-operator to become ready: deployment "keycloak-operator" not available: Deployment does not have minimum availability.',
      });
      await cluster.wait(csv, 'sso', 'jsonpath={.status.phase}=Failed');
      expect(await cluster.events('sso', 'keycloak-operator.v26.7.3')).toContain(
        'Warning InstallCheckFailed: install timeout',
      );
    } finally {
      await cluster.stop();
    }
  });

  it('keycloak:not-ready keeps the server unready, and the operator says that it waits', async () => {
    const cluster = await addonsCluster(['keycloak:not-ready']);
    try {
      const folder = await cluster.manifests('keycloak-operator');
      await cluster.kubectl(['create', 'namespace', 'sso']);
      await cluster.kubectl(['apply', '-n', 'sso', '-f', folder]);
      await cluster.wait('deployment keycloak-operator', 'sso', 'condition=Available');
      await cluster.apply(keycloak('sso'));
      await cluster.wait('pod kc-0', 'sso', 'jsonpath={.status.containerStatuses[0].started}=true');
      expect(conditionsOf(await cluster.get('keycloak kc', 'sso'))).toEqual([
        'Ready=False : Waiting for more replicas',
        'HasErrors=False : ',
        'RollingUpdate=False : ',
      ]);
      await expect
        .poll(() => cluster.events('sso', 'kc-0'), { timeout: 30_000 })
        .toContain('Warning Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503');
      await cluster.rehearsal.control.switchFault('keycloak:not-ready', false);
      await cluster.wait('keycloak kc', 'sso', 'condition=Ready');
    } finally {
      await cluster.stop();
    }
  });

  it('certificate:pending leaves the request unapproved', async () => {
    const cluster = await addonsCluster(['certificate:pending']);
    try {
      await cluster.kubectl(['apply', '-f', `${await cluster.manifests('cert-manager')}/cert-manager.yaml`]);
      await cluster.wait('deployment --all', 'cert-manager', 'condition=Available');
      await cluster.apply(`
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {name: self, namespace: default}
spec: {selfSigned: {}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: site, namespace: default}
spec: {dnsNames: [site.example.test], secretName: site-tls, issuerRef: {name: self}}
`);
      await expect
        .poll(() => cluster.events('default', 'site-1'), { timeout: 30_000 })
        .toContain('Normal WaitingForApproval: Not signing CertificateRequest until it is Approved');
      expect((await cluster.get('certificaterequest site-1', 'default'))['status']).toBeUndefined();
      expect(conditionsOf(await cluster.get('certificate site', 'default')).sort()).toEqual([
        'Issuing=True DoesNotExist: Issuing certificate as Secret does not exist',
        'Ready=False DoesNotExist: Issuing certificate as Secret does not exist',
      ]);
      await cluster.rehearsal.control.switchFault('certificate:pending', false);
      await cluster.wait('certificate site', 'default', 'condition=Ready');
    } finally {
      await cluster.stop();
    }
  });
});
