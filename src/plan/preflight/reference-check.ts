import type { RenderedObject } from '../../tools/helm/helm.ts';
import type { Plan, StepId } from '../plan.ts';

/** What the check looks at: the plan, what its charts render to, and what the cluster has. */
export interface ReferenceCheck {
  plan: Plan;
  /** Rendered objects by release step. */
  rendered: Record<StepId, RenderedObject[]>;
  /** Text of each template by its source name. */
  templates: Record<string, string>;
  existing: ExistingObjects;
}

/** What the cluster has, as far as the rendered objects need it. undefined: could not be read, so not proven either way. */
export interface ExistingObjects {
  /** Keys of a Secret or ConfigMap; null: there is no such object. */
  keysOf(kind: 'Secret' | 'ConfigMap', namespace: string, name: string): string[] | null | undefined;
  has(
    kind: 'ServiceAccount' | 'PersistentVolumeClaim' | 'Service',
    namespace: string,
    name: string,
  ): boolean | undefined;
  storageClasses: { name: string; isDefault: boolean }[] | undefined;
  ingressClasses: { name: string; isDefault: boolean }[] | undefined;
  /** Served `group/version/Kind`. */
  servesKind(apiVersion: string, kind: string): boolean | undefined;
  /** Whether nodes or a registry have an image; undefined: nobody could say. */
  hasImage(image: string): boolean | undefined;
  /** Node port to the Service that has it: `namespace/name`. */
  nodePorts: Map<number, string> | undefined;
}
