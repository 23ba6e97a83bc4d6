import { describe, expect, it } from 'vitest';
import { fillOutputs, scopeOf } from '../../src/engine/outputs.ts';

describe('what steps found out', () => {
  it('is read by its path', () => {
    expect(
      scopeOf({ 'releases.web.url': 'u', 'releases.web.services.page.url': 'p', 'secrets.a.version': '7', plain: 1 }),
    ).toEqual({
      releases: { web: { url: 'u', services: { page: { url: 'p' } } } },
      secrets: { a: { version: '7' } },
      plain: 1,
    });
    expect(scopeOf({})).toEqual({});
    // Where a value stands in the way of a longer path, the longer one wins.
    expect(scopeOf({ a: 'x', 'a.b': 'y' })).toEqual({ a: { b: 'y' } });
  });

  it('is filled into parameters, at any depth and with its type', () => {
    const outputs = { 'releases.web.url': 'http://w', 'secrets.a.version': 7 };
    const params = {
      url: '${releases.web.url}/x',
      list: [{ v: '${secrets.a.version}' }],
      text: 'v${secrets.a.version}',
      none: null,
      on: true,
    };
    expect(fillOutputs(params, outputs)).toEqual({
      url: 'http://w/x',
      list: [{ v: 7 }],
      text: 'v7',
      none: null,
      on: true,
    });
  });

  it('leaves secrets and captures for the step, and takes the escape off what is text', () => {
    const params = {
      from: '${database.url}',
      key: '${secrets.a.keys["x"]}',
      json: '${captured.id}',
      text: 'costs $${5}',
    };
    expect(fillOutputs(params, { 'secrets.a.version': '7' })).toEqual({ ...params, text: 'costs ${5}' });
  });

  it('is not made up', () => {
    expect(() => fillOutputs({ url: '${releases.web.url}' }, {})).toThrow();
  });
});
