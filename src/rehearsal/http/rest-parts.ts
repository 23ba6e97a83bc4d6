import type { Api, ApiParts } from '../api/api.ts';
import type { StoredObject } from '../objects.ts';

/** What the REST layer needs besides the writes of the API. */
export interface RestParts {
  api: Api;
  rules: ApiParts['rules'];
  /** The object in another version of its kind. */
  convert(object: StoredObject, apiVersion: string): StoredObject;
}
