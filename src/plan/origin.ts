import type { Plan } from './plan.ts';

/** A key of a Secret or ConfigMap, as a container refers to it. */
export interface KeyReference {
  kind: string;
  name: string;
  key?: string;
}

/**
 * The answers behind a key that a pod reads: pod -> secretKeyRef -> step -> answer, so that "password authentication
 * failed" points at the question "Database URL".
 */
export function answersBehind(plan: Plan, { kind, name, key }: KeyReference): string[] {
  if (kind !== 'Secret') return [];
  const found = new Set<string>();
  for (const { id, params, origins } of plan.steps) {
    if (params['name'] !== name || !Array.isArray(params['keys'])) continue;
    for (const [index, entry] of (params['keys'] as { key: string; sources: { ask?: string }[] }[]).entries()) {
      if (key !== undefined && entry.key !== key) continue;
      // The question of an asked key is named after the secret and the key; see the section `secrets` of a recipe.
      if (entry.sources[0]?.ask !== undefined) found.add(`secrets.${id.slice(id.indexOf('.') + 1)}.${entry.key}`);
      for (const [at, answers] of Object.entries(origins)) {
        if (at.startsWith(`keys[${index}]`)) for (const answer of answers) found.add(answer);
      }
    }
  }
  return [...found];
}
