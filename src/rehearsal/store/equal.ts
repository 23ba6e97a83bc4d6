/** Deep equality of JSON values. What two versions of an object share by reference costs nothing. */
export function isEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one)) return Array.isArray(other) && isEqualList(one, other);
  if (Array.isArray(other)) return false;
  const left = one as Record<string, unknown>;
  const right = other as Record<string, unknown>;
  let count = 0;
  for (const field in left) {
    if (left[field] === undefined) continue;
    count += 1;
    if (!isEqual(left[field], right[field])) return false;
  }
  for (const field in right) if (right[field] !== undefined) count -= 1;
  return count === 0;
}

function isEqualList(one: readonly unknown[], other: readonly unknown[]): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index += 1) if (!isEqual(one[index], other[index])) return false;
  return true;
}
