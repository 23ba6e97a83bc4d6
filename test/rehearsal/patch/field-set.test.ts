import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  difference,
  equals,
  fieldSetFromJson,
  fieldSetOf,
  fieldSetToJson,
  intersection,
  isEmpty,
  noFields,
  printPaths,
  recursiveDifference,
  union,
  type FieldSet,
} from '../../../src/rehearsal/patch/field-set.ts';
import { compareElements } from '../../../src/rehearsal/patch/path-element.ts';

const elements = ['f:a', 'f:b', 'k:{"name":"x"}', 'k:{"name":"y"}', 'v:1', 'v:"s"', 'i:0'];
const paths = fc.array(fc.array(fc.constantFrom(...elements), { minLength: 1, maxLength: 4 }), { maxLength: 8 });
const sets = paths.map((all) => fieldSetOf(...all));
/** The model: a set of paths as text. */
const textsOf = (set: FieldSet, prefix = ''): Set<string> => {
  const found = new Set<string>();
  for (const [element, node] of Object.entries(set)) {
    if (element === '.') continue;
    const path = `${prefix}/${element}`;
    if (node['.'] !== undefined || isEmpty(node)) found.add(path);
    for (const below of textsOf(node, path)) found.add(below);
  }
  return found;
};

describe('field sets', () => {
  test('union, intersection and difference are those of sets of paths', () => {
    fc.assert(
      fc.property(sets, sets, (one, other) => {
        const [left, right] = [textsOf(one), textsOf(other)];
        expect(textsOf(union(one, other))).toEqual(new Set([...left, ...right]));
        expect(textsOf(intersection(one, other))).toEqual(new Set([...left].filter((path) => right.has(path))));
        expect(textsOf(difference(one, other))).toEqual(new Set([...left].filter((path) => !right.has(path))));
      }),
    );
  });

  test('a recursive difference takes along what is below', () => {
    fc.assert(
      fc.property(sets, sets, (one, other) => {
        const gone = [...textsOf(other)];
        const rest = [...textsOf(one)].filter(
          (path) => !gone.some((above) => path === above || path.startsWith(`${above}/`)),
        );
        expect(textsOf(recursiveDifference(one, other))).toEqual(new Set(rest));
      }),
    );
  });

  test('operations that change nothing give the set itself back', () => {
    fc.assert(
      fc.property(sets, sets, (one, other) => {
        const both = union(one, other);
        expect(union(both, other)).toBe(both);
        expect(difference(both, noFields)).toBe(both);
        expect(intersection(one, both)).toBe(one);
      }),
    );
  });

  test('fieldsV1 read and written again is the same, in the order of the server', () => {
    fc.assert(
      fc.property(sets, (set) => {
        const written = JSON.stringify(fieldSetToJson(set));
        const read = fieldSetFromJson(JSON.parse(written));
        expect(equals(read, set)).toBe(true);
        expect(JSON.stringify(fieldSetToJson(read))).toBe(written);
        for (const names of levels(JSON.parse(written))) expect(names).toEqual(names.toSorted(byServer));
      }),
    );
  });

  test('no operation leaves an empty node behind', () => {
    fc.assert(
      fc.property(sets, sets, (one, other) => {
        for (const result of [union(one, other), intersection(one, other), difference(one, other)])
          expect(equals(fieldSetFromJson(fieldSetToJson(result)), result)).toBe(true);
      }),
    );
  });

  test('elements that nobody knows are dropped', () => {
    expect(fieldSetFromJson({ 'x:new': {}, 'f:a': { 'x:new': {}, '.': {} } })).toEqual({ 'f:a': {} });
  });

  test('keys and values are in the order of what they hold', () => {
    const inOrder = [
      'f:B',
      'f:a',
      'k:{"port":9,"protocol":"UDP"}',
      'k:{"port":10,"protocol":"TCP"}',
      'k:{"port":10,"protocol":"UDP"}',
      'v:2',
      'v:10',
      'v:"1"',
      'i:2',
      'i:10',
    ];
    expect(inOrder.toReversed().sort(compareElements)).toEqual(inOrder);
  });

  test('paths are printed as messages of the server print them', () => {
    const set = fieldSetOf(
      ['f:spec', 'f:containers', 'k:{"containerPort":80,"protocol":"TCP"}', 'f:name'],
      ['f:metadata', 'f:finalizers', 'v:"a"'],
      ['f:spec', 'f:containers', 'k:{"name":"web"}'],
    );
    expect(printPaths(set)).toEqual([
      '.metadata.finalizers[="a"]',
      '.spec.containers[name="web"]',
      '.spec.containers[containerPort=80,protocol="TCP"].name',
    ]);
  });
});

const byServer = (one: string, other: string) => (one === '.' ? -1 : other === '.' ? 1 : compareElements(one, other));

function levels(node: Record<string, unknown>): string[][] {
  return [Object.keys(node), ...Object.values(node).flatMap((child) => levels(child as Record<string, unknown>))];
}
