import type { Taint as NodeTaint } from '../../node/pod.ts';
import type { StoredObject } from '../../objects.ts';

/** With the time at which the node lifecycle controller put it there. */
export interface Taint extends NodeTaint {
  timeAdded?: string;
}

export const taintsOf = (node: StoredObject) => (node['spec'] as { taints?: Taint[] } | undefined)?.taints ?? [];
