import type { Shape, TypeLookup } from '../api/shape.ts';
import type { Json } from '../objects.ts';
import { leaf, NodeBuilder, noFields, type FieldSet } from './field-set.ts';
import { fieldElement, type PathElement } from './path-element.ts';
import { anyShape, elementOf, elementShape, fieldShape, isObject, structureOf, type Structure } from './structure.ts';

/**
 * The fields that a value mentions: leaves, and the keys of maps and elements of lists that are owned one by one
 * (structured-merge-diff, typed/tofieldset.go). Unlike a comparison it does not count the structs in between.
 */
export function fieldsOfValue(value: Json, shape: Shape, lookup: TypeLookup): FieldSet {
  return mentioned(value, shape, lookup) ?? noFields;
}

function mentioned(value: Json, shape: Shape, lookup: TypeLookup): FieldSet | undefined {
  const structure = structureOf(shape, lookup);
  switch (structure.kind) {
    case 'leaf':
      return leaf;
    case 'set':
    case 'list':
      return Array.isArray(value) ? mentionedItems(value, structure, lookup) : undefined;
    case 'struct':
    case 'map':
      return mentionedFields(value, structure, lookup);
    case 'deduced':
      return isObject(value) ? mentionedFields(value, structure, lookup) : leaf;
  }
}

function mentionedFields(value: Json, structure: Structure, lookup: TypeLookup): FieldSet | undefined {
  if (!isObject(value)) return undefined;
  const builder = new NodeBuilder();
  for (const field in value) {
    const child = value[field];
    if (child === undefined || (structure.kind === 'struct' && field === structure.ignored)) continue;
    const isDeclared = structure.kind === 'struct' && structure.fields[field] !== undefined;
    const isItself = !isDeclared || child === null || (isObject(child) && Object.keys(child).length === 0);
    const below = mentioned(child, fieldShape(structure, field) ?? anyShape, lookup);
    builder.add(fieldElement(field), isItself ? withSelf(below) : below);
  }
  return builder.node(false);
}

function mentionedItems(items: readonly Json[], structure: Structure, lookup: TypeLookup): FieldSet | undefined {
  const byElement = new Map<PathElement, FieldSet>();
  for (const item of items) {
    const element = elementOf(item, structure);
    if (element === undefined) continue;
    // Elements with the same keys are owned as a whole, all together.
    byElement.set(element, byElement.has(element) ? leaf : withSelf(mentioned(item, elementShape(structure), lookup)));
  }
  const builder = new NodeBuilder();
  for (const [element, node] of byElement) builder.add(element, node);
  return builder.node(false);
}

const withSelf = (node: FieldSet | undefined): FieldSet =>
  node === undefined || node === leaf || node['.'] !== undefined ? (node ?? leaf) : { '.': leaf, ...node };
