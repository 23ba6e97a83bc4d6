import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactIn } from '../../src/secrets/redact.ts';
import { Vault } from '../../src/secrets/vault.ts';

const value = 'p@ss/w"ord+(1)! ÄÖ';

function vaultOf(secrets: Record<string, string>): Vault {
  const vault = new Vault();
  for (const [name, text] of Object.entries(secrets)) vault.put(name, text);
  return vault;
}

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64');

describe('the vault', () => {
  it('gives a reference for a secret, and the secret for a reference', () => {
    const vault = new Vault();
    const ref = vault.put('a', value);
    expect(ref).toEqual({ secretRef: 'a' });
    expect(vault.get(ref)?.reveal()).toBe(value);
    expect(vault.get('a')?.reveal()).toBe(value);
    expect([vault.has('a'), vault.has('b'), vault.get('b'), vault.names()]).toEqual([true, false, undefined, ['a']]);
  });

  it('forgets an answer that was taken back, and masks it still', () => {
    const vault = vaultOf({ a: 'first value', b: 'second value' });
    vault.forget('a');
    vault.put('b', 'third value');
    expect([vault.has('a'), vault.get('b')?.reveal()]).toEqual([false, 'third value']);
    expect(vault.redact('first value, second value, third value')).toBe('‹secret a›, ‹secret b›, ‹secret b›');
  });

  it.each<[string, string]>([
    ['in clear', `x${value}y`],
    ['in JSON', JSON.stringify({ password: value })],
    ['in a URL', `postgresql://u:${encodeURIComponent(value)}@h/d`],
    ['in a URL as Python writes it', 'p%40ss%2Fw%22ord%2B%281%29%21%20%C3%84%C3%96'],
    ['in base64', base64(value)],
    ['in base64 without padding, for URLs', Buffer.from(value).toString('base64url')],
    ['in base64 behind one letter', base64(`u${value}`)],
    ['in base64 behind two letters', base64(`us${value}`)],
    ['in base64 of a login', base64(`user:${value}`)],
    ['in base64 amid JSON', base64(JSON.stringify({ auths: { x: { password: 'p4ssw0rd-without-escapes' } } }))],
    ['in hexadecimal', Buffer.from(value).toString('hex')],
  ])('takes it out of a text: %s', (_how, text) => {
    const vault = vaultOf({ a: value, b: 'p4ssw0rd-without-escapes' });
    const clean = vault.redact(`before ${text} after`);
    expect(clean).toMatch(/^before .*‹secret [ab]›.* after$/);
    for (const piece of [value, 'p4ssw0rd', encodeURIComponent(value)]) expect(clean).not.toContain(piece);
    // What is left of base64 says nothing of the value.
    for (const run of clean.match(/[A-Za-z0-9+/=]{8,}/g) ?? [])
      for (const secret of [value, 'p4ssw0rd-without-escapes'])
        expect(Buffer.from(run, 'base64').toString()).not.toContain(secret.slice(0, 6));
  });

  it('takes out every occurrence, and leaves the rest as it is', () => {
    const vault = vaultOf({ a: 'secret-one' });
    expect(vault.redact('secret-one, secret-two, SECRET-ONE, secret-one')).toBe(
      '‹secret a›, secret-two, SECRET-ONE, ‹secret a›',
    );
    expect(vault.redact('')).toBe('');
    expect(new Vault().redact('secret-one')).toBe('secret-one');
  });

  it('leaves nothing of a secret that begins like another', () => {
    expect(vaultOf({ short: 'hunter2', long: 'hunter2-and-more' }).redact('hunter2-and-more hunter2')).toBe(
      '‹secret long› ‹secret short›',
    );
    expect(vaultOf({ long: 'hunter2-and-more', short: 'hunter2' }).redact('hunter2-and-more')).toBe('‹secret long›');
  });

  it('takes out a secret of several lines line by line, as logs show it', () => {
    const key = '-----BEGIN KEY-----\nMIIBVgIBADANBgkq\nQUFBQUFB\nx\n-----END KEY-----\n';
    const vault = vaultOf({ key });
    expect(vault.redact('#1 MIIBVgIBADANBgkq')).toBe('#1 ‹secret key›');
    expect(vault.redact(key)).toBe('‹secret key›');
    expect(vault.redact('x marks the spot')).toBe('x marks the spot');
  });

  it('does not mask what is too short to be told from ordinary text', () => {
    expect(vaultOf({ a: 'admin', b: '' }).redact('the administrator is admin')).toBe('the administrator is admin');
  });

  it('takes patterns and replacements for what they are', () => {
    const odd = 'a.*$&$1\\d[x](y){z}^|?+/-';
    expect(vaultOf({ a: odd }).redact(`<${odd}> <a.*$&$1Xd>`)).toBe('<‹secret a›> <a.*$&$1Xd>');
    expect(vaultOf({ '$&': 'secret-value' }).redact('secret-value')).toBe('‹secret $&›');
  });

  it('never lets a secret through, whatever is around it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', minLength: 6 }),
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        (secret, before, behind) => {
          const vault = vaultOf({ a: secret });
          expect(vault.redact(`${before}${secret}${behind}`).split('‹secret a›').join('\u{10ffff}')).not.toContain(
            secret,
          );
        },
      ),
    );
  });

  it('takes secrets out of values at any depth', () => {
    const vault = vaultOf({ a: 'secret-value' });
    const redact = (text: string) => vault.redact(text);
    const event = {
      type: 'x',
      lines: ['has secret-value'],
      deep: { of: [{ it: 'secret-value' }] },
      number: 5,
      none: null,
      yes: true,
    };
    expect(redactIn(event, redact)).toEqual({
      type: 'x',
      lines: ['has ‹secret a›'],
      deep: { of: [{ it: '‹secret a›' }] },
      number: 5,
      none: null,
      yes: true,
    });
    expect(redactIn(event, undefined)).toBe(event);
  });
});
