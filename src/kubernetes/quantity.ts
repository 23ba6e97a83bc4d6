const suffixes: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
  Ei: 1024 ** 6,
};

/** A Kubernetes quantity as a number: `250m` is 0.25, `1Gi` is 1073741824. */
export function quantity(text: string | number | undefined): number {
  if (text === undefined) return 0;
  const match = /^([0-9.]+(?:[eE][-+]?\d+)?)([a-zA-Z]*)$/.exec(String(text));
  return match === null ? 0 : Number(match[1]) * (match[2] === '' ? 1 : (suffixes[match[2] ?? ''] ?? 0));
}
