import { describe, expect, it } from 'vitest';
import { findByPath } from '../../../src/rehearsal/schema/json-path.ts';

const object = {
  metadata: { name: 'x', labels: { 'app.kubernetes.io/name': 'shop', plain: 'y' } },
  spec: { size: 3, nothing: null, list: [{ name: 'a', n: 1 }, { name: 'b', n: 2 }, { name: 'c' }] },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Stalled', status: 'False' },
    ],
  },
};

describe('a path', () => {
  // What `kubectl get -o jsonpath` (1.34) finds in the same object.
  it.each([
    ['.spec.size', [3]],
    ['$.spec.size', [3]],
    ['.spec.nothing', [null]],
    ['.spec.missing', []],
    ['.spec.size.deeper', []],
    ['.', [object]],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    [".status.conditions[?(@.type=='Ready')].status", ['True']],
    ['.status.conditions[?(@.type != "Ready")].type', ['Stalled']],
    ['.spec.list[?(@.n>=2)].name', ['b']],
    ['.spec.list[?(@.n)].name', ['a', 'b']],
    ['.spec.list[*].name', ['a', 'b', 'c']],
    ['.spec.list[0].name', ['a']],
    ['.spec.list[-1].name', ['c']],
    ['.spec.list[0,2].name', ['a', 'c']],
    ['.spec.list[1:].name', ['b', 'c']],
    ['.spec.list[:2].name', ['a', 'b']],
    ['.spec.list[9].name', []],
    ['.metadata.labels.app\\.kubernetes\\.io/name', ['shop']],
    [".metadata.labels['app\\.kubernetes\\.io/name']", ['shop']],
    ['..name', ['x', 'a', 'b', 'c']],
    ['spec.size', []],
    ['.spec[', []],
  ])('%s finds what kubectl finds', (path, found) => {
    expect(findByPath(path, object)).toEqual(found);
  });
});
