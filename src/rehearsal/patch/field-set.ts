import type { JsonObject } from '../objects.ts';
import { compareElements, printElement, type PathElement } from './path-element.ts';

/**
 * A set of fields of one object, in the form of fieldsV1: a tree of path elements. A node is a member when it has `.` or
 * nothing at all; the root itself is never one. Never changed in place; operations share what they do not change, and
 * return their argument itself when nothing changes. In no particular order: `inOrder` writes it as the server does
 * (https://pkg.go.dev/sigs.k8s.io/structured-merge-diff/v6/fieldpath, set.go and serialize.go).
 */
export interface FieldSet {
  readonly [element: PathElement]: FieldSet;
}

/** The set without fields. */
export const noFields: FieldSet = Object.freeze({});

/**
 * A node that is a member and has nothing below it: the same value, under the name that it has there.
 *
 * @alias
 */
export const leaf: FieldSet = noFields;

const self = '.';

export function isEmpty(set: FieldSet): boolean {
  // eslint-disable-next-line no-unreachable-loop -- asks whether there is a first one
  for (const _ in set) return false;
  return true;
}

const isMember = (node: FieldSet): boolean => node[self] !== undefined || isEmpty(node);

/** Collects the children of one node. */
export class NodeBuilder {
  #children: Record<PathElement, FieldSet> | undefined;

  add(element: PathElement, child: FieldSet | undefined): void {
    if (child === undefined) return;
    this.#children ??= {};
    const known = this.#children[element];
    this.#children[element] = known === undefined ? child : nodeUnion(known, child);
  }

  /** Undefined when there is neither a child nor the node itself in the set. */
  node(isSelf: boolean): FieldSet | undefined {
    if (this.#children === undefined) return isSelf ? leaf : undefined;
    if (isSelf) this.#children[self] = leaf;
    return this.#children;
  }
}

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
  let result: Record<PathElement, FieldSet> | undefined = isSelf === isMember(one) ? undefined : withSelf(one, isSelf);
  for (const element in other) {
    if (element === self) continue;
    const [known, more] = [one[element], other[element] ?? leaf];
    const child = known === undefined ? more : nodeUnion(known, more);
    if (child === known) continue;
    result ??= withSelf(one, isSelf);
    result[element] = child;
  }
  return result ?? one;
}

function withSelf(node: FieldSet, isSelf: boolean): Record<PathElement, FieldSet> {
  const { [self]: _, ...children } = node;
  return isSelf ? { [self]: leaf, ...children } : children;
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
export const elementsOf = (node: FieldSet): PathElement[] => Object.keys(node).filter((element) => element !== self);

/** Each path of the set as messages print it: the members of a node, then what is below each (Set.Iterate). */
export function printPaths(set: FieldSet, prefix = ''): string[] {
  const elements = elementsOf(set).sort(compareElements);
  const members = elements.filter((element) => has(set, element)).map((element) => prefix + printElement(element));
  const deeper = elements.flatMap((element) => printPaths(set[element] ?? leaf, prefix + printElement(element)));
  return [...members, ...deeper];
}

/** Sets that are known to be in order. */
const sorted = new WeakSet<FieldSet>([leaf]);

/** Sets that were put in order before, by what they hold: objects made from one template share theirs. */
const shared = new Map<string, FieldSet>();
const mostShared = 1000;
/** Shared are the fields of `status`, of `spec`...: an address makes every status of a pod another, and nothing in it. */
const sharedDepth = 2;

/** The set in the order in which the server writes it; mostly the same parts for sets that hold the same. */
export function inOrder(set: FieldSet): FieldSet {
  if (sorted.has(set)) return set;
  const result = orderedNode(set, 0);
  sorted.add(result);
  return result;
}

function orderedNode(node: FieldSet, depth: number): FieldSet {
  if (sorted.has(node)) return node;
  if (depth !== sharedDepth) return reordered(node, depth);
  const text = JSON.stringify(node);
  const known = shared.get(text);
  if (known !== undefined) return known;
  const result = reordered(node, depth);
  sorted.add(result);
  if (shared.size >= mostShared) shared.clear();
  shared.set(text, result);
  return result;
}

function reordered(node: FieldSet, depth: number): FieldSet {
  const elements = Object.keys(node);
  const children = elements.map((element) => orderedNode(node[element] ?? leaf, depth + 1));
  const isOrdered = elements.every((element, index) => {
    const before = elements[index - 1];
    const isAfter =
      before === undefined || before === self || (element !== self && compareElements(before, element) < 0);
    return isAfter && children[index] === node[element];
  });
  return isOrdered ? node : rewritten(elements, children);
}

function rewritten(elements: readonly PathElement[], children: readonly FieldSet[]): FieldSet {
  const node: Record<PathElement, FieldSet> = elements.includes(self) ? { [self]: leaf } : {};
  const pairs = elements.map((element, index) => [element, children[index] ?? leaf] as const);
  const others = pairs.filter(([element]) => element !== self);
  for (const [element, child] of others.sort(([one], [other]) => compareElements(one, other))) node[element] = child;
  return node;
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

/** fieldsV1 as the server writes it. */
export const fieldSetToJson = (set: FieldSet): JsonObject => inOrder(set) as JsonObject;
