import { parse } from 'yaml';
import { ToolError } from '../errors/errors.ts';
import type { ImageDelivery } from '../plan/plan.ts';
import { apiGet } from '../tools/kubectl/api-get.ts';
import type { KubectlTarget } from '../tools/kubectl/argv.ts';
import type { RunCommand } from '../tools/shell/run.ts';

/**
 * The registry that a local cluster names in the ConfigMap `local-registry-hosting` of kube-public (Kubernetes enhancement
 * 1755, "Communicating a local registry"): `host` is for tools outside of the cluster, `hostFromContainerRuntime` for the
 * nodes, the same unless told.
 */
export async function localRegistry(
  run: RunCommand,
  target: KubectlTarget,
  signal: AbortSignal,
): Promise<(ImageDelivery & { by: 'push' }) | undefined> {
  try {
    const path = '/api/v1/namespaces/kube-public/configmaps/local-registry-hosting';
    const { data } = (await apiGet(run, target, path, { signal })) as { data?: Record<string, string> };
    return parseHosting(data?.['localRegistryHosting.v1']);
  } catch (error) {
    if (error instanceof ToolError && (error.code === 'not-found' || error.code === 'forbidden')) return undefined;
    throw error;
  }
}

/** Pure: the document; undefined when it names no host. */
export function parseHosting(document: string | undefined): (ImageDelivery & { by: 'push' }) | undefined {
  const hosting: unknown = parse(document ?? '');
  if (typeof hosting !== 'object' || hosting === null) return undefined;
  const { host, hostFromContainerRuntime: inside } = hosting as Record<string, unknown>;
  if (typeof host !== 'string' || host === '') return undefined;
  return { by: 'push', push: host, pull: typeof inside === 'string' && inside !== '' ? inside : host };
}
