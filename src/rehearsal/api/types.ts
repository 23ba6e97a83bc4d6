import recorded from './recorded/types.json' with { type: 'json' };
import type { NamedType, Shape, TypeLookup } from './shape.ts';

const types = recorded.types as unknown as Record<string, NamedType>;
const kinds = recorded.kinds as Record<string, string>;

/** Types of the built-in API, recorded from a real API server. */
export const builtInType: TypeLookup = (ref) => types[ref];

/** The shape of a built-in kind (`apps/v1`, `Deployment`); undefined when there is none. */
export function builtInShape(apiVersion: string, kind: string): Shape | undefined {
  const ref = kinds[`${apiVersion} ${kind}`];
  return ref === undefined ? undefined : { type: 'object', ref };
}
