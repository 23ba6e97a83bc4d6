/** One request of a scenario, as a client sends it. */
export interface Step {
  name: string;
  method: 'POST' | 'PUT' | 'PATCH';
  type: 'json' | 'json-patch' | 'merge-patch' | 'strategic-merge-patch' | 'apply-patch';
  manager: string;
  force?: boolean;
  subresource?: 'status' | 'scale';
  /** Of the request, when it is not that of the object. */
  apiVersion?: string;
  /** For PUT: what the client changes in the object that it has read. */
  body: unknown;
  /** The server fills in more than the request says: the object is compared as far as the request goes. */
  hasDefaults?: boolean;
  /** Written by the strategy or by admission, after fields were tracked. */
  assigned?: string[];
}

export interface Scenario {
  apiVersion: string;
  kind: string;
  plural: string;
  name: string;
  steps: Step[];
}

/** A group of custom resources that exist only while the recorder runs. */
export const group = 'patch.rehearsal.example.com';

export const container = (more: object = {}) => ({ name: 'web', image: 'postgres:17', ...more });

export const template = (app: string, containers: object[] = [container()]) => ({
  metadata: { labels: { app } },
  spec: { containers },
});

export const step = (
  name: string,
  method: Step['method'],
  type: Step['type'],
  manager: string,
  body: unknown,
  more: Partial<Step> = {},
): Step => ({ name, method, type, manager, body, ...more });

export const apply = (name: string, manager: string, body: object, more: Partial<Step> = {}) =>
  step(name, 'PATCH', 'apply-patch', manager, body, more);

export const create = (name: string, manager: string, body: object, more: Partial<Step> = {}) =>
  step(name, 'POST', 'json', manager, body, more);
