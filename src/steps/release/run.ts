import { isDeepStrictEqual } from 'node:util';
import { defineStep, done, StepFailure, todo, type StepContext } from '../../engine/step.ts';
import type { KubernetesObject } from '../../kubernetes/objects.ts';
import type { ReleaseRequest } from '../../tools/helm/helm.ts';
import { chartSource, releasePlan, type ReleaseParams } from './plan.ts';

export const releaseStep = defineStep(releasePlan, {
  // Half an upgrade leaves a release that is pending; Helm needs seconds to end it well.
  isUninterruptible: true,
  async check(params, context) {
    const { helm, progress } = context;
    const status = await helm.status(params.name, params.namespace);
    if (status === undefined) return todo('there is no such release');
    if (status.status !== 'deployed') return todo(`the release is ${status.status}`);
    progress('comparing the chart with what is installed');
    const [wanted, installed] = await Promise.all([
      helm.render(requestOf(params, context)),
      helm.manifest(params.name, params.namespace),
    ]);
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
    if (status?.status.startsWith('pending-') === true) await recover(params, status.status, context);
    if (status !== undefined && before === undefined)
      progress(`upgrading revision ${status.revision}, which this program did not install`);
    await helm.upgrade(step.commands[0] ?? [], { signal, onLine: (line) => output([line]) });
    const isOurs = before !== undefined || status === undefined;
    return {
      made: isOurs
        ? [{ apiVersion: 'helm.sh/v3', kind: 'Release', name: params.name, namespace: params.namespace }]
        : [],
      undo: { name: params.name, namespace: params.namespace },
    };
  },
  async verify({ name, namespace }, { helm }) {
    const status = await helm.status(name, namespace);
    if (status?.status !== 'deployed')
      throw new Error(`release ${name} is ${status?.status ?? 'not there'} after helm upgrade`);
  },
  async undo({ made }, { helm, signal, progress }) {
    for (const { name, namespace = '' } of made) {
      if ((await helm.status(name, namespace)) === undefined) continue;
      progress(`release ${name}`);
      await helm.uninstall(name, namespace, { signal });
    }
  },
});

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
 * A release that an ended process left pending. Ours may be mended while we hold the lock: Helm itself refuses
 * ("another operation is in progress"), since it cannot know that nobody is at work.
 */
async function recover(
  { name, namespace }: ReleaseParams,
  status: string,
  { helm, before, execute, signal, progress }: StepContext,
): Promise<void> {
  if (before === undefined) {
    throw new StepFailure({
      code: 'release-pending',
      cause: `Release ${name} is ${status}: another helm is at work on it, or was ended in the middle`,
      evidence: [`helm status ${name} -n ${namespace}: ${status}`],
      remedy: [`When no helm runs: helm rollback ${name} -n ${namespace}, or helm uninstall ${name} -n ${namespace}`],
    });
  }
  progress(`mending the release, which is ${status}`);
  if (status === 'pending-install') await helm.uninstall(name, namespace, { signal });
  else await execute(helm.rollbackArgv(name, namespace, 0), { signal });
}
