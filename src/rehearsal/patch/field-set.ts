import type { JsonObject } from '../objects.ts';
import { compareElements, printElement, type PathElement } from './path-element.ts';

/**
 * A set of fields of one object, in the form of fieldsV1: a tree of path elements. A node is a member when it has `.` or
 * nothing at all; the root itself is never one. Never changed in place; operations share what they do not change, and
 * return their argument itself when nothing changes
 * (https://pkg.go.dev/sigs.k8s.io/structured-merge-diff/v6/fieldpath, set.go and serialize.go).
 */
export interface FieldSet {
  readonly [element: PathElement]: FieldSet;
}

/** The set without fields. */
export const noFields: FieldSet = Object.freeze({});

/** A node that is a member and has nothing below it. */
export const leaf: FieldSet = noFields;

const self = '.';

export function isEmpty(set: FieldSet): boolean {
  // eslint-disable-next-line no-unreachable-loop -- asks whether there is a first one
  for (const _ in set) return false;
  return true;
}

const isMember = (node: FieldSet): boolean => node[self] !== undefined || isEmpty(node);

/** Collects the children of one node and writes them in the order of the server. */
export class NodeBuilder {
  readonly #children: [PathElement, FieldSet][] = [];

  add(element: PathElement, child: FieldSet | undefined): void {
    if (child !== undefined) this.#children.push([element, child]);
  }

  /** Undefined when there is neither a child nor the node itself in the set. */
  node(isSelf: boolean): FieldSet | undefined {
    if (this.#children.length === 0) return isSelf ? leaf : undefined;
    const children = isSorted(this.#children) ? this.#children : this.#children.sort(byElement);
    const node: Record<PathElement, FieldSet> = isSelf ? { [self]: leaf } : {};
    for (const [element, child] of children) {
      const known = node[element];
      node[element] = known === undefined ? child : nodeUnion(known, child);
    }
    return node;
  }
}

const byElement = ([one]: [PathElement, FieldSet], [other]: [PathElement, FieldSet]): number =>
  compareElements(one, other);

const isSorted = (children: readonly [PathElement, FieldSet][]): boolean =>
  children.every((child, index) => {
    const before = children[index - 1];
    return before === undefined || compareElements(before[0], child[0]) < 0;
  });

/** A set of paths given by their elements. */
export function fieldSetOf(...paths: PathElement[][]): FieldSet {
  return paths.reduce<FieldSet>((set, path) => union(set, chain(path)), noFields);
}

const chain = (path: readonly PathElement[]): FieldSet =>
  path.reduceRight<FieldSet>((below, element) => ({ [element]: below }), leaf);

/** Fields that are in one or the other. */
export function union(one: FieldSet, other: FieldSet): FieldSet {
  if (one === other || isEmpty(other)) return one;
  if (isEmpty(one)) return other;
  return mergedChildren(one, other, false);
}

function nodeUnion(one: FieldSet, other: FieldSet): FieldSet {
  if (one === other) return one;
  const isSelf = isMember(one) || isMember(other);
  return mergedChildren(one, other, isSelf);
}

function mergedChildren(one: FieldSet, other: FieldSet, isSelf: boolean): FieldSet {
  let hasNew = isSelf !== isMember(one);
  let isOrdered = true;
  const changed = new Map<PathElement, FieldSet>();
  for (const element in other) {
    if (element === self) continue;
    const [known, more] = [one[element], other[element] ?? leaf];
    const child = known === undefined ? more : nodeUnion(known, more);
    if (child === known) continue;
    changed.set(element, child);
    hasNew = true;
    if (known === undefined) isOrdered = false;
  }
  if (!hasNew && changed.size === 0) return one;
  const node: Record<PathElement, FieldSet> = {};
  const elements = Object.keys(one).filter((element) => element !== self);
  for (const element of changed.keys()) if (one[element] === undefined) elements.push(element);
  if (!isOrdered) elements.sort(compareElements);
  if (isSelf && elements.length > 0) node[self] = leaf;
  for (const element of elements) node[element] = changed.get(element) ?? one[element] ?? leaf;
  return node;
}

/** Fields of the first that are not in the second. A field is not taken out because one above or below it is. */
export function difference(set: FieldSet, without: FieldSet): FieldSet {
  return remaining(set, without, false, true) ?? noFields;
}

/** Like `difference`, and a field takes those below it along. */
export function recursiveDifference(set: FieldSet, without: FieldSet): FieldSet {
  return remaining(set, without, true, true) ?? noFields;
}

function remaining(node: FieldSet, without: FieldSet, isRecursive: boolean, isRoot: boolean): FieldSet | undefined {
  const stays = !isRoot && isMember(node) && !isMember(without);
  if (isRecursive && !isRoot && isMember(without)) return undefined;
  let isChanged = !isRoot && stays !== isMember(node);
  const children: [PathElement, FieldSet][] = [];
  for (const element in node) {
    if (element === self) continue;
    const child = node[element] ?? leaf;
    const taken = without[element];
    const rest = taken === undefined ? child : remaining(child, taken, isRecursive, false);
    if (rest !== child) isChanged = true;
    if (rest !== undefined) children.push([element, rest]);
  }
  if (!isChanged) return node;
  return assembled(children, stays);
}

/** Fields that are in both. */
export function intersection(one: FieldSet, other: FieldSet): FieldSet {
  return common(one, other, true) ?? noFields;
}

function common(one: FieldSet, other: FieldSet, isRoot: boolean): FieldSet | undefined {
  if (one === other) return one;
  const stays = !isRoot && isMember(one) && isMember(other);
  let isChanged = !isRoot && stays !== isMember(one);
  const children: [PathElement, FieldSet][] = [];
  for (const element in one) {
    if (element === self) continue;
    const [left, right] = [one[element] ?? leaf, other[element]];
    const both = right === undefined ? undefined : common(left, right, false);
    if (both !== left) isChanged = true;
    if (both !== undefined) children.push([element, both]);
  }
  return isChanged ? assembled(children, stays) : one;
}

function assembled(children: readonly [PathElement, FieldSet][], isSelf: boolean): FieldSet | undefined {
  if (children.length === 0) return isSelf ? leaf : undefined;
  const node: Record<PathElement, FieldSet> = isSelf ? { [self]: leaf } : {};
  for (const [element, child] of children) node[element] = child;
  return node;
}

/** Whether both hold the same fields. */
export function equals(one: FieldSet, other: FieldSet): boolean {
  if (one === other) return true;
  const [left, right] = [Object.keys(one), Object.keys(other)];
  if (left.length !== right.length) return false;
  return left.every((element) => {
    const [mine, theirs] = [one[element], other[element]];
    return mine !== undefined && theirs !== undefined && equals(mine, theirs);
  });
}

/** Whether the field itself is in the set. */
export function has(set: FieldSet, element: PathElement): boolean {
  const node = set[element];
  return node !== undefined && isMember(node);
}

/** What the set holds below an element; undefined when there is nothing. */
export function below(set: FieldSet, element: PathElement): FieldSet | undefined {
  const node = set[element];
  if (node === undefined || isEmpty(node)) return undefined;
  return node;
}

/** The elements of one node that are members or have members below them. */
export function elementsOf(node: FieldSet): PathElement[] {
  return Object.keys(node).filter((element) => element !== self);
}

/** Calls back with each path of the set, printed: the members of a node, then what is below each (Set.Iterate). */
export function printPaths(set: FieldSet, prefix = ''): string[] {
  const elements = elementsOf(set);
  const members = elements.filter((element) => has(set, element)).map((element) => prefix + printElement(element));
  const deeper = elements.flatMap((element) => printPaths(set[element] ?? leaf, prefix + printElement(element)));
  return [...members, ...deeper];
}

/**
 * Reads fieldsV1 as a client sent it: in any order, maybe with elements of a kind that nobody knows, which are dropped.
 * Throws TypeError for what is not a tree of objects.
 */
export function fieldSetFromJson(fields: JsonObject): FieldSet {
  return parsedNode(fields, true) ?? noFields;
}

function parsedNode(fields: JsonObject, isRoot: boolean): FieldSet | undefined {
  const builder = new NodeBuilder();
  let isSelf = !isRoot && Object.keys(fields).length === 0;
  for (const [element, child] of Object.entries(fields)) {
    if (element === self) isSelf = !isRoot;
    if (!/^[fkvi]:/.test(element)) continue;
    if (typeof child !== 'object' || child === null || Array.isArray(child))
      throw new TypeError(`no fields in ${element}`);
    builder.add(element, parsedNode(child, false));
  }
  // A node with nothing below it is a member: that is how a leaf is written.
  return builder.node(isSelf) ?? (isRoot ? undefined : leaf);
}

/** fieldsV1 as the server writes it. The set is that already; the type says so. */
export const fieldSetToJson = (set: FieldSet): JsonObject => set as JsonObject;
