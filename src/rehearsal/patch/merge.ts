import type { Shape, TypeLookup } from '../api/shape.ts';
import type { Json, JsonObject } from '../objects.ts';
import type { PathElement } from './path-element.ts';
import { isEqual } from '../store/equal.ts';
import { anyShape, elementOf, elementShape, fieldShape, isObject, structureOf, type Structure } from './structure.ts';

/**
 * Merges an applied configuration into an object: fields of the configuration win, nothing is removed
 * (structured-merge-diff, typed/merge.go). The object itself comes back when it already says what the configuration says.
 */
export function mergeApplied(live: JsonObject, applied: JsonObject, shape: Shape, lookup: TypeLookup): JsonObject {
  return (merged(live, applied, shape, lookup) as JsonObject | undefined) ?? {};
}

/** Undefined when nothing is left, which is how an empty result is written. */
function merged(live: Json | undefined, applied: Json | undefined, shape: Shape, lookup: TypeLookup): Json | undefined {
  if (applied === undefined || live === applied) return live;
  const structure = structureOf(shape, lookup);
  switch (structure.kind) {
    case 'leaf':
      return kept(live, applied);
    case 'struct':
    case 'map':
      return mergedFields(live, applied, structure, lookup);
    case 'set':
    case 'list':
      return mergedItems(live, applied, structure, lookup);
    case 'deduced':
      return isObject(applied) || (applied === null && isObject(live))
        ? mergedFields(live, applied, structure, lookup)
        : kept(live, applied);
  }
}

/** The applied value; the live one where both are equal, so that it stays shared. */
const kept = (live: Json | undefined, applied: Json): Json =>
  live !== undefined && isEqual(live, applied) ? live : applied;

const isEmpty = (value: Json | undefined): boolean =>
  value === undefined ||
  value === null ||
  (Array.isArray(value) ? value.length === 0 : Object.keys(value).length === 0);

function mergedFields(
  live: Json | undefined,
  applied: Json,
  structure: Structure,
  lookup: TypeLookup,
): Json | undefined {
  const [left, right] = [isObject(live) ? live : {}, isObject(applied) ? applied : {}];
  if (isEmpty(left) && isEmpty(right)) return kept(live, applied);
  const result: JsonObject = {};
  let isChanged = !isObject(live);
  for (const field in left) {
    const before = left[field];
    if (before === undefined) continue;
    const value = merged(before, right[field], fieldShape(structure, field) ?? anyShape, lookup);
    if (value !== before) isChanged = true;
    if (value !== undefined) result[field] = value;
  }
  for (const field in right) {
    if (left[field] !== undefined) continue;
    const value = merged(undefined, right[field], fieldShape(structure, field) ?? anyShape, lookup);
    if (value === undefined) continue;
    isChanged = true;
    result[field] = value;
  }
  if (!isChanged) return live;
  return Object.keys(result).length === 0 ? undefined : result;
}

interface Indexed {
  elements: PathElement[];
  /** Null for an element that is there more than once: it is not merged with. */
  items: Map<PathElement, Json>;
}

function indexed(items: readonly Json[], structure: Structure): Indexed {
  const index: Indexed = { elements: [], items: new Map() };
  for (const item of items) {
    const element = elementOf(item, structure);
    if (element === undefined) continue;
    index.items.set(element, index.items.has(element) ? null : item);
    index.elements.push(element);
  }
  return index;
}

function mergedItems(
  live: Json | undefined,
  applied: Json,
  structure: Structure,
  lookup: TypeLookup,
): Json | undefined {
  const [left, right] = [Array.isArray(live) ? live : [], Array.isArray(applied) ? applied : []];
  if (left.length === 0 && right.length === 0) return kept(live, applied);
  const [was, is] = [indexed(left, structure), indexed(right, structure)];
  const shape = elementShape(structure);
  const result: Json[] = [];
  const take = (item: Json | undefined, patch: Json | undefined) => {
    const value = merged(item ?? undefined, patch, shape, lookup);
    if (value !== undefined) result.push(value);
  };
  interleave(was, is, {
    live: (index) => take(left[index], undefined),
    applied: (element) => take(was.items.get(element), is.items.get(element)),
  });
  if (Array.isArray(live) && live.length === result.length && live.every((item, index) => item === result[index]))
    return live;
  return result.length === 0 ? undefined : result;
}

/**
 * The order of the result: items of both lists stand in the order of the applied one; those of the live list alone stay
 * before what followed them, as far as that can be.
 */
function interleave(
  live: Indexed,
  applied: Indexed,
  take: { live: (index: number) => void; applied: (element: PathElement) => void },
): void {
  const shared = applied.elements.filter((element) => live.items.has(element));
  const done = new Set<PathElement>();
  let [left, right, next] = [0, 0, 0];
  while (left < live.elements.length || right < applied.elements.length) {
    const mine = live.elements[left];
    const theirs = applied.elements[right];
    if (mine !== undefined && theirs !== undefined) {
      if (mine === theirs) {
        done.add(mine);
        take.applied(mine);
        left += 1;
        right += 1;
        next += 1;
        continue;
      }
      // Shared, but another one comes first.
      if (applied.items.has(mine) && shared[next] !== undefined && shared[next] !== mine) {
        left += 1;
        continue;
      }
    }
    if (mine !== undefined) {
      if (!applied.items.has(mine)) {
        take.live(left);
        left += 1;
        continue;
      }
      if (done.has(mine)) left += 1;
    }
    if (theirs !== undefined) {
      done.add(theirs);
      take.applied(theirs);
      right += 1;
      if (shared[next] === theirs) next += 1;
    }
  }
}
