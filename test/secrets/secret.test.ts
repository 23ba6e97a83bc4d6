import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { isSecretRef, Secret } from '../../src/secrets/secret.ts';

const secret = new Secret('database.url', 'canary-value');

describe('a secret', () => {
  it.each<[string, unknown]>([
    ['String', String(secret)],
    ['a template', `${secret}`],
    ['a sum', '' + (secret as unknown as string)],
    ['JSON', JSON.stringify({ secret, list: [secret] })],
    ['inspect', inspect(secret)],
    [
      'inspect of what holds it',
      inspect({ a: { b: { c: { d: secret } } }, list: [secret] }, { depth: 9, showHidden: true }),
    ],
    ['inspect without its say', inspect(secret, { customInspect: false, showHidden: true })],
    ['format', format('%s %o %O %j %d', secret, secret, secret, secret, secret)],
    ['an error', String(new Error(`failed with ${secret}`))],
    ['its entries', JSON.stringify(Object.entries(secret))],
    ['a copy', inspect({ ...secret })],
    ['a structured clone', inspect(structuredClone({ ...secret }))],
    ['its keys', Reflect.ownKeys(secret).join()],
  ])('is not in %s', (_where, text) => expect(String(text)).not.toContain('canary'));

  it('says its name in its place', () => {
    expect(`${secret}`).toBe('‹secret database.url›');
    expect(JSON.stringify([secret])).toBe('["‹secret database.url›"]');
    expect(inspect([secret])).toBe('[ ‹secret database.url› ]');
  });

  it('comes out when it is asked for', () => expect(secret.reveal()).toBe('canary-value'));

  it('is stood for by a reference, which is plain data', () => {
    expect(isSecretRef({ secretRef: 'a' })).toBe(true);
    for (const other of [null, undefined, 'a', 5, {}, { secretRef: 5 }, [], secret])
      expect(isSecretRef(other)).toBe(false);
  });
});
