import type { Shape, TypeLookup } from '../api/shape.ts';
import type { Json } from '../objects.ts';

/**
 * Why a patched object cannot become the type that it must be; undefined when it can. A strategic merge patch is not read from
 * text but converted, which says it in words of its own (apimachinery/pkg/runtime/converter.go).
 */
export function conversionError(value: Json | undefined, shape: Shape, lookup: TypeLookup): string | undefined {
  if (value === undefined || value === null) return undefined;
  switch (shape.type) {
    case 'string':
    case 'boolean':
    case 'integer':
    case 'number':
      return shape.format === undefined || shape.type !== 'string' ? plainError(value, shape.type) : undefined;
    case 'list': {
      if (!Array.isArray(value)) return `cannot restore slice from ${kindOf(value)}`;
      return first(
        value.map((item) => [item, shape.items] as const),
        lookup,
      );
    }
    case 'map': {
      if (!isMap(value)) return `cannot restore map from ${kindOf(value)}`;
      return first(
        Object.values(value).map((item) => [item, shape.values] as const),
        lookup,
      );
    }
    case 'object': {
      if (!isMap(value)) return `cannot restore struct from: ${kindOf(value)}`;
      const fields = (shape.ref === undefined ? shape.fields : lookup(shape.ref)?.fields) ?? {};
      return first(
        Object.entries(fields).map(([name, field]) => [value[name], field] as const),
        lookup,
      );
    }
    default:
      return undefined;
  }
}

function first(
  pairs: readonly (readonly [Json | undefined, Shape | undefined])[],
  lookup: TypeLookup,
): string | undefined {
  for (const [value, shape] of pairs) {
    const problem = shape === undefined ? undefined : conversionError(value, shape, lookup);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const goTypes = { string: 'string', boolean: 'bool', integer: 'int64', number: 'float64' } as const;

/** Go converts whole numbers to text and between each other, so these get further and fail with other words. */
function plainError(value: Json, type: keyof typeof goTypes): string | undefined {
  const [from, to] = [kindOf(value), goTypes[type]];
  if (from === to || (to === 'float64' && from === 'int64')) return undefined;
  const isConvertible = (from === 'int64' && to === 'string') || (from === 'float64' && to === 'int64');
  return isConvertible ? `cannot convert ${from} to ${to}` : `unrecognized type: ${to}`;
}

function kindOf(value: Json): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return 'string';
  return Array.isArray(value) ? 'slice' : 'map';
}

const isMap = (value: Json): value is { [field: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
