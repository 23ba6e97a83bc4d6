import { StatusError } from '../../api/status-error.ts';
import type { StoredObject } from '../../objects.ts';
import { conditionOf, hasCondition, type Condition } from '../conditions.ts';
import type { Client } from '../client.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { controllerReference } from '../owners.ts';
import { ensureOnce, statusOf, writeStatus } from './custom-status.ts';
import { installApi, isApiAvailable, type OwnedApi } from './operator-apis.ts';
import { olmKinds } from './olm-kinds.ts';
import { operatorController } from './operator-controller.ts';
import { operatorGroupOf, targetsOf } from './operator-groups.ts';

interface DeploymentTemplate {
  name: string;
  label?: Record<string, string>;
  spec: { template: { metadata?: { annotations?: object }; spec: { serviceAccountName?: string } } };
}

interface VersionSpec {
  install: { spec?: { deployments?: DeploymentTemplate[] } };
  customresourcedefinitions?: { owned?: { name: string }[] };
  apiservicedefinitions?: { owned?: OwnedApi[] };
}

interface VersionStatus {
  phase?: string;
  reason?: string;
  message?: string;
  lastUpdateTime?: string;
  lastTransitionTime?: string;
  conditions?: { phase: string; reason: string }[];
}

/** Milliseconds in one phase after which an installation has failed. */
const installTimeout = 300_000;
/** Milliseconds until what failed is tried again: the work queue of OLM holds it back. */
const retry = 15_000;
/** How many conditions a version remembers (operator-framework/api, ConditionsLengthLimit). */
const remembered = 20;
const definitionKind = 'apiextensions.k8s.io/v1 CustomResourceDefinition';
/** Reasons of a failure that is over when the OperatorGroups are right. */
const groupReasons = ['NoOperatorGroup', 'TooManyOperatorGroups', 'UnsupportedOperatorGroup'];

const versionStatus = (version: StoredObject) => (version['status'] ?? {}) as VersionStatus;
const specOf = (version: StoredObject) => version['spec'] as VersionSpec;
const deploymentsOf = (version: StoredObject) => specOf(version).install.spec?.deployments ?? [];

/** Installs what a ClusterServiceVersion describes, phase by phase: olm-operator of OLM 0.42, pkg/controller/operators/olm/operator.go. */
export const serviceVersionController = (): Controller =>
  operatorController({
    name: 'operator-lifecycle-manager',
    operator: { app: 'olm-operator' },
    kinds: {
      [olmKinds.version]: install,
      [olmKinds.operatorGroup]: (operatorGroup, context) => {
        writeStatus(context, operatorGroup, [], {
          namespaces: targetsOf(operatorGroup),
          lastUpdated: statusOf(operatorGroup)['lastUpdated'] ?? context.clock.timestamp(),
        });
        return undefined;
      },
    },
    owns: ['apps/v1 Deployment'],
    follows: [definitionKind, olmKinds.operatorGroup],
  });

function install(found: StoredObject, context: ControllerContext): number | undefined {
  const { client, clock } = context;
  const group = operatorGroupOf(client, found);
  if ('problem' in group) return setPhase(context, found, 'Failed', ...group.problem);
  const version = belonging(client, found, group.operatorGroup);
  const status = versionStatus(version);
  const step = (phase: string, reason: string, message: string) => setPhase(context, version, phase, reason, message);
  const since = (time: string | undefined) => clock.now() - Date.parse(time ?? clock.timestamp());
  switch (status.phase) {
    case 'Pending':
      return areRequirementsMet(client, version)
        ? step('InstallReady', 'AllRequirementsMet', 'all requirements found, attempting install')
        : step('Pending', 'RequirementsNotMet', "one or more requirements couldn't be found");
    case 'InstallReady':
      try {
        createComponents(client, version);
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        return step('Failed', 'InstallComponentFailed', `install strategy failed: ${error.message}`);
      }
      return step('Installing', 'InstallSucceeded', 'waiting for install components to report healthy');
    case 'Installing': {
      const isHealthy = checkInstalled(context, version, 'Installing', 'InstallWaiting');
      const left = installTimeout - since(status.lastTransitionTime);
      if (isHealthy || left > 0) return isHealthy ? undefined : left;
      const latest = client.get(olmKinds.version, version.metadata.namespace, version.metadata.name) ?? version;
      if (versionStatus(latest).phase !== 'Installing') return undefined;
      return setPhase(context, latest, 'Failed', 'InstallCheckFailed', 'install timeout');
    }
    case 'Succeeded':
      if (!areRequirementsMet(client, version))
        return step('Failed', 'RequirementsNotMet', 'requirements no longer met');
      checkInstalled(context, version, 'Failed', 'ComponentUnhealthy');
      return undefined;
    case 'Failed': {
      if (groupReasons.includes(status.reason ?? ''))
        return step('Pending', 'RequirementsUnknown', 'InstallModes now support target namespaces');
      const wait = retry - since(status.lastUpdateTime);
      if (wait > 0) return wait;
      if (!areRequirementsMet(client, version)) return step('Pending', 'RequirementsNotMet', 'requirements not met');
      checkInstalled(context, version, 'Pending', 'NeedsReinstall');
      return undefined;
    }
    default:
      return step('Pending', 'RequirementsUnknown', 'requirements not yet checked');
  }
}

/** What the version and its pods say about the OperatorGroup that they belong to. */
const membership = (operatorGroup: StoredObject) => ({
  'olm.operatorGroup': operatorGroup.metadata.name,
  'olm.operatorNamespace': operatorGroup.metadata.namespace ?? '',
  'olm.targetNamespaces': targetsOf(operatorGroup).join(','),
});

function belonging(client: Client, version: StoredObject, operatorGroup: StoredObject): StoredObject {
  const wanted = membership(operatorGroup);
  const { annotations = {} } = version.metadata;
  if (Object.entries(wanted).every(([name, value]) => annotations[name] === value)) return version;
  return client.update({ ...version, metadata: { ...version.metadata, annotations: { ...annotations, ...wanted } } });
}

function areRequirementsMet(client: Client, version: StoredObject): boolean {
  return (specOf(version).customresourcedefinitions?.owned ?? []).every(({ name }) => {
    const definition = client.get(definitionKind, undefined, name);
    return hasCondition(
      (definition?.['status'] as { conditions?: Condition[] } | undefined)?.conditions,
      'Established',
    );
  });
}

function createComponents(client: Client, version: StoredObject): void {
  const { namespace, name, annotations = {} } = version.metadata;
  const metadata = namespace === undefined ? {} : { namespace };
  const ownerReferences = [{ ...controllerReference(version), controller: false, blockOwnerDeletion: false }];
  const owner = {
    'olm.managed': 'true',
    'olm.owner': name,
    'olm.owner.kind': 'ClusterServiceVersion',
    'olm.owner.namespace': namespace ?? '',
  };
  for (const { name: deployment, label, spec } of deploymentsOf(version)) {
    const { serviceAccountName } = spec.template.spec;
    if (serviceAccountName !== undefined)
      ensureOnce(client, {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { ...metadata, name: serviceAccountName, labels: { 'olm.managed': 'true' }, ownerReferences },
      });
    const template = {
      ...spec.template,
      metadata: {
        ...spec.template.metadata,
        annotations: { ...spec.template.metadata?.annotations, ...annotations },
      },
    };
    ensureOnce(client, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...metadata, name: deployment, labels: { ...label, ...owner }, ownerReferences },
      // OLM keeps one revision (pkg/controller/install/deployment.go).
      spec: { ...spec, revisionHistoryLimit: 1, template },
    });
  }
  for (const api of specOf(version).apiservicedefinitions?.owned ?? []) installApi(client, version, api);
}

/** Moves to Succeeded, or to the given phase with what is not there yet. True when everything is healthy. */
function checkInstalled(context: ControllerContext, version: StoredObject, phase: string, reason: string): boolean {
  const { client } = context;
  for (const { name } of deploymentsOf(version)) {
    const deployment = client.get('apps/v1 Deployment', version.metadata.namespace, name);
    if (deployment === undefined) {
      setPhase(context, version, phase, reason, `installing: missing deployment with name=${name}`);
      return false;
    }
    const { late, waiting } = deploymentProblem(deployment);
    if (late !== undefined)
      setPhase(
        context,
        version,
        'Failed',
        'InstallCheckFailed',
        `install failed: deployment ${name} not ready before timeout: ${late}`,
      );
    else if (waiting !== undefined)
      setPhase(
        context,
        version,
        phase,
        reason,
        `installing: waiting for deployment ${name} to become ready: ${waiting}`,
      );
    if (late !== undefined || waiting !== undefined) return false;
  }
  if (!(specOf(version).apiservicedefinitions?.owned ?? []).every((api) => isApiAvailable(context, api))) {
    setPhase(context, version, phase, reason, 'apiServices not installed');
    return false;
  }
  setPhase(context, version, 'Succeeded', 'InstallSucceeded', 'install strategy completed with no errors');
  return true;
}

/** Why a Deployment is not up: pkg/controller/install/status_viewer.go. */
function deploymentProblem({ metadata, status: seen }: StoredObject): { late?: string; waiting?: string } {
  const status = (seen ?? {}) as {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    conditions?: Condition[];
  };
  const called = `deployment "${metadata.name}"`;
  if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0))
    return { waiting: `waiting for spec update of ${called} to be observed...` };
  if (conditionOf(status.conditions, 'Progressing')?.reason === 'ProgressDeadlineExceeded')
    return { late: `${called} exceeded its progress deadline` };
  const outdated = (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  if (outdated > 0) return { waiting: `${called} waiting for ${outdated} outdated replica(s) to be terminated` };
  const available = conditionOf(status.conditions, 'Available');
  if (available?.status === 'True') return {};
  return { waiting: `${called} not available: ${available?.message ?? 'missing condition "Available"'}` };
}

/** Moves on, remembers how, and says so (operator-framework/api, SetPhaseWithEventIfChanged). */
function setPhase(
  { client, clock }: ControllerContext,
  version: StoredObject,
  phase: string,
  reason: string,
  message: string,
): undefined {
  const known = versionStatus(version);
  if (known.phase === phase && known.reason === reason && known.message === message) return undefined;
  const time = clock.timestamp();
  const lastTransitionTime = known.phase === phase ? (known.lastTransitionTime ?? time) : time;
  const entry = { phase, reason, message, lastTransitionTime, lastUpdateTime: time };
  const history = known.conditions ?? [];
  const last = history.at(-1);
  const conditions = last?.phase === phase && last.reason === reason ? history : [...history, entry].slice(-remembered);
  client.updateStatus({ ...version, status: { ...known, ...entry, conditions } });
  client.event(version, { type: phase === 'Failed' ? 'Warning' : 'Normal', reason, message });
  return undefined;
}
