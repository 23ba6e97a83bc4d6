import type { Json, JsonObject, ManagedFieldsEntry } from '../objects.ts';
import { fieldSetFromJson, fieldSetToJson, isEmpty, type FieldSet } from './field-set.ts';
import { goJson } from './go-format.ts';
import { Remembered } from './remembered.ts';
import { isObject } from './structure.ts';

/** Who manages which fields: one entry of `metadata.managedFields`, read. */
export interface FieldManager {
  /** One for each (manager, operation, apiVersion, subresource); an applier keeps its own in every version. */
  id: string;
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  subresource?: string | undefined;
  /** RFC 3339. Absent when nobody noted it. */
  time?: string | undefined;
  fields: FieldSet;
  /** The entry it was read from, when nothing has changed since. */
  entry?: ManagedFieldsEntry;
}

type Identity = Pick<FieldManager, 'manager' | 'operation' | 'apiVersion' | 'subresource'>;

/** The identity as one text. Its order decides between entries of one time (managedfields, BuildManagerIdentifier). */
export function managerId({ manager, operation, apiVersion, subresource = '' }: Identity): string {
  return ids.of(`${manager}\n${operation}\n${operation === 'Apply' ? '' : apiVersion}\n${subresource}`);
}

const ids = new Remembered((text) => {
  const [manager = '', operation = '', apiVersion = '', subresource = ''] = text.split('\n');
  const parts = [
    ...(manager === '' ? [] : [`"manager":${goJson(manager)}`]),
    `"operation":"${operation}"`,
    ...(apiVersion === '' ? [] : [`"apiVersion":${goJson(apiVersion)}`]),
    ...(subresource === '' ? [] : [`"subresource":${goJson(subresource)}`]),
  ];
  return `{${parts.join(',')}}`;
});

/** As conflicts name it: `"kubectl-edit" using apps/v1`, `"kubelet" with subresource "status" using v1`, `"helm"`. */
export function printManager({ manager, operation, apiVersion, subresource }: Identity): string {
  const where = subresource === undefined || subresource === '' ? '' : ` with subresource ${goJson(subresource)}`;
  return `${goJson(manager)}${where}${operation === 'Update' ? ` using ${apiVersion}` : ''}`;
}

/** Sets that are in the form of the server: made here, or read before. */
const checked = new WeakSet<object>();

/** Reads entries; undefined when one of them is not what an entry must be. */
export function readManagers(entries: readonly ManagedFieldsEntry[] | undefined): FieldManager[] | undefined {
  const managers: FieldManager[] = [];
  for (const entry of entries ?? []) {
    const manager = readManager(entry);
    if (manager === undefined) return undefined;
    const index = managers.findIndex(({ id }) => id === manager.id);
    if (index === -1) managers.push(manager);
    else managers[index] = manager;
  }
  return managers;
}

function readManager(entry: ManagedFieldsEntry): FieldManager | undefined {
  const { manager = '', operation, apiVersion, subresource, time } = entry as Partial<ManagedFieldsEntry>;
  if ((operation !== 'Apply' && operation !== 'Update') || !apiVersion) return undefined;
  if (entry.fieldsType !== 'FieldsV1') return undefined;
  const fields = readFields(entry.fieldsV1 as Json | undefined);
  if (fields === undefined) return undefined;
  const identity = { manager, operation, apiVersion, subresource };
  const isSame = fields === (entry.fieldsV1 as unknown);
  return { ...identity, id: managerId(identity), time, fields, ...(isSame ? { entry } : {}) };
}

function readFields(fields: Json | undefined): FieldSet | undefined {
  if (fields === undefined || fields === null) return fieldSetFromJson({});
  if (!isObject(fields)) return undefined;
  if (checked.has(fields)) return fields as FieldSet;
  try {
    const set = fieldSetFromJson(fields);
    checked.add(set);
    return set;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/**
 * Writes entries in the order of the server: appliers first, then by time, manager, version and subresource. Undefined
 * when nobody manages anything.
 */
export function writeManagers(managers: readonly FieldManager[]): ManagedFieldsEntry[] | undefined {
  const entries = managers.filter(({ fields }) => !isEmpty(fields)).map(writeManager);
  return entries.length === 0 ? undefined : entries.sort(compareEntries);
}

function writeManager({ entry, manager, operation, apiVersion, subresource, time, fields }: FieldManager) {
  if (entry !== undefined) return entry;
  const fieldsV1 = fieldSetToJson(fields);
  checked.add(fieldsV1);
  const written: ManagedFieldsEntry = {
    manager,
    operation,
    apiVersion,
    ...(time === undefined ? {} : { time }),
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...(subresource === undefined || subresource === '' ? {} : { subresource }),
  };
  return written;
}

const compareText = (one: string, other: string): number => (one === other ? 0 : one < other ? -1 : 1);

/** Seconds since 1970; 0 for none, as the server counts it. */
export const secondsOf = (time: string | undefined): number =>
  time === undefined ? 0 : Math.floor(Date.parse(time) / 1000);

function compareEntries(one: ManagedFieldsEntry, other: ManagedFieldsEntry): number {
  return (
    compareText(one.operation, other.operation) ||
    (one.time === other.time ? 0 : secondsOf(one.time) - secondsOf(other.time)) ||
    compareText(one.manager, other.manager) ||
    compareText(one.apiVersion, other.apiVersion) ||
    compareText(one.subresource ?? '', other.subresource ?? '')
  );
}

/** What a client sends to have nobody manage anything: an empty list, or one entry with nothing in it. */
export function isReset(entries: readonly ManagedFieldsEntry[] | undefined): boolean {
  if (entries === undefined || (entries as unknown) === null) return false;
  const [first] = entries;
  return first === undefined || (entries.length === 1 && isBlank(first as unknown as JsonObject));
}

const isBlank = (entry: JsonObject): boolean => Object.values(entry).every((value) => value === '' || value === null);
