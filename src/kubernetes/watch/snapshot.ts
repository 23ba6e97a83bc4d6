import type { KubernetesObject } from '../objects.ts';

/** Objects of a namespace at one moment: what rollout rules and diagnosis are functions of. */
export interface Snapshot {
  objects(kind: string): KubernetesObject[];
  find(kind: string, name: string): KubernetesObject | undefined;
  /** Objects whose controller is the object with this uid. */
  ownedBy(uid: string, kind: string): KubernetesObject[];
  /** Every watched kind has been listed once. */
  isComplete: boolean;
  /** Kinds that may not be read, with the reason. */
  forbidden: Record<string, string>;
  /** Since when (milliseconds since 1970) there is no connection; undefined: connected. Grace clocks stop meanwhile. */
  staleSince: number | undefined;
}
