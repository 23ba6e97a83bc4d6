import type { Shape, TypeLookup } from '../api/shape.ts';
import type { Json, JsonObject } from '../objects.ts';
import { leaf, NodeBuilder, noFields, type FieldSet } from './field-set.ts';
import { fieldElement, type PathElement } from './path-element.ts';
import { isEqual } from '../store/equal.ts';
import {
  anyShape,
  elementOf,
  elementShape,
  fieldShape,
  hasZeros,
  isObject,
  structureOf,
  type Structure,
} from './structure.ts';

/** Fields that differ: `changed` are those that the second object has added or holds another value of. */
export interface Difference {
  changed: FieldSet;
  removed: FieldSet;
}

interface NodeDifference {
  changed?: FieldSet | undefined;
  removed?: FieldSet | undefined;
}

/**
 * Compares two objects of one shape (structured-merge-diff, typed/compare.go). What both share by reference is not looked
 * into. Fields that the server's own types always have (`status: {}`) count as there.
 */
export function compare(before: Json, after: Json, shape: Shape, lookup: TypeLookup): Difference {
  const { changed = noFields, removed = noFields } = differences(before, after, shape, lookup) ?? {};
  return { changed, removed };
}

function differences(
  before: Json | undefined,
  after: Json | undefined,
  shape: Shape,
  lookup: TypeLookup,
): NodeDifference | undefined {
  if (before === after) return undefined;
  if (before === undefined) return after === undefined ? undefined : { changed: everything(after, shape, lookup) };
  if (after === undefined) return { removed: everything(before, shape, lookup) };
  const structure = structureOf(shape, lookup);
  switch (structure.kind) {
    case 'leaf':
      return leafDifference(before, after);
    case 'struct':
    case 'map':
      return fieldDifferences(before, after, structure, lookup);
    case 'set':
    case 'list':
      return itemDifferences(before, after, structure, lookup);
    case 'deduced':
      return deducedDifference(before, after, structure, lookup);
  }
}

const leafDifference = (before: Json, after: Json): NodeDifference | undefined =>
  isEqual(before, after) ? undefined : { changed: leaf };

function deducedDifference(
  before: Json,
  after: Json,
  structure: Structure,
  lookup: TypeLookup,
): NodeDifference | undefined {
  const [isMap, isMapAfter] = [isObject(before), isObject(after)];
  if (isMap && (isMapAfter || after === null)) return fieldDifferences(before, after, structure, lookup);
  if (isMapAfter && before === null) return fieldDifferences(before, after, structure, lookup);
  if (!isMap && !isMapAfter) return leafDifference(before, after);
  const { removed } = isMap ? (fieldDifferences(before, {}, structure, lookup) ?? {}) : {};
  const { changed } = isMapAfter ? (fieldDifferences({}, after, structure, lookup) ?? {}) : {};
  return { changed: changed === undefined ? leaf : { '.': leaf, ...changed }, removed };
}

function fieldDifferences(
  before: Json,
  after: Json,
  structure: Structure,
  lookup: TypeLookup,
): NodeDifference | undefined {
  const left = isObject(before) ? before : noJson;
  const right = isObject(after) ? after : noJson;
  if (!hasZeros(structure) && isEmptyObject(left) && isEmptyObject(right)) return leafDifference(before, after);
  const { zeros, ignored } = structure.kind === 'struct' ? structure : noStruct;
  // Only a struct that is there has the fields that it always has.
  const [leftZeros, rightZeros] = [isObject(before) ? zeros : noJson, isObject(after) ? zeros : noJson];
  const [changed, removed] = [new NodeBuilder(), new NodeBuilder()];
  const visit = (field: string, one: Json | undefined, other: Json | undefined) => {
    if (one === other || field === ignored) return;
    const found = differences(one, other, fieldShape(structure, field) ?? anyShape, lookup);
    if (found === undefined) return;
    changed.add(fieldElement(field), found.changed);
    removed.add(fieldElement(field), found.removed);
  };
  for (const field in right) visit(field, valueOrZero(left, leftZeros, field), valueOrZero(right, rightZeros, field));
  for (const field in left)
    if (right[field] === undefined) visit(field, left[field], valueOrZero(right, rightZeros, field));
  if (leftZeros !== rightZeros)
    for (const field in zeros)
      if (left[field] === undefined && right[field] === undefined) visit(field, leftZeros[field], rightZeros[field]);
  return found(changed, removed);
}

const noJson: Readonly<JsonObject> = Object.freeze({});
const noStruct = { zeros: noJson, ignored: undefined };
const valueOrZero = (value: JsonObject, zeros: Readonly<JsonObject>, field: string): Json | undefined =>
  value[field] === undefined ? zeros[field] : value[field];

function isEmptyObject(value: Readonly<JsonObject>): boolean {
  for (const field in value) if (value[field] !== undefined) return false;
  return true;
}

function found(changed: NodeBuilder, removed: NodeBuilder): NodeDifference | undefined {
  const [more, less] = [changed.node(false), removed.node(false)];
  return more === undefined && less === undefined ? undefined : { changed: more, removed: less };
}

function itemDifferences(
  before: Json,
  after: Json,
  structure: Structure,
  lookup: TypeLookup,
): NodeDifference | undefined {
  const left = Array.isArray(before) ? before : [];
  const right = Array.isArray(after) ? after : [];
  if (left.length === 0 && right.length === 0) return leafDifference(before, after);
  const shape = elementShape(structure);
  const [was, is] = [itemsByElement(left, structure), itemsByElement(right, structure)];
  const [changed, removed] = [new NodeBuilder(), new NodeBuilder()];
  for (const [element, items] of is) {
    const difference = itemDifference(was.get(element) ?? [], items, shape, lookup);
    changed.add(element, difference?.changed);
    removed.add(element, difference?.removed);
  }
  for (const [element, items] of was)
    if (!is.has(element)) removed.add(element, itemDifference(items, [], shape, lookup)?.removed);
  return found(changed, removed);
}

/** Elements that are there more than once are owned as a whole, all together. */
function itemDifference(
  before: readonly Json[],
  after: readonly Json[],
  shape: Shape,
  lookup: TypeLookup,
): NodeDifference | undefined {
  if (before.length <= 1 && after.length <= 1) return differences(before[0], after[0], shape, lookup);
  if (before.length >= 2 && after.length >= 2) return leafDifference([...before], [...after]);
  if (before.length >= 2) return { removed: leaf, changed: differences(undefined, after[0], shape, lookup)?.changed };
  return { changed: leaf, removed: differences(before[0], undefined, shape, lookup)?.removed };
}

function itemsByElement(items: readonly Json[], structure: Structure): Map<PathElement, Json[]> {
  const byElement = new Map<PathElement, Json[]>();
  for (const item of items) {
    const element = elementOf(item, structure);
    if (element === undefined) continue;
    const same = byElement.get(element);
    if (same === undefined) byElement.set(element, [item]);
    else same.push(item);
  }
  return byElement;
}

/** Every field of a value that was not there before, the value itself included. */
function everything(value: Json, shape: Shape, lookup: TypeLookup): FieldSet {
  const structure = structureOf(shape, lookup);
  if (structure.kind === 'leaf') return leaf;
  if (structure.kind === 'deduced' && !isObject(value)) return leaf;
  const builder = new NodeBuilder();
  if (structure.kind === 'set' || structure.kind === 'list') {
    if (!Array.isArray(value)) return leaf;
    for (const [element, items] of itemsByElement(value, structure))
      builder.add(element, items.length > 1 ? leaf : everything(items[0] ?? null, elementShape(structure), lookup));
  } else {
    const fields = isObject(value) ? value : noJson;
    for (const field in fields) add(field, fields[field]);
    if (isObject(value) && structure.kind === 'struct')
      for (const field in structure.zeros) if (fields[field] === undefined) add(field, structure.zeros[field]);
  }
  return builder.node(true) ?? leaf;

  function add(field: string, child: Json | undefined): void {
    if (child === undefined || (structure.kind === 'struct' && field === structure.ignored)) return;
    builder.add(fieldElement(field), everything(child, fieldShape(structure, field) ?? anyShape, lookup));
  }
}
