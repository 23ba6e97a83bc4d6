/**
 * A PostgreSQL URL as SQLAlchemy's asyncpg dialect takes it: scheme `postgresql+asyncpg`, `ssl` in place of libpq's
 * `sslmode`, without `channel_binding`, which asyncpg does not know (asyncpg documentation, `connect`).
 */
export function asyncpgUrl(text: string): string {
  const [head = '', query] = text.split('?', 2);
  const base = head.replace(/^postgres(ql)?(\+[a-z0-9]+)?:\/\//, 'postgresql+asyncpg://');
  const kept = (query ?? '').split('&').flatMap((pair) => {
    const [name = '', value = ''] = pair.split('=', 2);
    if (name === '' || name === 'channel_binding') return [];
    return [name === 'sslmode' ? `ssl=${value}` : pair];
  });
  return kept.length === 0 ? base : `${base}?${[...new Set(kept)].join('&')}`;
}
