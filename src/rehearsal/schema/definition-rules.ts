import { isDeepStrictEqual } from 'node:util';
import type { FieldError } from '../api/status-error.ts';
import { FieldErrors } from '../kinds/field-errors.ts';
import type { KindRules } from '../kinds/kind-rules.ts';
import { dns1035Label, dnsSubdomain } from '../kinds/names.ts';
import type { StoredObject } from '../objects.ts';
import { checkColumns, checkScale, checkVersionSchema, checkWarning } from './definition-version.ts';
import type { Definition, DefinitionVersion } from './structural.ts';
import type { JsonSchema } from './structural-schema.ts';

type Names = Definition['spec']['names'];

/** As a client may write it: anything may be missing. */
interface Spec {
  group?: string;
  scope?: string;
  names?: Partial<Names>;
  versions?: DefinitionVersion[] | null;
  preserveUnknownFields?: boolean;
  conversion?: {
    strategy?: string;
    webhook?: { clientConfig?: { url?: string; service?: object }; conversionReviewVersions?: string[] };
  };
}

interface Status {
  storedVersions?: string[];
}

const specOf = (object: StoredObject) => (object['spec'] ?? {}) as Spec;
const statusOf = (object: StoredObject) => (object['status'] ?? {}) as Status;
const versionsOf = (spec: Spec) => spec.versions ?? [];

/**
 * What the server does with CustomResourceDefinitions (apiextensions-apiserver, pkg/apis/apiextensions and
 * registry/customresourcedefinition). Conditions and accepted names are a controller's.
 */
export const customResourceDefinitionRules: KindRules = {
  defaults(object) {
    const spec = specOf(object);
    const { names, conversion } = spec;
    if (names === undefined) return object;
    const { kind = '' } = names;
    const singular = names.singular || kind.toLowerCase();
    const listKind = names.listKind || (kind === '' ? '' : `${kind}List`);
    const isComplete =
      singular === (names.singular ?? '') && listKind === (names.listKind ?? '') && conversion !== undefined;
    if (isComplete) return object;
    const full = { ...names, ...(singular === '' ? {} : { singular }), ...(listKind === '' ? {} : { listKind }) };
    return { ...object, spec: { ...spec, names: full, conversion: conversion ?? { strategy: 'None' } } };
  },
  prepareCreate(object) {
    return {
      ...object,
      status: { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: stored(specOf(object), []) },
    };
  },
  prepareUpdate(object, old) {
    const status = (old['status'] ?? {}) as Status;
    const before = status.storedVersions ?? [];
    const versions = stored(specOf(object), before);
    const after = versions.length === before.length ? status : { ...status, storedVersions: versions };
    return object['status'] === after ? object : { ...object, status: after };
  },
  validate: (object) => definitionErrors(object),
  validateUpdate(object, old) {
    const errors = new FieldErrors();
    const [spec, before] = [specOf(object), specOf(old)];
    if (isEstablished(old)) {
      immutable(errors, 'spec.scope', spec.scope, before.scope);
      immutable(errors, 'spec.names.kind', spec.names?.kind, before.names?.kind);
    }
    immutable(errors, 'spec.group', spec.group, before.group);
    immutable(errors, 'spec.names.plural', spec.names?.plural, before.names?.plural);
    return errors.list;
  },
};

function immutable(errors: FieldErrors, path: string, value: string | undefined, before: string | undefined): void {
  errors.immutable(path, value, value !== before);
}

function isEstablished(object: StoredObject): boolean {
  const { conditions } = (object['status'] ?? {}) as { conditions?: { type: string; status: string }[] | null };
  return (conditions ?? []).some(({ type, status }) => type === 'Established' && status === 'True');
}

/** With the storage version; versions that were stored once stay. */
function stored(spec: Spec, before: readonly string[]): string[] {
  const storage = versionsOf(spec).find((version) => version.storage);
  return storage === undefined || before.includes(storage.name) ? [...before] : [...before, storage.name];
}

function definitionErrors(object: StoredObject): FieldError[] {
  const spec = specOf(object);
  const errors = new FieldErrors();
  const { plural = '' } = spec.names ?? {};
  if (object.metadata.name !== `${plural}.${spec.group ?? ''}`)
    errors.invalid('metadata.name', object.metadata.name, 'must be spec.names.plural+"."+spec.group');
  checkSpec(errors, spec);
  checkStoredVersions(errors, statusOf(object).storedVersions ?? [], spec);
  if (spec.preserveUnknownFields === true)
    errors.invalid(
      'spec.preserveUnknownFields',
      true,
      'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
    );
  return errors.list;
}

function checkSpec(errors: FieldErrors, spec: Spec): void {
  const { group = '' } = spec;
  if (group === '') errors.required('spec.group');
  else if (dnsSubdomain(group).length > 0) errors.invalid('spec.group', group, dnsSubdomain(group).join(','));
  else if (!group.includes('.')) errors.invalid('spec.group', group, 'should be a domain with at least one dot');
  errors.oneOf('spec.scope', spec.scope, ['Cluster', 'Namespaced']);
  versionsOf(spec).forEach((version, index) => {
    if (version.schema?.openAPIV3Schema === undefined)
      errors.required(`spec.versions[${index}].schema.openAPIV3Schema`);
  });
  if (
    spec.preserveUnknownFields === true &&
    versionsOf(spec).some(({ schema }) => hasDefaults(schema?.openAPIV3Schema))
  )
    errors.invalid('spec.preserveUnknownFields', true, 'must be false in order to use defaults in the schema');
  checkVersions(errors, spec);
  checkNames(errors, spec);
  // What all versions have in common is checked once, where internal types keep it.
  const [first] = versionsOf(spec);
  if (first !== undefined && isCommon(spec, 'schema')) checkVersionSchema(errors, first, 'spec.validation');
  if (first !== undefined && isCommon(spec, 'subresources')) checkScale(errors, first, 'spec.subresources');
  if (first !== undefined && isCommon(spec, 'additionalPrinterColumns'))
    checkColumns(errors, first, 'spec.additionalPrinterColumns');
  checkConversion(errors, spec);
}

/** Whether every version says the same: then internal types have it once, for the whole definition. */
function isCommon(spec: Spec, field: 'schema' | 'subresources' | 'additionalPrinterColumns'): boolean {
  const [first, ...others] = versionsOf(spec);
  return first?.[field] !== undefined && others.every((version) => isDeepStrictEqual(version[field], first[field]));
}

function checkVersions(errors: FieldErrors, spec: Spec): void {
  const versions = versionsOf(spec);
  versions.forEach((version, index) => {
    const path = `spec.versions[${index}]`;
    errors.each(`${path}.name`, version.name, dns1035Label(version.name));
    if (version.deprecationWarning !== undefined) checkWarning(errors, version, `${path}.deprecationWarning`);
    if (!isCommon(spec, 'schema')) checkVersionSchema(errors, version, `${path}.schema`);
    if (!isCommon(spec, 'subresources')) checkScale(errors, version, `${path}.subresources`);
    if (!isCommon(spec, 'additionalPrinterColumns')) checkColumns(errors, version, `${path}.additionalPrinterColumns`);
  });
  const shown = internalVersions(versions);
  if (new Set(versions.map(({ name }) => name)).size !== versions.length)
    errors.invalidText('spec.versions', shown, 'must contain unique version names');
  if (versions.filter(({ storage }) => storage).length !== 1)
    errors.invalidText('spec.versions', shown, 'must have exactly one version marked as storage version');
  const [first] = versions;
  if (first !== undefined) errors.each('spec.version', first.name, dns1035Label(first.name));
}

/** As Go prints the internal type, in which what versions have in common is not repeated. */
function internalVersions(versions: readonly DefinitionVersion[]): string {
  return JSON.stringify(
    versions.map(({ name, served, storage, deprecated = false, deprecationWarning = null }) => ({
      Name: name,
      Served: served,
      Storage: storage,
      Deprecated: deprecated,
      DeprecationWarning: deprecationWarning,
      Schema: null,
      Subresources: null,
      AdditionalPrinterColumns: null,
      SelectableFields: null,
    })),
  );
}

function checkNames(errors: FieldErrors, spec: Spec): void {
  const names = spec.names ?? {};
  for (const name of ['plural', 'singular', 'kind', 'listKind'] as const)
    if ((names[name] ?? '') === '') errors.required(`spec.names.${name}`);
  for (const name of ['plural', 'singular'] as const) {
    const text = names[name] ?? '';
    if (text !== '') errors.each(`spec.names.${name}`, text, dns1035Label(text));
  }
  for (const name of ['kind', 'listKind'] as const) {
    const text = names[name] ?? '';
    const wrong = text === '' ? [] : dns1035Label(text.toLowerCase());
    if (wrong.length > 0)
      errors.invalid(`spec.names.${name}`, text, `may have mixed case, but should otherwise match: ${wrong.join(',')}`);
  }
  (names.shortNames ?? []).forEach((text, index) =>
    errors.each(`spec.names.shortNames[${index}]`, text, dns1035Label(text)),
  );
  if ((names.kind ?? '') !== '' && names.kind === names.listKind)
    errors.invalid('spec.names.listKind', names.listKind, 'kind and listKind may not be the same');
  (names.categories ?? []).forEach((text, index) =>
    errors.each(`spec.names.categories[${index}]`, text, dns1035Label(text)),
  );
}

function checkConversion(errors: FieldErrors, { conversion }: Spec): void {
  if (conversion === undefined) return;
  errors.oneOf('spec.conversion.strategy', conversion.strategy, ['None', 'Webhook']);
  const { clientConfig, conversionReviewVersions: versions = [] } = conversion.webhook ?? {};
  const config = 'spec.conversion.webhookClientConfig';
  const reviews = 'spec.conversion.conversionReviewVersions';
  if (conversion.strategy !== 'Webhook') {
    const detail = 'should not be set when strategy is not set to Webhook';
    if (clientConfig !== undefined) errors.forbidden(config, detail);
    if (versions.length > 0) errors.forbidden(reviews, detail);
    return;
  }
  if (clientConfig === undefined) errors.required(config, 'required when strategy is set to Webhook');
  else if ((clientConfig.url === undefined) === (clientConfig.service === undefined))
    errors.required(config, 'exactly one of url or service is required');
  if (versions.length === 0) errors.required(reviews);
  else if (!versions.some((version) => version === 'v1' || version === 'v1beta1'))
    errors.invalid(reviews, versions, 'must include at least one of v1, v1beta1');
}

function checkStoredVersions(errors: FieldErrors, storedVersions: readonly string[], spec: Spec): void {
  const path = 'status.storedVersions';
  if (storedVersions.length === 0) {
    errors.invalid(path, null, 'must have at least one stored version');
    return;
  }
  const names = versionsOf(spec).map(({ name }) => name);
  const twice = versionsOf(spec).filter(
    ({ name, storage }, index) => storage && (!storedVersions.includes(name) || names.indexOf(name) !== index),
  );
  for (const { name } of twice) errors.invalid(path, storedVersions, `must have the storage version ${name}`);
  storedVersions.forEach((name, index) => {
    if (names.includes(name)) return;
    errors.invalid(
      `${path}[${index}]`,
      name,
      `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`,
    );
  });
}

function hasDefaults(schema: JsonSchema | undefined): boolean {
  if (schema === undefined) return false;
  if (schema.default !== undefined) return true;
  const { properties = {}, additionalProperties, items } = schema;
  const inner = [
    ...Object.values(properties),
    items,
    typeof additionalProperties === 'object' ? additionalProperties : undefined,
  ];
  return inner.some(hasDefaults);
}
