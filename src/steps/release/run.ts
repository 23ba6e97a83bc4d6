import { paramText } from '../../plan/plan.ts';
import { isDeepStrictEqual } from 'node:util';
import {
  defineStep,
  done,
  StepFailure,
  todo,
  type LedgerEntry,
  type Making,
  type StepContext,
} from '../../engine/step.ts';
import type { KubernetesObject } from '../../kubernetes/objects.ts';
import type { ReleaseRequest } from '../../tools/helm/helm.ts';
import { chartSource, releasePlan, type ReleaseParams } from './plan.ts';

export const releaseStep = defineStep(releasePlan, {
  // Half an upgrade leaves a release that is pending; Helm needs seconds to end it well.
  isUninterruptible: true,
  async check(params, context) {
    const { helm, progress } = context;
    const status = await helm.status(params.name, params.namespace);
    if (status === undefined) return todo('there is no such release', makes(params));
    if (status.status !== 'deployed') return todo(`the release is ${status.status}`);
    progress('comparing the chart with what is installed');
    const installed = await helm.manifest(params.name, params.namespace);
    const wanted = await helm.render(requestOf(params, context), await capabilities(installed, context));
    if (
      !sameObjects(
        wanted.map(({ object }) => object),
        installed,
      )
    )
      return todo('the chart or its values have changed');
    const missing = await firstMissing(installed, params.namespace, context);
    return missing === undefined ? done() : todo(`${missing} is gone from the cluster`);
  },
  async run(params, context) {
    const { helm, step, signal, progress, output, before } = context;
    const status = await helm.status(params.name, params.namespace);
    const isOurs = status === undefined || isMade(before);
    if (status !== undefined && /^(pending-|uninstalling$)/.test(status.status))
      await recover(params, status.status, context);
    if (!isOurs) progress(`upgrading revision ${status.revision}, which this program did not install`);
    await helm.upgrade(step.commands[0] ?? [], { signal, onLine: (line) => output([line]) });
    return isOurs ? makes(params) : { ...makes(params), made: [] };
  },
  async verify({ name, namespace }, { helm }) {
    const status = await helm.status(name, namespace);
    if (status?.status === 'deployed') return;
    throw new StepFailure({
      code: 'release-not-deployed',
      cause: `Release ${name} is ${status?.status ?? 'not there'} after helm upgrade ended well`,
      evidence: [],
      remedy: [`helm history ${name} -n ${namespace}`],
    });
  },
  async undo({ made, undo }, { helm, signal, progress, leaves }) {
    if (made.length === 0) leaves(`release ${paramText(undo, 'name')}, which was there before`);
    for (const { name, namespace = '' } of made) {
      if ((await helm.status(name, namespace)) === undefined) continue;
      progress(`release ${name}`);
      await helm.uninstall(name, namespace, { signal });
    }
  },
});

function makes({ name, namespace }: ReleaseParams): Required<Pick<Making, 'made' | 'undo'>> {
  return { made: [{ apiVersion: 'helm.sh/v3', kind: 'Release', name, namespace }], undo: { name, namespace } };
}

/** The ledger knows releases of others as well, which it does not take for made. */
function isMade(before: LedgerEntry | undefined): boolean {
  return before !== undefined && before.made.length > 0;
}

/** What Helm's upgrade finds out about the cluster and `helm template` does not: a chart may render otherwise for it. */
async function capabilities(installed: KubernetesObject[], { cluster }: StepContext) {
  const [version, groups] = await Promise.all([cluster.raw('/version'), cluster.raw('/apis')]);
  const { gitVersion } = version as { gitVersion: string };
  const served = (groups as { groups: { versions: { groupVersion: string }[] }[] }).groups;
  return {
    kubeVersion: gitVersion,
    apiVersions: [
      ...served.flatMap(({ versions }) => versions.map(({ groupVersion }) => groupVersion)),
      // Whatever is installed is served: its kinds need not be asked for.
      ...new Set(installed.map(({ apiVersion, kind }) => `${apiVersion}/${kind}`)),
    ],
  };
}

function requestOf(params: ReleaseParams, { folder }: StepContext): ReleaseRequest {
  return {
    name: params.name,
    namespace: params.namespace,
    ...chartSource(params.chart, params.values, folder),
    set: params.set,
  };
}

/** Order does not matter, and neither does what Helm adds to the stored copy. */
function sameObjects(wanted: KubernetesObject[], installed: KubernetesObject[]): boolean {
  const key = ({ apiVersion, kind, metadata: { name, namespace } }: KubernetesObject) =>
    `${apiVersion} ${kind} ${namespace ?? ''} ${name}`;
  const sorted = (objects: KubernetesObject[]) => [...objects].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return isDeepStrictEqual(sorted(wanted), sorted(installed));
}

async function firstMissing(
  objects: KubernetesObject[],
  namespace: string,
  { cluster }: StepContext,
): Promise<string | undefined> {
  const found = await Promise.all(
    objects.map(async ({ apiVersion, kind, metadata }) => ({
      name: `${kind} ${metadata.name}`,
      isThere: (await cluster.get({ apiVersion, kind }, metadata.name, metadata.namespace ?? namespace)) !== undefined,
    })),
  );
  return found.find(({ isThere }) => !isThere)?.name;
}

/**
 * A release that an ended process left in the middle. Ours may be mended while we hold the lock: Helm itself refuses
 * ("another operation is in progress"), since it cannot know that nobody is at work.
 */
async function recover(
  { name, namespace }: ReleaseParams,
  status: string,
  { helm, before, signal, progress, target }: StepContext,
): Promise<void> {
  if (!isMade(before)) {
    throw new StepFailure({
      code: 'release-pending',
      cause: `Release ${name} is ${status}: another helm is at work on it, or was ended in the middle`,
      evidence: [`helm status ${name} -n ${namespace}: ${status}`],
      // The first revision has none before it to go back to.
      remedy: [
        `When no helm runs: helm ${status === 'pending-install' ? 'uninstall' : 'rollback'} ${name} -n ${namespace} --kube-context ${target.context}, then try again`,
      ],
    });
  }
  progress(`mending the release, which is ${status}`);
  if (status === 'pending-install' || status === 'uninstalling') await helm.uninstall(name, namespace, { signal });
  // `upgrade` runs any vector that writes, and proves the target first.
  else await helm.upgrade(helm.rollbackArgv(name, namespace, 0), { signal });
}
