import { Api } from '../../../src/rehearsal/api/api.ts';
import { Registry } from '../../../src/rehearsal/api/registry.ts';
import type { Requester } from '../../../src/rehearsal/api/requests.ts';
import { StatusError } from '../../../src/rehearsal/api/status-error.ts';
import { createAdmission } from '../../../src/rehearsal/admission/index.ts';
import { createChance } from '../../../src/rehearsal/chance.ts';
import { ManualClock } from '../../../src/rehearsal/clock.ts';
import type { NewObject } from '../../../src/rehearsal/controllers/client.ts';
import { kindRules } from '../../../src/rehearsal/kinds/index.ts';
import { metaErrors } from '../../../src/rehearsal/kinds/object-meta.ts';
import type { JsonObject, StoredObject } from '../../../src/rehearsal/objects.ts';
import { readBody } from '../../../src/rehearsal/schema/body.ts';
import { withDefaults } from '../../../src/rehearsal/schema/defaults.ts';
import { Store } from '../../../src/rehearsal/store/store.ts';
import type { Fields } from './case.ts';

export interface Outcome {
  code: number;
  answer: Fields;
  warnings: string[];
}

/** An API server with the rules and the admission of the rehearsal cluster, and objects that were there before. */
export function createScene(objects: readonly Fields[], namespace: string) {
  const chance = createChance('scene');
  const registry = new Registry();
  const store = new Store();
  const clock = new ManualClock(Date.parse('2024-01-01T00:00:00Z'));
  const api = new Api({
    store,
    registry,
    clock,
    chance,
    rules: kindRules,
    admission: createAdmission({ chance: chance.fork('admission') }),
    schemaDefaults: (object, { shape }) =>
      withDefaults(object as unknown as JsonObject, shape) as unknown as StoredObject,
    schemaErrors: () => [],
    metaErrors,
    trackUpdate: () => undefined,
  });
  const resourceOf = (object: Fields) => {
    const resource = registry.ofKind(`${String(object['apiVersion'])} ${String(object['kind'])}`);
    if (resource === undefined) throw new Error(`no resource for ${String(object['kind'])}`);
    return resource;
  };
  /** Objects are put as they are: they were accepted once. */
  const put = (object: Fields): StoredObject => store.put(resourceOf(object), object as unknown as StoredObject);
  for (const object of objects) put(object);

  const attempt = (write: (by: Requester) => StoredObject, code: number, isDryRun = true): Outcome => {
    const warnings: string[] = [];
    const by = {
      user: 'kubernetes-admin',
      fieldManager: 'kubectl-create',
      isDryRun,
      warn: (text: string) => void warnings.push(text),
    };
    try {
      return { code, answer: write(by) as unknown as Fields, warnings };
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return { code: error.code, answer: error.status as unknown as Fields, warnings };
    }
  };
  const decoded = (object: Fields) => {
    const resource = resourceOf(object);
    const wanted = { group: resource.group, version: resource.version, kind: resource.kind };
    return readBody(Buffer.from(JSON.stringify(object)), 'application/json', wanted, 'Strict')
      .object as unknown as StoredObject;
  };
  return {
    api,
    store,
    registry,
    put,
    /** Creates, as a dry run unless it is told otherwise. */
    create: (object: Fields, isDryRun = true) => {
      const resource = resourceOf(object);
      return attempt(
        (by) =>
          api.create(
            resource,
            resource.isNamespaced ? namespace : undefined,
            decoded(object) as unknown as NewObject,
            by,
          ),
        201,
        isDryRun,
      );
    },
    /** Deletes as a dry run. */
    remove: (object: Fields) => {
      const resource = resourceOf(object);
      const { name } = object['metadata'] as { name: string };
      const target = { resource, namespace: resource.isNamespaced ? namespace : undefined, name };
      return attempt((by) => api.delete(target, {}, by).object, 200);
    },
    /** Replaces as a dry run what was put before. */
    replace: (object: Fields) => {
      const resource = resourceOf(object);
      const { name } = object['metadata'] as { name: string };
      const target = { resource, namespace: resource.isNamespaced ? namespace : undefined, name };
      return attempt(
        (by) =>
          api.update(target, by, (latest) => {
            const { metadata, ...rest } = decoded(object);
            // Versions are numbered by the store at hand.
            const { resourceVersion } =
              metadata.resourceVersion === undefined ? metadata : (latest ?? { metadata }).metadata;
            return { object: { ...rest, metadata: { ...metadata, resourceVersion } } as StoredObject };
          }),
        200,
      );
    },
  };
}
