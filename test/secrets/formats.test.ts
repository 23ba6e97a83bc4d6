import { describe, expect, it } from 'vitest';
import { asyncpgUrl } from '../../src/secrets/formats.ts';

describe('the URL of a database as asyncpg takes it', () => {
  it.each([
    ['postgresql://u:p@h/d', 'postgresql+asyncpg://u:p@h/d'],
    ['postgres://u:p@h/d', 'postgresql+asyncpg://u:p@h/d'],
    ['postgresql+asyncpg://u:p@h/d', 'postgresql+asyncpg://u:p@h/d'],
    ['postgresql+psycopg2://u:p@h/d', 'postgresql+asyncpg://u:p@h/d'],
    // As Neon shows it under Connect.
    [
      'postgresql://u:p@ep-x-pooler.eu.aws.neon.tech/neondb?sslmode=require&channel_binding=require',
      'postgresql+asyncpg://u:p@ep-x-pooler.eu.aws.neon.tech/neondb?ssl=require',
    ],
    ['postgresql://u:p@h/d?sslmode=verify-full', 'postgresql+asyncpg://u:p@h/d?ssl=verify-full'],
    ['postgresql://u:p@h/d?channel_binding=require', 'postgresql+asyncpg://u:p@h/d'],
    ['postgresql://u:p@h/d?ssl=require', 'postgresql+asyncpg://u:p@h/d?ssl=require'],
    ['postgresql://u:p@h/d?sslmode=require&ssl=require', 'postgresql+asyncpg://u:p@h/d?ssl=require'],
    ['postgresql://u:p@h/d?', 'postgresql+asyncpg://u:p@h/d'],
    ['postgresql://u:p%40%3F%26@h:5433/d?sslmode=disable', 'postgresql+asyncpg://u:p%40%3F%26@h:5433/d?ssl=disable'],
    ['postgresql://u:p@h/d?server_settings=a%3Db', 'postgresql+asyncpg://u:p@h/d?server_settings=a%3Db'],
  ])('%s', (given, wanted) => expect(asyncpgUrl(given)).toBe(wanted));

  it('is the same when it is made again', () => {
    const once = asyncpgUrl('postgresql://u:p@h/d?sslmode=require&channel_binding=require');
    expect(asyncpgUrl(once)).toBe(once);
  });
});
