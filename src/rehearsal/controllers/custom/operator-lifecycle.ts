import { StatusError } from '../../api/status-error.ts';
import type { StoredObject } from '../../objects.ts';
import type { Client } from '../client.ts';
import { hasCondition, type Condition } from '../conditions.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { controllerReference } from '../owners.ts';
import { dropCondition, ensureOnce, statusOf, writeStatus } from './custom-status.ts';
import { operatorController } from './operator-controller.ts';
import { definitionOf, operatorPackages, type OperatorPackage } from './operator-packages.ts';

const group = 'operators.coreos.com';
const kinds = {
  catalog: `${group}/v1alpha1 CatalogSource`,
  subscription: `${group}/v1alpha1 Subscription`,
  plan: `${group}/v1alpha1 InstallPlan`,
  version: `${group}/v1alpha1 ClusterServiceVersion`,
  operatorGroup: `${group}/v1 OperatorGroup`,
} as const;

interface SubscriptionSpec {
  name: string;
  channel?: string;
  source: string;
  sourceNamespace: string;
  installPlanApproval?: string;
  startingCSV?: string;
}

/** Milliseconds that unpacking a bundle takes. */
const unpacking = 3000;

export interface OperatorOptions {
  /** Installing this ClusterServiceVersion fails. */
  fails?(version: StoredObject): boolean;
}

/** Catalogs, subscriptions and the plans that follow from them: catalog-operator of OLM 0.42. */
export const catalogController = (): Controller =>
  operatorController({
    name: 'catalog-operator',
    operator: { app: 'catalog-operator' },
    kinds: {
      [kinds.catalog]: (catalog, context) => {
        const { name, namespace } = catalog.metadata;
        if (statusOf(catalog)['connectionState'] !== undefined) return undefined;
        const time = context.clock.timestamp();
        writeStatus(context, catalog, [], {
          connectionState: { address: `${name}.${namespace}.svc:50051`, lastConnect: time, lastObservedState: 'READY' },
          registryService: {
            createdAt: time,
            port: '50051',
            protocol: 'grpc',
            serviceName: name,
            serviceNamespace: namespace,
          },
        });
        return undefined;
      },
      [kinds.subscription]: subscribe,
      [kinds.plan]: runPlan,
    },
    follows: [kinds.version, kinds.catalog, kinds.operatorGroup],
  });

const packageOf = (name: string): OperatorPackage | undefined =>
  operatorPackages.find((known) => known.package === name);
const packageOfVersion = (name: string) =>
  operatorPackages.find(({ channels }) => Object.values(channels).includes(name));

function subscribe(subscription: StoredObject, context: ControllerContext): undefined {
  const { client, chance, clock } = context;
  const spec = subscription['spec'] as SubscriptionSpec;
  const { namespace, name } = subscription.metadata;
  const catalog = client.get(kinds.catalog, spec.sourceNamespace, spec.source);
  if (catalog === undefined) {
    const message = `targeted catalogsource ${spec.sourceNamespace}/${spec.source} missing`;
    writeStatus(context, subscription, [
      { type: 'CatalogSourcesUnhealthy', status: 'True', reason: 'UnhealthyCatalogSourceFound', message },
    ]);
    return undefined;
  }
  const healthy = {
    type: 'CatalogSourcesUnhealthy',
    status: 'False',
    reason: 'AllCatalogSourcesHealthy',
    message: 'all available catalogsources are healthy',
  } as const;
  const offered = packageOf(spec.name);
  const wanted = spec.startingCSV ?? offered?.channels[spec.channel ?? offered.defaultChannel];
  if (offered === undefined || wanted === undefined) {
    const where = offered === undefined ? `package ${spec.name}` : `channel ${spec.channel} of package ${spec.name}`;
    const message = `constraints not satisfiable: no operators found in ${where} in the catalog referenced by subscription ${name}, subscription ${name} exists`;
    writeStatus(context, subscription, [
      healthy,
      { type: 'ResolutionFailed', status: 'True', reason: 'ConstraintsNotSatisfiable', message },
    ]);
    return undefined;
  }
  const status = statusOf(subscription);
  const version = client.get(kinds.version, namespace, wanted);
  if (version !== undefined && statusOf(version)['phase'] === 'Succeeded') {
    const settled = dropCondition(context, subscription, 'InstallPlanPending');
    writeStatus(context, settled, [healthy], {
      currentCSV: wanted,
      installedCSV: wanted,
      state: 'AtLatestKnown',
      lastUpdated: statusOf(settled)['lastUpdated'] ?? clock.timestamp(),
    });
    return undefined;
  }
  if (status['installPlanRef'] !== undefined || version !== undefined) return undefined;
  const approval = spec.installPlanApproval ?? 'Automatic';
  const plan = client.create({
    apiVersion: `${group}/v1alpha1`,
    kind: 'InstallPlan',
    metadata: {
      name: `install-${chance.suffix(5)}`,
      ...(namespace === undefined ? {} : { namespace }),
      ownerReferences: [{ ...controllerReference(subscription), controller: false, blockOwnerDeletion: false }],
    },
    spec: { approval, approved: approval === 'Automatic', clusterServiceVersionNames: [wanted], generation: 1 },
  });
  const reference = {
    apiVersion: plan.apiVersion,
    kind: plan.kind,
    namespace,
    name: plan.metadata.name,
    uid: plan.metadata.uid,
    resourceVersion: plan.metadata.resourceVersion,
  };
  writeStatus(
    context,
    subscription,
    [
      healthy,
      ...(approval === 'Manual'
        ? [{ type: 'InstallPlanPending', status: 'True', reason: 'RequiresApproval' } as const]
        : []),
    ],
    {
      currentCSV: wanted,
      installPlanGeneration: 1,
      installPlanRef: reference,
      installplan: { apiVersion: plan.apiVersion, kind: plan.kind, name: plan.metadata.name, uuid: plan.metadata.uid },
      state: 'UpgradePending',
      lastUpdated: clock.timestamp(),
    },
  );
  return undefined;
}

function runPlan(plan: StoredObject, context: ControllerContext): number | undefined {
  const { client, clock } = context;
  const { approved, clusterServiceVersionNames } = plan['spec'] as {
    approved: boolean;
    clusterServiceVersionNames: string[];
  };
  const phase = statusOf(plan)['phase'] as string | undefined;
  const [name = ''] = clusterServiceVersionNames;
  const offered = packageOfVersion(name);
  if (phase === 'Complete' || phase === 'Failed' || offered === undefined) return undefined;
  if (!approved) {
    writeStatus(context, plan, [], { phase: 'RequiresApproval', catalogSources: [] });
    return undefined;
  }
  if (phase !== 'Installing') {
    writeStatus(context, plan, [], { phase: 'Installing', catalogSources: [], startTime: clock.timestamp() });
    return unpacking;
  }
  const since = Date.parse((statusOf(plan)['startTime'] as string | undefined) ?? '');
  if (clock.now() - since < unpacking) return unpacking;
  for (const definition of offered.definitions) ensureOnce(client, definitionOf(definition));
  ensureOnce(client, serviceVersion(plan, name, offered));
  writeStatus(context, plan, [{ type: 'Installed', status: 'True' }], { phase: 'Complete' });
  return undefined;
}

function serviceVersion(plan: StoredObject, name: string, offered: OperatorPackage) {
  const labels = { 'app.kubernetes.io/name': offered.deployment.name };
  const { namespace } = plan.metadata;
  return {
    apiVersion: `${group}/v1alpha1`,
    kind: 'ClusterServiceVersion',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { [`operators.coreos.com/${offered.package}.${namespace}`]: '' },
    },
    spec: {
      displayName: offered.displayName,
      version: offered.version,
      installModes: ['OwnNamespace', 'SingleNamespace', 'MultiNamespace', 'AllNamespaces'].map((type) => ({
        type,
        supported: offered.installModes.includes(type),
      })),
      customresourcedefinitions: {
        owned: offered.definitions.map(({ group: owner, version, plural, kind }) => ({
          name: `${plural}.${owner}`,
          kind,
          version,
        })),
      },
      install: {
        strategy: 'deployment',
        spec: {
          deployments: [
            {
              name: offered.deployment.name,
              label: labels,
              spec: {
                replicas: 1,
                selector: { matchLabels: labels },
                template: {
                  metadata: { labels },
                  spec: {
                    serviceAccountName: offered.deployment.name,
                    containers: [{ name: offered.deployment.name, image: offered.deployment.image }],
                  },
                },
              },
            },
          ],
        },
      },
    },
  };
}

/** Installs what a ClusterServiceVersion describes, phase by phase: olm-operator of OLM 0.42. */
export const serviceVersionController = (options: OperatorOptions): Controller =>
  operatorController({
    name: 'operator-lifecycle-manager',
    operator: { app: 'olm-operator' },
    kinds: {
      [kinds.version]: (version, context) => install(version, context, options),
      [kinds.operatorGroup]: (operatorGroup, context) => {
        const { targetNamespaces } = (operatorGroup['spec'] ?? {}) as { targetNamespaces?: string[] };
        writeStatus(context, operatorGroup, [], {
          namespaces: targetNamespaces ?? [''],
          lastUpdated: statusOf(operatorGroup)['lastUpdated'] ?? context.clock.timestamp(),
        });
        return undefined;
      },
    },
    owns: ['apps/v1 Deployment'],
    follows: ['apps/v1 Deployment', 'apiextensions.k8s.io/v1 CustomResourceDefinition'],
  });

function install(version: StoredObject, context: ControllerContext, { fails }: OperatorOptions): number | undefined {
  const { client } = context;
  const phase = statusOf(version)['phase'] as string | undefined;
  const step = (next: string, reason: string, message: string) => setPhase(context, version, next, reason, message);
  const problem = operatorGroupProblem(client, version);
  if (problem !== undefined) return step('Failed', ...problem);
  if (fails?.(version) === true)
    return phase === 'Failed' ? undefined : step('Failed', 'InstallCheckFailed', 'install timeout');
  const spec = version['spec'] as ReturnType<typeof serviceVersion>['spec'];
  const isServed = spec.customresourcedefinitions.owned.every(({ name }) => {
    const definition = client.get('apiextensions.k8s.io/v1 CustomResourceDefinition', undefined, name);
    return hasCondition(
      (definition?.['status'] as { conditions?: Condition[] } | undefined)?.conditions ?? [],
      'Established',
    );
  });
  if (phase === undefined || phase === 'Failed')
    return step('Pending', 'RequirementsUnknown', 'requirements not yet checked');
  if (phase === 'Pending')
    return isServed
      ? step('InstallReady', 'AllRequirementsMet', 'all requirements found, attempting install')
      : step('Pending', 'RequirementsNotMet', "one or more requirements couldn't be found");
  const [deployment] = spec.install.spec.deployments;
  if (deployment === undefined) return undefined;
  const { namespace } = version.metadata;
  if (phase === 'InstallReady') {
    ensureOnce(client, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: {
        name: deployment.spec.template.spec.serviceAccountName,
        ...(namespace === undefined ? {} : { namespace }),
        ownerReferences: [controllerReference(version)],
      },
    });
    try {
      ensureOnce(client, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: {
          name: deployment.name,
          ...(namespace === undefined ? {} : { namespace }),
          labels: {
            ...deployment.label,
            'olm.managed': 'true',
            'olm.owner': version.metadata.name,
            'olm.owner.kind': 'ClusterServiceVersion',
          },
          ownerReferences: [controllerReference(version)],
        },
        spec: deployment.spec,
      });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return step('Failed', 'InstallComponentFailed', `install strategy failed: ${error.message}`);
    }
    return step('Installing', 'InstallSucceeded', 'waiting for install components to report healthy');
  }
  const made = client.get('apps/v1 Deployment', namespace, deployment.name);
  const isAvailable = hasCondition(
    (made?.['status'] as { conditions?: Condition[] } | undefined)?.conditions ?? [],
    'Available',
  );
  if (isAvailable)
    return phase === 'Succeeded'
      ? undefined
      : step('Succeeded', 'InstallSucceeded', 'install strategy completed with no errors');
  if (phase === 'Succeeded')
    return step(
      'Failed',
      'ComponentUnhealthy',
      `installing: waiting for deployment ${deployment.name} to become ready: deployment "${deployment.name}" not available: Deployment does not have minimum availability.`,
    );
  return undefined;
}

/** A namespace must have exactly one OperatorGroup, and of a kind that the version supports. */
function operatorGroupProblem(client: Client, version: StoredObject): [reason: string, message: string] | undefined {
  const { namespace } = version.metadata;
  const groups = client.list(kinds.operatorGroup, namespace === undefined ? {} : { namespace });
  const [only, ...others] = groups;
  if (only === undefined) return ['NoOperatorGroup', 'csv in namespace with no operatorgroups'];
  if (others.length > 0)
    return [
      'TooManyOperatorGroups',
      "csv created in namespace with multiple operatorgroups, can't pick one automatically",
    ];
  const { targetNamespaces = [] } = (only['spec'] ?? {}) as { targetNamespaces?: string[] };
  const [target] = targetNamespaces;
  const mode =
    targetNamespaces.length === 0
      ? 'AllNamespaces'
      : targetNamespaces.length > 1
        ? 'MultiNamespace'
        : target === namespace
          ? 'OwnNamespace'
          : 'SingleNamespace';
  const { installModes } = version['spec'] as { installModes: { type: string; supported: boolean }[] };
  if (installModes.some(({ type, supported }) => type === mode && supported)) return undefined;
  const text =
    mode === 'AllNamespaces'
      ? 'AllNamespaces InstallModeType not supported, cannot configure to watch all namespaces'
      : `${mode} InstallModeType not supported, cannot configure to watch ${mode === 'OwnNamespace' ? 'own namespace' : `${targetNamespaces.length} namespaces`}`;
  return ['UnsupportedOperatorGroup', text];
}

/** Moves on, remembers how, and says so. */
function setPhase(
  { client, clock }: ControllerContext,
  version: StoredObject,
  phase: string,
  reason: string,
  message: string,
): undefined {
  const known = statusOf(version);
  if (known['phase'] === phase && known['reason'] === reason && known['message'] === message) return undefined;
  const time = clock.timestamp();
  const entry = { phase, reason, message, lastTransitionTime: time, lastUpdateTime: time };
  const history = (known.conditions ?? []) as unknown as object[];
  client.updateStatus({ ...version, status: { ...known, ...entry, conditions: [...history, entry] } });
  client.event(version, { type: phase === 'Failed' ? 'Warning' : 'Normal', reason, message });
  return undefined;
}
