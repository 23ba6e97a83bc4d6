import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { StatusError } from '../../../src/rehearsal/api/status-error.ts';
import type { Json, JsonObject } from '../../../src/rehearsal/objects.ts';
import { applyJsonPatch } from '../../../src/rehearsal/patch/json-patch.ts';
import { applyMergePatch } from '../../../src/rehearsal/patch/merge-patch.ts';
import { jsonObject } from './arbitrary-json.ts';

const codeOf = (act: () => unknown): number | undefined => {
  try {
    act();
  } catch (error) {
    if (error instanceof StatusError) return error.code;
    throw error;
  }
  return undefined;
};

// The examples of RFC 6902, appendix A, that the server does not answer differently.
const examples: [name: string, document: JsonObject, patch: Json[], result: Json | number][] = [
  ['adds a member', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { baz: 'qux', foo: 'bar' }],
  [
    'adds an element',
    { foo: ['bar', 'baz'] },
    [{ op: 'add', path: '/foo/1', value: 'qux' }],
    { foo: ['bar', 'qux', 'baz'] },
  ],
  ['removes a member', { baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
  ['removes an element', { foo: ['a', 'b', 'c'] }, [{ op: 'remove', path: '/foo/1' }], { foo: ['a', 'c'] }],
  ['replaces', { baz: 'qux', foo: 'bar' }, [{ op: 'replace', path: '/baz', value: 'boo' }], { baz: 'boo', foo: 'bar' }],
  [
    'moves a value',
    { foo: { bar: 'baz', waldo: 'fred' }, qux: { corge: 'grault' } },
    [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
    { foo: { bar: 'baz' }, qux: { corge: 'grault', thud: 'fred' } },
  ],
  [
    'moves an element',
    { foo: ['all', 'grass', 'cows', 'eat'] },
    [{ op: 'move', from: '/foo/1', path: '/foo/3' }],
    { foo: ['all', 'cows', 'eat', 'grass'] },
  ],
  [
    'tests',
    { baz: 'qux', foo: ['a', 2, 'c'] },
    [
      { op: 'test', path: '/baz', value: 'qux' },
      { op: 'test', path: '/foo/1', value: 2 },
    ],
    { baz: 'qux', foo: ['a', 2, 'c'] },
  ],
  ['refuses a failed test', { baz: 'qux' }, [{ op: 'test', path: '/baz', value: 'bar' }], 422],
  [
    'adds a nested member',
    { foo: 'bar' },
    [{ op: 'add', path: '/child', value: { grandchild: {} } }],
    { foo: 'bar', child: { grandchild: {} } },
  ],
  [
    'ignores what it does not know',
    { foo: 'bar' },
    [{ op: 'add', path: '/baz', value: 'qux', xyz: 123 }],
    { foo: 'bar', baz: 'qux' },
  ],
  ['refuses to add below what is not there', { foo: 'bar' }, [{ op: 'add', path: '/baz/bat', value: 'qux' }], 422],
  ['escapes', { '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: 10 }], { '/': 9, '~1': 10 }],
  ['tells strings from numbers', { '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: '10' }], 422],
  [
    'adds an array',
    { foo: ['bar'] },
    [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }],
    { foo: ['bar', ['abc', 'def']] },
  ],
  // Where the library of the server goes its own way.
  ['replaces what is not there', {}, [{ op: 'replace', path: '/a', value: 1 }], { a: 1 }],
  ['counts from the end', { foo: [1, 2, 3] }, [{ op: 'remove', path: '/foo/-1' }], { foo: [1, 2] }],
  ['has null for a missing value', {}, [{ op: 'add', path: '/a' }], { a: null }],
  ['finds a missing field equal to null', {}, [{ op: 'test', path: '/a', value: null }], {}],
  ['replaces the whole', { a: 1 }, [{ op: 'replace', path: '', value: { b: 2 } }], { b: 2 }],
  ['refuses an index behind the end', { foo: [1] }, [{ op: 'add', path: '/foo/2', value: 1 }], 422],
  ['refuses an index that is none', { foo: [1] }, [{ op: 'add', path: '/foo/x', value: 1 }], 422],
  ['refuses a pointer without a slash', { foo: [1] }, [{ op: 'add', path: 'foo', value: 1 }], 422],
  ['refuses to remove what is not there', {}, [{ op: 'remove', path: '/a' }], 422],
  ['refuses an operation that is none', {}, [{ op: 'spam', path: '/a' }], 422],
];

describe('JSON patch', () => {
  test.each(examples)('%s', (_name, document, patch, result) => {
    const kept = structuredClone(document);
    if (typeof result === 'number') expect(codeOf(() => applyJsonPatch(document, patch))).toBe(result);
    else expect(applyJsonPatch(document, patch)).toEqual(result);
    expect(document).toEqual(kept);
  });

  test('shares what it does not touch', () => {
    const document = { a: { b: [1] }, c: { d: { e: 1 } } };
    const result = applyJsonPatch(document, [{ op: 'add', path: '/a/b/-', value: 2 }]) as typeof document;
    expect(result.c).toBe(document.c);
    expect(result.a.b).toEqual([1, 2]);
  });

  test('refuses more operations than the server takes', () => {
    const patch = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/a', value: null }));
    expect(codeOf(() => applyJsonPatch({}, patch))).toBe(413);
  });

  test('what is added can be tested, removed, and is gone then', () => {
    fc.assert(
      fc.property(jsonObject, fc.string(), fc.jsonValue(), (document, name, value) => {
        const path = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
        const added = applyJsonPatch(document, [
          { op: 'add', path, value: value as Json },
          { op: 'test', path, value: value as Json },
        ]) as JsonObject;
        expect(added[name]).toEqual(value);
        const { [name]: _, ...rest } = document;
        expect(applyJsonPatch(added, [{ op: 'remove', path }])).toEqual(rest);
      }),
    );
  });
});

describe('merge patch', () => {
  // RFC 7386, appendix A, for documents that are objects.
  test.each<[JsonObject, JsonObject, JsonObject]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (document, patch, result) => {
    expect(applyMergePatch(document, patch)).toEqual(result);
  });

  test('applied twice is applied once', () => {
    fc.assert(
      fc.property(jsonObject, jsonObject, (document, patch) => {
        // Nulls in a list that replaces an object are kept; in one that replaces a list they are not.
        fc.pre(!/\[.*null/.test(JSON.stringify(patch)));
        const once = applyMergePatch(document, patch);
        expect(applyMergePatch(once, patch)).toEqual(once);
      }),
    );
  });

  test('with nothing is the document itself', () => {
    fc.assert(
      fc.property(jsonObject, (document) => {
        expect(applyMergePatch(document, {})).toBe(document);
      }),
    );
  });
});
