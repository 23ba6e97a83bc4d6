import type { JsonObject, JsonValue } from '../plan/plan.ts';
import { fillIn } from '../plan/fill-in.ts';

/** Outputs by expression path, as the nested value that expressions read: `releases.web.url` becomes `{ releases: { web: { url } } }`. */
export function scopeOf(outputs: JsonObject): JsonObject {
  const scope: JsonObject = {};
  for (const [path, value] of Object.entries(outputs)) {
    const parts = path.split('.');
    const last = parts.pop() ?? path;
    let at = scope;
    for (const part of parts) {
      const inner = at[part];
      if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) at = inner;
      else {
        const made: JsonObject = {};
        at[part] = made;
        at = made;
      }
    }
    at[last] = value as JsonValue;
  }
  return scope;
}

/** Parameters with what earlier steps found out; secrets and captures stay as they are. */
export function fillOutputs(params: JsonObject, outputs: JsonObject): JsonObject {
  return fillIn(params, scopeOf(outputs)) as JsonObject;
}
