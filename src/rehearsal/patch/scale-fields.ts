import type { ManagedFieldsEntry } from '../objects.ts';
import { difference, fieldSetOf, has, isEmpty, type FieldSet } from './field-set.ts';
import { withFields } from './field-owners.ts';
import { readManagers, writeManagers, type FieldManager } from './managers.ts';
import { fieldElement } from './path-element.ts';

/** In which version a Scale is managed, and where its number of replicas is in the object that is scaled. */
interface ScaleTerms {
  /** Of the resource that is scaled: `apps/v1`. */
  apiVersion: string;
  /** `.spec.replicas`, as a CustomResourceDefinition names it. */
  replicasPath: string;
}

const scaleVersion = 'autoscaling/v1';
const elementsOfPath = (path: string) =>
  path
    .split('.')
    .filter((name) => name !== '')
    .map((name) => fieldElement(name));
const scaleReplicas = elementsOfPath('.spec.replicas');

/**
 * `metadata.managedFields` of the Scale of an object: those who manage its number of replicas manage that of the Scale
 * (apimachinery, pkg/util/managedfields/scalehandler.go).
 */
export function scaleEntries(
  parent: readonly ManagedFieldsEntry[] | undefined,
  { apiVersion, replicasPath }: ScaleTerms,
): ManagedFieldsEntry[] | undefined {
  const path = elementsOfPath(replicasPath);
  const managers = (readManagers(parent) ?? []).filter(
    (manager) => manager.apiVersion === apiVersion && hasPath(manager.fields, path),
  );
  return writeManagers(
    managers.map((manager) => ({ ...withFields(manager, fieldSetOf(scaleReplicas)), apiVersion: scaleVersion })),
  );
}

/**
 * `metadata.managedFields` of the object after those of its Scale have become `scale`. As on the server, an updater is
 * another one here and there, for its identity names the version: it gives its replicas away even to itself, in an entry of
 * its own without a time.
 */
export function parentEntries(
  parent: readonly ManagedFieldsEntry[] | undefined,
  scale: readonly ManagedFieldsEntry[] | undefined,
  { apiVersion, replicasPath }: ScaleTerms,
): ManagedFieldsEntry[] | undefined {
  const path = elementsOfPath(replicasPath);
  const replicas = fieldSetOf(path);
  const parents = (readManagers(parent) ?? []).filter((manager) => manager.apiVersion === apiVersion);
  const scalers = new Map((readManagers(scale) ?? []).map((manager) => [manager.id, manager]));
  const kept = new Map<string, FieldManager>();
  for (const manager of parents) {
    const isKept = !hasPath(manager.fields, path) || scalers.delete(manager.id);
    const fields = isKept ? manager.fields : difference(manager.fields, replicas);
    if (!isEmpty(fields)) kept.set(manager.id, withFields(manager, fields));
  }
  for (const scaler of scalers.values()) {
    if (!hasPath(scaler.fields, scaleReplicas)) continue;
    const time = parents.find(({ id }) => id === scaler.id)?.time;
    kept.set(scaler.id, { ...withFields(scaler, replicas), apiVersion, time });
  }
  return writeManagers([...kept.values()]);
}

function hasPath(set: FieldSet, path: readonly string[]): boolean {
  let node: FieldSet | undefined = set;
  for (const element of path.slice(0, -1)) node = node?.[element];
  return node !== undefined && has(node, path.at(-1) ?? '');
}
