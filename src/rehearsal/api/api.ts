import type { AdmissionPlugin, AdmissionRequest } from '../admission/admission.ts';
import type { Chance } from '../chance.ts';
import type { RehearsalClock } from '../clock.ts';
import type { NewObject, Reader } from '../controllers/client.ts';
import type { KindRules, RuleContext } from '../kinds/kind-rules.ts';
import type { JsonObject, StoredMeta, StoredObject } from '../objects.ts';
import { normalized } from '../patch/normalize.ts';
import { unlessOnlyTimesDiffer } from '../patch/managed-fields.ts';
import { isEqual } from '../store/equal.ts';
import type { Store } from '../store/store.ts';
import { deletion } from './deletion.ts';
import { budgetFor } from './eviction.ts';
import { hasGeneration } from './generation.ts';
import { Identities } from './identities.ts';
import { createReader } from './reader.ts';
import type { Registry } from './registry.ts';
import type { DeleteOptions, Requester, Target, TrackUpdate } from './requests.ts';
import { apiVersionOf, type Resource } from './resource.ts';
import { withGeneration, withManagedFields, withServerMeta } from './server-fields.ts';
import { builtInType } from './types.ts';
import { alreadyExists, conflict, invalid, notFound, outdated, StatusError, type FieldError } from './status-error.ts';

/** Parts of the API server that know about kinds; each is a module of its own. */
export interface ApiParts {
  store: Store;
  registry: Registry;
  clock: RehearsalClock;
  chance: Chance;
  rules(apiVersion: string, kind: string): KindRules;
  admission: readonly AdmissionPlugin[];
  /** Defaults that the shape of the kind carries, then those of its schema (custom resources). */
  schemaDefaults(object: StoredObject, resource: Resource, old: StoredObject | undefined): StoredObject;
  /** Validation of custom objects by their schema. */
  schemaErrors(object: StoredObject, old: StoredObject | undefined, resource: Resource): FieldError[];
  /** Errors of metadata that every kind shares. */
  metaErrors(object: StoredObject, old: StoredObject | undefined, resource: Resource): FieldError[];
  trackUpdate: TrackUpdate;
}

/** What the caller computed from the latest state: an update, a patch, an apply. `undefined`: as it is. */
export type Change = (latest: StoredObject | undefined) => {
  object: StoredObject;
  /** Set by an apply, which tracks by its own rules. */
  managedFields?: StoredMeta['managedFields'] | undefined;
};

/**
 * The writes of the API server: defaults, preparation, admission, validation, field management, storage, in the order
 * of k8s.io/apiserver/pkg/registry/generic/registry/store.go. Everything here is synchronous, so that no other write
 * comes between reading and storing.
 */
export class Api {
  readonly reader: Reader;
  readonly #parts: ApiParts;
  readonly #identities: Identities;

  constructor(parts: ApiParts) {
    this.#parts = parts;
    this.#identities = new Identities(parts.chance);
    this.reader = createReader(parts);
  }

  get registry(): Registry {
    return this.#parts.registry;
  }

  get store(): Store {
    return this.#parts.store;
  }

  get clock(): RehearsalClock {
    return this.#parts.clock;
  }

  read({ resource, namespace, name }: Target): StoredObject {
    const found = this.#parts.store.get(resource, namespace, name);
    if (found === undefined) throw notFound(resource, name);
    return found;
  }

  /** `applied`: managedFields of a create by server-side apply. */
  create(
    resource: Resource,
    namespace: string | undefined,
    body: NewObject,
    by: Requester,
    applied?: StoredMeta['managedFields'],
  ): StoredObject {
    const { store, clock } = this.#parts;
    const { name, uid, chance } = this.#identities.next(
      { resource, namespace, name: body.metadata.name, generateName: body.metadata.generateName },
      (made) => store.get(resource, namespace, made) !== undefined,
    );
    const {
      resourceVersion: _,
      managedFields: claimed,
      deletionTimestamp: __,
      deletionGracePeriodSeconds: ___,
      ...meta
    } = body.metadata;
    if (_ !== undefined && _ !== '')
      throw new StatusError(500, 'InternalError', 'resourceVersion should not be set on objects to be created');
    const named = {
      ...body,
      metadata: {
        ...meta,
        name,
        ...(namespace === undefined ? {} : { namespace }),
        uid,
        creationTimestamp: clock.timestamp(),
        ...(hasGeneration(resource) ? { generation: 1 } : {}),
      },
    } as StoredObject;
    const write = this.#writeBy(by, resource, () => chance);
    const { rules } = write;
    let object = this.#withDefaults(named, undefined, resource, rules);
    const sent = withManagedFields(object, claimed);
    const managedFields = applied ?? this.#tracked({ before: undefined, after: sent }, resource, by);
    const what = { operation: 'CREATE', resource, namespace, name } as const;
    object = this.#mutated(what, object, by);
    object = rules.prepareCreate?.(object, write.context) ?? object;
    object = this.#statusFor(object, undefined, resource);
    this.#validate(what, object, write);
    if (store.get(resource, namespace, object.metadata.name) !== undefined)
      throw alreadyExists(resource, object.metadata.name);
    return this.#stored(resource, withManagedFields(object, managedFields), by);
  }

  /**
   * Creates an object of the server's own parts that is as the server holds it already: all defaults filled in, nothing that
   * is left out, valid. Admission is asked as for any other.
   */
  createComplete(resource: Resource, object: NewObject, by: Requester): StoredObject {
    const { store, clock } = this.#parts;
    const { namespace, name } = object.metadata;
    const identity = this.#identities.next({ resource, namespace, name, generateName: undefined }, () => false);
    const what = { operation: 'CREATE', resource, namespace, name: identity.name } as const;
    const metadata = { ...object.metadata, uid: identity.uid, creationTimestamp: clock.timestamp() };
    const admitted = this.#mutated(what, { ...object, metadata } as StoredObject, by);
    this.#admit(what, admitted, by);
    if (store.get(resource, namespace, identity.name) !== undefined) throw alreadyExists(resource, identity.name);
    return this.#stored(resource, admitted, by);
  }

  /**
   * Changes an object: what the caller makes of the latest state is prepared, admitted, validated and stored. Without a
   * change nothing is written and the stored object comes back. `create` makes it when there is none (server-side apply).
   */
  update(target: Target, by: Requester, change: Change): StoredObject {
    const { store } = this.#parts;
    const { resource, namespace, name, subresource } = target;
    const old = this.read(target);
    const proposed = change(old);
    const sent = proposed.object;
    if (
      sent.metadata.resourceVersion !== undefined &&
      sent.metadata.resourceVersion !== '' &&
      sent.metadata.resourceVersion !== old.metadata.resourceVersion
    )
      throw outdated(resource, name);
    if (sent.metadata.uid !== undefined && sent.metadata.uid !== '' && sent.metadata.uid !== old.metadata.uid)
      throw conflict(
        resource,
        name,
        `Precondition failed: UID in precondition: ${sent.metadata.uid}, UID in object meta: ${old.metadata.uid}`,
      );
    const write = this.#writeBy(by, resource, () => this.#identities.of(old.metadata.uid));
    const { rules } = write;
    // What is tracked is what was sent, with defaults: before the strategy and admission do their part.
    // A binding sets its fields past defaults and validation (pkg/registry/core/pod/storage, assignPod).
    const isBinding = subresource === 'binding';
    let object = withServerMeta(sent, old);
    if (!isBinding) object = this.#withDefaults(object, old, resource, rules);
    const managedFields =
      'managedFields' in proposed
        ? proposed.managedFields
        : this.#tracked({ before: old, after: object }, resource, by, subresource);
    const what = { operation: 'UPDATE', resource, namespace, name, subresource, old } as const;
    object = this.#mutated(what, object, by);
    object = this.#statusFor(object, old, resource, subresource);
    if (subresource === undefined) object = rules.prepareUpdate?.(object, old, write.context) ?? object;
    // It fills in what the pod was made without, which is no new wish.
    if (!isBinding) object = withGeneration(object, old, resource, subresource);
    if (isBinding) this.#admit(what, object, by);
    else this.#validate(what, object, write);
    const result = unlessOnlyTimesDiffer(old, withManagedFields(object, managedFields));
    if (result === old || isEqual(result, old)) return old;
    if (by.isDryRun === true) return result;
    if (deletion.isComplete(result)) {
      store.remove(resource, result);
      return result;
    }
    return this.#stored(resource, result, by);
  }

  /** Returns the object while it lingers (finalizers, grace), and its last state once it is gone. */
  delete(target: Target, options: DeleteOptions, by: Requester): { object: StoredObject; isGone: boolean } {
    const { store, clock } = this.#parts;
    const { resource, namespace, name } = target;
    const old = this.read(target);
    const { uid, resourceVersion } = options.preconditions ?? {};
    if (uid !== undefined && uid !== old.metadata.uid)
      throw conflict(
        resource,
        name,
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid}`,
      );
    if (resourceVersion !== undefined && resourceVersion !== old.metadata.resourceVersion)
      throw conflict(
        resource,
        name,
        `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${old.metadata.resourceVersion}`,
      );
    const request = admissionRequest({ operation: 'DELETE', resource, namespace, name, old }, undefined, by);
    for (const plugin of this.#parts.admission) plugin.validate?.(request, this.reader);
    // Less than nothing is a second (registry/rest/delete.go, BeforeDelete).
    const asked =
      options.gracePeriodSeconds === undefined || options.gracePeriodSeconds >= 0 ? options.gracePeriodSeconds : 1;
    const grace = this.#rulesOf(resource).gracePeriod?.(old, asked);
    const next = deletion.begin(old, { resource, options, grace, now: clock.now() });
    if (by.isDryRun === true) return { object: next ?? old, isGone: next === undefined };
    if (next === undefined) {
      const last = grace === undefined ? old : deletion.hurried(old, clock.now());
      return { object: store.remove(resource, last === old ? old : store.put(resource, last)), isGone: true };
    }
    return { object: next === old ? old : store.put(resource, next), isGone: false };
  }

  /** Deletes a pod as far as its PodDisruptionBudget allows, and counts the disruption there. */
  evict(target: Target, options: DeleteOptions, by: Requester): void {
    const pod = this.read(target);
    const budget = budgetFor(pod, this.reader);
    if (budget !== undefined && by.isDryRun !== true) {
      const resource = this.registry.ofKind('policy/v1 PodDisruptionBudget');
      const status = budget['status'] as { disruptionsAllowed: number; disruptedPods?: object };
      if (resource !== undefined)
        this.#parts.store.put(resource, {
          ...budget,
          status: {
            ...status,
            disruptionsAllowed: status.disruptionsAllowed - 1,
            disruptedPods: { ...status.disruptedPods, [pod.metadata.name]: this.clock.timestamp() },
          },
        });
    }
    this.delete({ ...target, subresource: undefined }, options, by);
  }

  #stored(resource: Resource, object: StoredObject, by: Requester): StoredObject {
    return by.isDryRun === true ? object : this.#parts.store.put(resource, object);
  }

  #rulesOf(resource: Resource): KindRules {
    return resource.custom === undefined ? this.#parts.rules(apiVersionOf(resource), resource.kind) : {};
  }

  #writeBy(by: Requester, resource: Resource, chanceOf: () => Chance): Write {
    const warnings: string[] = [];
    const context = {
      reader: this.reader,
      clock: this.#parts.clock,
      get chance() {
        return chanceOf();
      },
      warn: (text: string) => void warnings.push(text),
    };
    return { by, rules: this.#rulesOf(resource), context, warnings };
  }

  #withDefaults(
    object: StoredObject,
    old: StoredObject | undefined,
    resource: Resource,
    rules: KindRules,
  ): StoredObject {
    const filled = this.#parts.schemaDefaults(object, resource, old);
    const complete = rules.defaults?.(filled, old) ?? filled;
    return normalized(
      complete as unknown as JsonObject,
      resource.shape,
      builtInType,
      old as unknown as JsonObject | undefined,
    ) as unknown as StoredObject;
  }

  /** A main write leaves the status as it was, a write of the status leaves everything else (resetFields of the strategies). */
  #statusFor(
    object: StoredObject,
    old: StoredObject | undefined,
    resource: Resource,
    subresource?: string,
  ): StoredObject {
    const separates = resource.custom?.hasStatus ?? resource.subresources.some(({ name }) => name === 'status');
    if (!separates) return object;
    if (subresource === 'status' && old !== undefined) {
      const { labels: _labels, annotations: _annotations, ...meta } = old.metadata;
      void _labels;
      void _annotations;
      return {
        ...old,
        metadata: {
          ...meta,
          ...(object.metadata.labels === undefined ? {} : { labels: object.metadata.labels }),
          ...(object.metadata.annotations === undefined ? {} : { annotations: object.metadata.annotations }),
        },
        ...(object['status'] === undefined ? {} : { status: object['status'] as unknown }),
      };
    }
    if (subresource !== undefined) return object;
    const { status: _, ...rest } = object;
    // The rules of a kind give a new object its first status; that of a client is dropped by them.
    if (old === undefined) return resource.custom === undefined ? object : (rest as StoredObject);
    return { ...rest, ...(old['status'] === undefined ? {} : { status: old['status'] as unknown }) } as StoredObject;
  }

  #mutated(what: Operation, object: StoredObject, by: Requester): StoredObject {
    let request = admissionRequest(what, object, by);
    let admitted = object;
    for (const plugin of this.#parts.admission) {
      const next = plugin.mutate?.(request, this.reader) ?? admitted;
      if (next === admitted) continue;
      admitted = next;
      request = { ...request, object: next };
    }
    return admitted;
  }

  /** Throws for what is wrong, first by the rules of the kind, then by admission; what is only warned of is told after that. */
  #validate(what: Operation, object: StoredObject, { by, rules, context, warnings }: Write): void {
    const { metaErrors, schemaErrors } = this.#parts;
    const { resource, old, subresource } = what;
    const errors = [
      ...metaErrors(object, old, resource),
      ...(rules.validate?.(object, context, old) ?? []),
      ...(old === undefined || subresource !== undefined ? [] : (rules.validateUpdate?.(object, old, context) ?? [])),
      ...(resource.custom === undefined ? [] : schemaErrors(object, old, resource)),
    ];
    if (errors.length > 0) throw invalid(resource, object.metadata.name ?? '', errors);
    this.#admit(what, object, by);
    for (const warning of warnings) by.warn?.(warning);
  }

  #admit(what: Operation, object: StoredObject, by: Requester): void {
    const request = admissionRequest(what, object, by);
    const { admission } = this.#parts;
    for (const plugin of admission) plugin.validate?.(request, this.reader);
    if (by.isDryRun === true) return;
    for (const plugin of admission)
      for (const changed of plugin.statuses?.(request, this.reader) ?? []) this.#note(changed);
  }

  /** What the API server itself writes of a request, through its own client. */
  #note(object: StoredObject): void {
    const { apiVersion, kind, metadata } = object;
    const resource = this.registry.ofKind(`${apiVersion} ${kind}`);
    if (resource === undefined) return;
    const { namespace, name } = metadata;
    this.update({ resource, namespace, name, subresource: 'status' }, itself, () => ({ object }));
  }

  #tracked(
    { before, after }: { before: StoredObject | undefined; after: StoredObject },
    resource: Resource,
    by: Requester,
    subresource?: string,
  ): StoredMeta['managedFields'] {
    return this.#parts.trackUpdate({
      before,
      after,
      manager: by.fieldManager,
      time: this.#parts.clock.timestamp(),
      resource: by.asked ?? resource,
      subresource,
    });
  }
}

const itself: Requester = { user: 'system:apiserver', fieldManager: 'kube-apiserver' };

/** One write on its way. */
interface Write {
  by: Requester;
  rules: KindRules;
  context: RuleContext;
  /** Of the rules; told once nothing is wrong. */
  warnings: readonly string[];
}

interface Operation extends Pick<AdmissionRequest, 'operation' | 'resource' | 'name'> {
  namespace: string | undefined;
  subresource?: string | undefined;
  old?: StoredObject;
}

function admissionRequest(
  { operation, resource, name, namespace, subresource, old }: Operation,
  object: StoredObject | undefined,
  by: Requester,
): AdmissionRequest {
  const { user, isDryRun = false } = by;
  return {
    operation,
    resource,
    name,
    namespace,
    subresource,
    object,
    old,
    user,
    isDryRun,
    warn: (text) => by.warn?.(text),
  };
}
