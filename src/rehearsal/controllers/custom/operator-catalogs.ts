import type { StoredObject } from '../../objects.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { controllerReference } from '../owners.ts';
import { advanceCatalog, isServing } from './catalog-sources.ts';
import { dropCondition, ensureOnce, statusOf, writeStatus } from './custom-status.ts';
import { operatorController } from './operator-controller.ts';
import { olmKinds as kinds } from './olm-kinds.ts';
import { definitionOf, operatorPackages, serviceVersion, type OperatorPackage } from './operator-packages.ts';

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

/** Catalogs, subscriptions and the plans that follow from them: catalog-operator of OLM 0.42. */
export const catalogController = (): Controller =>
  operatorController({
    name: 'catalog-operator',
    operator: { app: 'catalog-operator' },
    kinds: {
      [kinds.catalog]: advanceCatalog,
      [kinds.subscription]: subscribe,
      [kinds.plan]: runPlan,
    },
    owns: ['v1 Pod'],
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
  if (!isServing(catalog)) return undefined;
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
    apiVersion: 'operators.coreos.com/v1alpha1',
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
