import { parse } from 'yaml';
import { ToolError } from '../../errors/errors.ts';
import type { RunCommand } from '../shell/run.ts';
import { apiGet } from './api-get.ts';
import type { KubectlTarget } from './argv.ts';

/** A registry that a cluster names for its users. */
export interface LocalRegistry {
  /** As tools outside of the cluster name it. */
  host: string;
  /** As the nodes do. */
  hostFromContainerRuntime: string;
}

/**
 * The ConfigMap `local-registry-hosting` of kube-public (Kubernetes enhancement 1755, "Communicating a local registry");
 * undefined when there is none, or when it may not be read.
 */
export async function readLocalRegistry(
  run: RunCommand,
  target: KubectlTarget,
  signal: AbortSignal,
): Promise<LocalRegistry | undefined> {
  try {
    const path = '/api/v1/namespaces/kube-public/configmaps/local-registry-hosting';
    const { data } = (await apiGet(run, target, path, { signal })) as { data?: Record<string, string> };
    return parseHosting(data?.['localRegistryHosting.v1']);
  } catch (error) {
    if (error instanceof ToolError && (error.code === 'not-found' || error.code === 'forbidden')) return undefined;
    throw error;
  }
}

/** The document `localRegistryHosting.v1`; undefined when it names no host. The name for the nodes is the same unless told. */
export function parseHosting(document: string | undefined): LocalRegistry | undefined {
  const hosting = documentIn(document ?? '');
  if (typeof hosting !== 'object' || hosting === null) return undefined;
  const { host, hostFromContainerRuntime: inside } = hosting as Record<string, unknown>;
  if (typeof host !== 'string' || host === '') return undefined;
  return { host, hostFromContainerRuntime: typeof inside === 'string' && inside !== '' ? inside : host };
}

function documentIn(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined; // A hint that cannot be read is none.
  }
}
