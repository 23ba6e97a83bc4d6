import type { CustomResource, Resource, Subresource } from '../api/resource.ts';
import type { Shape } from '../api/shape.ts';
import type { JsonSchema } from './structural-schema.ts';

/** The parts of a CustomResourceDefinition that make resources. */
export interface Definition {
  spec: {
    group: string;
    scope: string;
    names: {
      plural: string;
      singular?: string;
      kind: string;
      listKind?: string;
      shortNames?: string[];
      categories?: string[];
    };
    versions: DefinitionVersion[];
  };
}

export interface DefinitionVersion {
  name: string;
  served: boolean;
  storage: boolean;
  deprecated?: boolean;
  deprecationWarning?: string;
  schema?: { openAPIV3Schema?: JsonSchema };
  subresources?: {
    status?: object;
    scale?: { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath?: string };
  };
  additionalPrinterColumns?: {
    name: string;
    type: string;
    jsonPath: string;
    format?: string;
    description?: string;
    priority?: number;
  }[];
}

const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const subresourceVerbs = ['get', 'patch', 'update'];
/** The columns of a version that names none. */
const ageColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };

/** The resources that a definition makes: one for each version that is served. */
export function customResources({ spec }: Definition): Resource[] {
  const { group, names, scope } = spec;
  return spec.versions
    .filter(({ served }) => served)
    .map((version) => ({
      group,
      version: version.name,
      kind: names.kind,
      plural: names.plural,
      singular: names.singular ?? names.kind.toLowerCase(),
      shortNames: names.shortNames ?? [],
      categories: names.categories ?? [],
      isNamespaced: scope === 'Namespaced',
      verbs,
      subresources: subresourcesOf(group, names.kind, version),
      storage: `${group}/${names.plural}`,
      shape: rootShape(version.schema?.openAPIV3Schema ?? {}),
      custom: customOf(version),
    }));
}

function subresourcesOf(group: string, kind: string, { name, subresources }: DefinitionVersion): Subresource[] {
  const found: Subresource[] = [];
  if (subresources?.status !== undefined)
    found.push({ name: 'status', group, version: name, kind, verbs: subresourceVerbs });
  if (subresources?.scale !== undefined)
    found.push({ name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: subresourceVerbs });
  return found;
}

function customOf({ schema, subresources, additionalPrinterColumns }: DefinitionVersion): CustomResource {
  const columns = additionalPrinterColumns ?? [];
  return {
    schema: schema?.openAPIV3Schema ?? {},
    hasStatus: subresources?.status !== undefined,
    ...(subresources?.scale === undefined ? {} : { scale: subresources.scale }),
    columns: columns.length === 0 ? [ageColumn] : columns,
  };
}

/** Every object has a kind and metadata, also where the schema does not say so. */
function rootShape(schema: JsonSchema): Shape {
  const shape = shapeOf(schema);
  return {
    ...shape,
    type: 'object',
    fields: {
      ...shape.fields,
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { type: 'object', ref: 'meta.v1.ObjectMeta' },
    },
  };
}

/** A schema as far as merging and managed fields must know it; its limits stay in the schema. */
export function shapeOf(schema: JsonSchema): Shape {
  const more = {
    ...(schema.default === undefined ? {} : { default: schema.default }),
    ...(schema.enum?.every((item) => typeof item === 'string') === true ? { enum: schema.enum } : {}),
    ...(schema.format === undefined ? {} : { format: schema.format }),
  };
  if (schema['x-kubernetes-int-or-string'] === true) return { type: 'int-or-string', ...more };
  if (schema.type === 'array') return { ...listShape(schema), ...more };
  if (schema.type === 'object') return { ...objectShape(schema), ...more };
  if (schema.type === 'string' || schema.type === 'integer' || schema.type === 'number' || schema.type === 'boolean')
    return { type: schema.type, ...more };
  return { type: 'any', ...(keepsUnknown(schema) ? { keepsUnknown: true } : {}), ...more };
}

function listShape(schema: JsonSchema): Shape {
  const keys = schema['x-kubernetes-list-map-keys'];
  return {
    type: 'list',
    items: schema.items === undefined ? { type: 'any' } : shapeOf(schema.items),
    listType: schema['x-kubernetes-list-type'] ?? 'atomic',
    ...(keys === undefined ? {} : { keys }),
  };
}

function objectShape(schema: JsonSchema): Shape {
  const isAtomic = schema['x-kubernetes-map-type'] === 'atomic' ? { atomic: true } : {};
  const { properties, additionalProperties } = schema;
  if (properties === undefined && typeof additionalProperties === 'object')
    return { type: 'map', values: shapeOf(additionalProperties), ...isAtomic };
  if (properties === undefined && additionalProperties === true)
    return { type: 'map', values: { type: 'any' }, ...isAtomic };
  const fields = Object.fromEntries(Object.entries(properties ?? {}).map(([name, field]) => [name, shapeOf(field)]));
  const embedded: Record<string, Shape> =
    schema['x-kubernetes-embedded-resource'] === true
      ? {
          apiVersion: { type: 'string' },
          kind: { type: 'string' },
          metadata: { type: 'object', ref: 'meta.v1.ObjectMeta' },
        }
      : {};
  return {
    type: 'object',
    fields: { ...fields, ...embedded },
    ...(schema.required === undefined ? {} : { required: schema.required }),
    ...(keepsUnknown(schema) ? { keepsUnknown: true } : {}),
    ...isAtomic,
  };
}

const keepsUnknown = (schema: JsonSchema) => schema['x-kubernetes-preserve-unknown-fields'] === true;
