import type { Json, JsonObject } from '../objects.ts';
import { jsonKind } from './go-format.ts';
import {
  emptyLists,
  listsOfLists,
  mergeDirective,
  mixedItems,
  noKeyDeclared,
  noMergeKey,
  notMaps,
  unknownDirective,
  wrongOrder,
  wrongType,
} from './strategic-error.ts';
import { isObject } from './structure.ts';

const directive = '$patch';

/** How the lists of one field are merged. */
export interface ListRule {
  /** Item by item; otherwise the patch replaces the list. */
  isMerged: boolean;
  /** The field by which items are told apart; undefined for lists of scalars. */
  key: string | undefined;
  /** Of the items, for messages. */
  type: string;
  merge(original: JsonObject, patch: JsonObject): JsonObject;
  clean(value: Json): Json | undefined;
}

/** Merges the items of a patch into a list, or deletes scalars from it. */
export function mergeList(original: Json[], patch: Json[], rule: ListRule, isDeletion: boolean): Json[] {
  if (original.length === 0 && patch.length === 0) return original;
  if (kindOf(original, patch) !== 'object') {
    if (isDeletion) return original.filter((item) => !patch.includes(item));
    return arranged([...new Set([...original, ...patch])], patch, original, undefined);
  }
  if (rule.key === undefined) throw noKeyDeclared(rule.type);
  const { items, changes } = specialItems(original, patch, rule.key);
  const merged = [...items];
  for (const change of changes) {
    const value = change[rule.key];
    if (value === undefined) throw noMergeKey(change, rule.key);
    const index = indexOfKey(merged, rule.key, value);
    const known = merged[index];
    if (isObject(known)) merged[index] = rule.merge(known, change);
    else merged.push(change);
  }
  return sharedWith(original, arranged(merged, changes, items, rule.key));
}

/** The list as it was, when nothing of it has changed. */
const sharedWith = (original: Json[], result: Json[]): Json[] =>
  original.length === result.length && original.every((item, index) => item === result[index]) ? original : result;

/**
 * What `$setElementOrder` asks for: the items of both lists, those that the order names in its order and the others among
 * them as they were. Undefined when neither list is there.
 */
export function orderedList(
  original: Json[] | undefined,
  patch: Json[] | undefined,
  order: Json[],
  rule: ListRule,
): Json[] | undefined {
  checkOrder(patch ?? [], order, rule.key);
  const merged = mergedForOrder(original, patch, rule);
  if (merged === undefined) return undefined;
  kindOf(original ?? [], patch ?? []);
  return sharedWith(original ?? [], arranged(merged, order, original ?? [], rule.key));
}

function mergedForOrder(original: Json[] | undefined, patch: Json[] | undefined, rule: ListRule): Json[] | undefined {
  if (patch === undefined) return original;
  if (original === undefined) return rule.clean(patch) as Json[];
  return rule.isMerged ? mergeList(original, patch, rule, false) : patch;
}

/** Items that both name must come in the same order in both. */
function checkOrder(patch: Json[], order: Json[], key: string | undefined): void {
  if (order.length === 0 || patch.length === 0) return;
  const items = key === undefined ? patch : patch.filter((item) => objectIn(item)[directive] !== 'delete');
  let [next, place] = [0, 0];
  while (next < items.length && place < order.length) {
    const item = items[next] ?? null;
    if (isObject(item) && directive in item) {
      next += 1;
      continue;
    }
    if (isSameItem(item, order[place] ?? null, key)) next += 1;
    place += 1;
  }
  if (next < items.length) throw wrongOrder(patch, order);
}

function isSameItem(item: Json, other: Json, key: string | undefined): boolean {
  return key === undefined ? item === other : keyOf(item, key) === keyOf(other, key);
}

function keyOf(item: Json, key: string): Json {
  const object = objectIn(item);
  const value = object[key];
  if (value === undefined) throw noMergeKey(object, key);
  return value;
}

function objectIn(item: Json): JsonObject {
  if (!isObject(item)) throw wrongType({}, item);
  return item;
}

/** The JSON kind that all items have. */
function kindOf(...lists: Json[][]): string {
  const kinds = new Set<string>();
  for (const item of lists.flat()) {
    if (kinds.size === 0 && Array.isArray(item)) throw listsOfLists();
    kinds.add(jsonKind(item));
    if (kinds.size > 1) throw mixedItems(...lists);
  }
  const [kind] = kinds;
  if (kind === undefined) throw emptyLists();
  return kind;
}

/** Obeys the directives among the items of a patch. */
function specialItems(original: Json[], patch: Json[], key: string): { items: Json[]; changes: JsonObject[] } {
  let items = original;
  let isReplaced = false;
  const changes: JsonObject[] = [];
  for (const change of patch as JsonObject[]) {
    const which = change[directive];
    if (which === undefined) {
      changes.push(change);
    } else if (which === 'delete') {
      const value = change[key];
      if (value === undefined) throw noMergeKey(change, key);
      items = items.filter((item) => objectIn(item)[key] !== value);
    } else if (which === 'replace') {
      isReplaced = true;
    } else if (which === 'merge') {
      throw mergeDirective();
    } else {
      throw unknownDirective(which, change);
    }
  }
  return isReplaced ? { items: changes, changes: [] } : { items, changes };
}

function indexOfKey(items: readonly Json[], key: string, value: Json): number {
  return items.findIndex((item, index) => {
    if (!isObject(item)) throw notMaps(index);
    return item[key] === value;
  });
}

/**
 * Items that `order` names in its order, the others in that of the live list; both are woven together so that an item
 * stands before what it stood before in the live list, where that is possible.
 */
function arranged(items: Json[], order: readonly Json[], live: readonly Json[], key: string | undefined): Json[] {
  const valueOf = (item: Json): Json => (key === undefined ? item : keyOf(item, key));
  const placeIn = (list: readonly Json[]) => {
    const values = list.map(valueOf);
    return (item: Json) => values.indexOf(valueOf(item));
  };
  const [inOrder, inLive] = [placeIn(order), placeIn(live)];
  const byPlace = (place: (item: Json) => number) => (one: Json, other: Json) => place(one) - place(other);
  const named = items.filter((item) => inOrder(item) !== -1).sort(byPlace(inOrder));
  const others = items.filter((item) => inOrder(item) === -1).sort(byPlace(inLive));
  const result: Json[] = [];
  while (named.length > 0 && others.length > 0) {
    const [theirs, mine] = [inLive(others[0] ?? null), inLive(named[0] ?? null)];
    const isFirst = theirs >= 0 && mine >= 0 && theirs < mine;
    result.push((isFirst ? others : named).shift() ?? null);
  }
  return [...result, ...named, ...others];
}
