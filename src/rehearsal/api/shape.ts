/**
 * What a field may hold, as far as the API server must know it: to decode strictly, to merge by key, to track who
 * manages what. Made from the recorded OpenAPI of a real API server for built-in kinds and from the schema of a
 * CustomResourceDefinition for others.
 */
export interface Shape {
  type: 'string' | 'integer' | 'number' | 'boolean' | 'int-or-string' | 'quantity' | 'any' | 'object' | 'list' | 'map';
  /** Of an object: the name in the table of types (`core.v1.PodSpec`). */
  ref?: string;
  /** Of an object without a name: its fields (custom resources). */
  fields?: Record<string, Shape>;
  required?: string[];
  /** Of a list. */
  items?: Shape;
  /** `x-kubernetes-list-type`. */
  listType?: 'atomic' | 'set' | 'map';
  /** `x-kubernetes-list-map-keys`. */
  keys?: string[];
  /** Of a map. */
  values?: Shape;
  /** `x-kubernetes-map-type: atomic`: one owner for the whole value. */
  atomic?: boolean;
  /** `x-kubernetes-patch-strategy` and `x-kubernetes-patch-merge-key`, for strategic merge patches. */
  patch?: { strategies: string[]; key?: string };
  enum?: string[];
  /** Filled in by the server when the field is absent. */
  default?: unknown;
  format?: string;
  /** Unknown fields are kept (`x-kubernetes-preserve-unknown-fields`). */
  keepsUnknown?: boolean;
}

/** A named type of the built-in API. */
export interface NamedType {
  fields: Record<string, Shape>;
  required?: string[];
  atomic?: boolean;
}

/** Finds a named type; undefined for a name that the table does not have. */
export type TypeLookup = (ref: string) => NamedType | undefined;
