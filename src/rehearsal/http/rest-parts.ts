import type { Api, ApiParts } from '../api/api.ts';
import type { StoredObject } from '../objects.ts';
import type { Traffic } from '../turns/traffic.ts';

/** What the REST layer needs besides the writes of the API. */
export interface RestParts {
  api: Api;
  rules: ApiParts['rules'];
  /** The object in another version of its kind. */
  convert(object: StoredObject, apiVersion: string): StoredObject;
  /** Counts what clients are being answered, or wait for. */
  traffic: Traffic;
}
