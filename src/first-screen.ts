import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Invocation } from './cli/invocation.ts';
import type { RecipeChoice } from './ui/frontend.ts';
import type { Stage } from './stage.ts';

/** What the build writes down of each recipe, so that the first screen needs no parser. */
export interface IndexedRecipe {
  /** SHA-256 of recipe.yaml: an entry holds only for the text that it was made from. */
  digest: string;
  choice: RecipeChoice;
}

export const indexFile = 'dist/recipes.json';

/**
 * Asks which recipe, before anything heavy is loaded. undefined: it does not apply, or the index is not of these recipes;
 * then the command asks. `left`: the person did.
 */
export async function firstScreen(
  { frontend }: Stage,
  invocation: Invocation,
  root: string,
): Promise<{ recipe: string } | 'left' | undefined> {
  const asks = (invocation.command === 'wizard' || invocation.command === 'up') && invocation.recipe === undefined;
  if (!asks || !frontend.isInteractive || invocation.yes) return undefined;
  const choices = await readIndex(root);
  if (choices === undefined) return undefined;
  const recipe = await frontend.chooseRecipe(choices);
  return recipe === undefined ? 'left' : { recipe };
}

async function readIndex(root: string): Promise<RecipeChoice[] | undefined> {
  const text = await readFile(join(root, indexFile), 'utf8').catch(() => undefined); // Not built: the command reads the recipes.
  if (text === undefined) return undefined;
  const index = JSON.parse(text) as IndexedRecipe[];
  const folder = join(root, 'recipes');
  const names = (await readdir(folder, { withFileTypes: true }))
    .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    .sort();
  const digests = await Promise.all(
    names.map(async (name) =>
      createHash('sha256')
        .update(await readFile(join(folder, name, 'recipe.yaml')))
        .digest('hex'),
    ),
  );
  const isCurrent = digests.length === index.length && index.every(({ digest }, at) => digest === digests[at]);
  return isCurrent ? index.map(({ choice }) => choice) : undefined;
}
