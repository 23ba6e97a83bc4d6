import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UserError } from '../errors/errors.ts';
import { closest } from '../recipe/closest.ts';
import { loadRecipe } from '../recipe/parse.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { stepPlans } from '../steps/plans.ts';
import type { RecipeChoice } from '../ui/frontend.ts';
import type { Program } from './program.ts';

/** Names of the recipes that the package brings. */
export async function shippedRecipes(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

/** A recipe by name or folder. */
export async function findRecipe(
  word: string,
  { recipes, directory }: Pick<Program, 'recipes' | 'directory'>,
): Promise<Recipe> {
  const names = await shippedRecipes(recipes);
  if (names.includes(word)) return loadRecipe(join(recipes, word), stepPlans);
  const path = resolve(directory, word);
  const isThere = await stat(path).then(
    () => true,
    () => false, // Not there: the words below say what is.
  );
  if (isThere) return loadRecipe(path, stepPlans);
  const near = closest(word, names);
  throw new UserError(`There is no recipe ${word}`, {
    why: `It is neither a recipe of the package nor a path from ${directory}.`,
    next: [near === undefined ? `Recipes of the package: ${names.join(', ')}` : `Did you mean ${near}?`],
  });
}

/** The recipe that was named, or that the person chooses; undefined: they left. */
export async function chooseRecipe(program: Program): Promise<Recipe | undefined> {
  const { invocation, frontend } = program;
  const named = invocation.recipe ?? program.chosen;
  if (named !== undefined) return findRecipe(named, program);
  const names = await shippedRecipes(program.recipes);
  if (!frontend.isInteractive || invocation.yes) {
    throw new UserError('Which recipe?', { next: [`deploy-wizard up NAME, one of: ${names.join(', ')}`] });
  }
  const all = await Promise.all(names.map((name) => findRecipe(name, program)));
  const chosen = await frontend.chooseRecipe(all.map(choiceOf));
  return all.find(({ name }) => name === chosen);
}

/** What the first screen says of a recipe. */
export function choiceOf(recipe: Recipe): RecipeChoice {
  const count = (section: string, one: string) => {
    const size = Object.keys(recipe.sections[section] ?? {}).length;
    return size === 0 ? [] : [`${size} ${one}${size === 1 ? '' : 's'}`];
  };
  const { cpu, memory, minutes } = recipe.expect;
  const room = [
    cpu === undefined ? [] : [`${cpu} CPU`],
    memory === undefined ? [] : [memory.replace(/([0-9.]+)(Mi|Gi)$/, '$1 $2B')],
  ].flat();
  const time =
    minutes === undefined
      ? []
      : [
          minutes < 1
            ? `about ${Math.round(minutes * 60)} seconds the first time`
            : `about ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} the first time`,
        ];
  return {
    name: recipe.name,
    title: recipe.title,
    description: recipe.description,
    parts: [...count('images', 'image'), ...count('releases', 'chart')].join(', '),
    needs: [...(room.length === 0 ? [] : [`${room.join(', ')} and a cluster`]), ...time].join('; '),
  };
}
