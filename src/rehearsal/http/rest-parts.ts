import type { Api, ApiParts } from '../api/api.ts';
import type { Resource } from '../api/resource.ts';
import type { Shape } from '../api/shape.ts';
import type { Json, JsonObject, StoredMeta, StoredObject } from '../objects.ts';
import type { PathEvaluator } from '../tables/custom-cells.ts';
import type { Body } from './body.ts';

/** How strictly unknown fields are taken (query parameter `fieldValidation`). */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** What the REST layer needs besides the writes of the API. */
export interface RestParts {
  api: Api;
  rules: ApiParts['rules'];
  /** The object in another version of its kind. */
  convert(object: StoredObject, apiVersion: string): StoredObject;
  /** Checks a body against a shape; unknown fields are dropped and named. Throws 400 for a wrong type. */
  decode(
    body: Body,
    kind: { group: string; version: string; kind: string; shape: Shape; isCustom: boolean },
  ): {
    object: JsonObject;
    /** `unknown field "spec.x"`, `duplicate field "spec.x"` */
    problems: string[];
  };
  patches: Patches;
  evaluate: PathEvaluator;
}

export interface Patches {
  json(live: JsonObject, patch: Json): JsonObject;
  merge(live: JsonObject, patch: JsonObject): JsonObject;
  strategic(live: JsonObject, patch: JsonObject, shape: Shape): JsonObject;
  apply(request: {
    live: StoredObject | undefined;
    patch: JsonObject;
    manager: string;
    isForced: boolean;
    resource: Resource;
    shape: Shape;
    apiVersion: string;
    time: string;
    subresource?: string | undefined;
  }): { object: StoredObject; managedFields: StoredMeta['managedFields'] };
}
