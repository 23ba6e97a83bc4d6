import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/secrets/secret.ts';
import { wantedValue, type Source, type SourceReader } from '../../src/secrets/sources.ts';

const reader = (more: Partial<SourceReader> = {}): SourceReader => ({
  asked: () => undefined,
  evaluate: async (template) => new Secret('x', `evaluated ${template}`),
  readFile: async (path) => `content of ${path}`,
  environment: () => undefined,
  existing: async () => undefined,
  ...more,
});
const wanted = (source: Source, more?: Partial<SourceReader>) => wantedValue('secrets.a.b', source, reader(more));
const asked = (value: string) => ({
  asked: (id: string) => (id === 'secrets.a.b' ? new Secret(id, value) : undefined),
});

describe('what a key of a Secret should hold', () => {
  it('is any value where it is generated', async () => {
    const any = await wanted({ generate: { bytes: 16, encode: 'hex' } });
    expect(any.is === 'any' && any.generate()).toMatch(/^[0-9a-f]{32}$/);
  });

  it('is the answer, what is kept, or nothing', async () => {
    expect(await wanted({ ask: 'Key' }, asked('typed'))).toEqual({ is: 'value', value: 'typed' });
    expect(await wanted({ ask: 'Key' })).toEqual({ is: 'kept' });
    expect(await wanted({ ask: 'Key', optional: true })).toEqual({ is: 'nothing' });
    expect(await wanted({ ask: 'URL', format: 'asyncpg-url' }, asked('postgres://u@h/d'))).toEqual({
      is: 'value',
      value: 'postgresql+asyncpg://u@h/d',
    });
  });

  it('is made from other secrets, a file, a variable, or a key in the cluster', async () => {
    expect(await wanted({ from: '${database.url}' })).toEqual({ is: 'value', value: 'evaluated ${database.url}' });
    expect(await wanted({ file: 'ca.pem' })).toEqual({ is: 'value', value: 'content of ca.pem' });
    expect(await wanted({ env: 'TOKEN' }, { environment: (name) => `of ${name}` })).toEqual({
      is: 'value',
      value: 'of TOKEN',
    });
    const existing = { existing: { secret: 's', key: 'k', namespace: 'n' } };
    expect(await wanted(existing, { existing: async (...names) => names.join() })).toEqual({
      is: 'value',
      value: 's,k,n',
    });
  });

  it('is missed in words', async () => {
    await expect(wanted({ env: 'TOKEN' })).rejects.toMatchObject({
      kind: 'user',
      message: 'The environment variable TOKEN is not set',
    });
    await expect(wanted({ env: 'TOKEN' }, { environment: () => '' })).rejects.toMatchObject({ kind: 'user' });
    expect(await wanted({ env: 'TOKEN', optional: true })).toEqual({ is: 'nothing' });
    await expect(wanted({ existing: { secret: 's', key: 'k', namespace: 'n' } })).rejects.toMatchObject({
      message: 'Secret s has no key k',
      next: ['kubectl get secret s -n n'],
    });
  });
});
