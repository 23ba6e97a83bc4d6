import type { Ledger } from '../engine/journal/ledger.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { secretQuestionId } from '../steps/secret/plan.ts';
import type { Connection } from './connection.ts';

/**
 * Questions for secrets that the cluster holds from an earlier run of ours: nobody is asked for them again. Only names
 * of keys are looked at.
 */
export async function keptSecrets(
  recipe: Recipe,
  { reader }: Connection,
  ledger: Ledger | undefined,
): Promise<ReadonlySet<string>> {
  if (ledger === undefined) return new Set();
  const declared = (recipe.sections['secrets'] ?? {}) as Record<string, { name?: string; pull?: object }>;
  const kept = await Promise.all(
    Object.entries(declared).map(async ([id, { name = id, pull }]) => {
      const object = await reader.get({ apiVersion: 'v1', kind: 'Secret' }, name, ledger.namespace);
      // A pull secret holds both of its answers in one key.
      if (pull !== undefined)
        return object === undefined ? [] : ['username', 'password'].map((key) => secretQuestionId(id, key));
      return Object.keys((object?.['data'] ?? {}) as Record<string, string>).map((key) => secretQuestionId(id, key));
    }),
  );
  return new Set(kept.flat());
}
