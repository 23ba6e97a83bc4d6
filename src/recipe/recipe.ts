import type { SourcePlace } from '../errors/errors.ts';
import type { RecipeBase } from './schema.ts';

/** A recipe as the rest of the program sees it: valid, with defaults filled in. */
export interface Recipe extends RecipeBase {
  /** Absolute folder; every path in the recipe is below it. */
  folder: string;
  /** Absolute path of recipe.yaml. */
  file: string;
  /** SHA-256 of recipe.yaml. */
  digest: string;
  /** Sections of the step kinds by key, each valid by its own schema. */
  sections: Record<string, unknown>;
  /** Where a part of the recipe stands in its file. */
  place(path: readonly (string | number)[]): SourcePlace;
}
