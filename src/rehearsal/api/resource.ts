import type { Shape } from './shape.ts';

export interface Subresource {
  name: string;
  group: string;
  version: string;
  kind: string;
  verbs: readonly string[];
}

/** One resource in one version of its group: what stands behind `/apis/GROUP/VERSION/PLURAL`. */
export interface Resource {
  group: string;
  version: string;
  kind: string;
  plural: string;
  singular: string;
  shortNames: readonly string[];
  categories: readonly string[];
  isNamespaced: boolean;
  verbs: readonly string[];
  subresources: readonly Subresource[];
  /** Where objects are kept: versions of one resource share it (`autoscaling/horizontalpodautoscalers`). */
  storage: string;
  shape: Shape;
  /** Set for custom resources. */
  custom?: CustomResource;
}

/** What a CustomResourceDefinition says of one of its versions, besides the shape. */
export interface CustomResource {
  /** The structural schema as written in the definition (`openAPIV3Schema`); it also carries limits that a shape does not. */
  schema: unknown;
  hasStatus: boolean;
  scale?: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string };
  columns: readonly { name: string; type: string; jsonPath: string; format?: string; priority?: number }[];
}

/** `apps/v1`, `v1` */
export function apiVersionOf({ group, version }: { group: string; version: string }): string {
  return group === '' ? version : `${group}/${version}`;
}
