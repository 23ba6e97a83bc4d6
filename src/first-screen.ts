import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Invocation } from './cli/invocation.ts';
import type { Stage } from './stage.ts';
import { outputForm } from './ui/create-frontend.ts';
import type { RecipeChoice } from './ui/frontend.ts';
import { paintFirst } from './ui/ink/first-paint.ts';
import type { Terminal } from './ui/ink/terminal.ts';

/** What the build writes down of each recipe, so that the first screen needs no parser. */
export interface IndexedRecipe {
  /** recipe.yaml: an entry holds only for the text that it was made from. Loading a hash takes longer than comparing. */
  text: string;
  choice: RecipeChoice;
}

export const indexFile = 'dist/recipes.json';

/** Where the wizard begins with the choice of a recipe: what it can choose from, and the terminal that shows it by now. */
export interface FirstScreen {
  choices: RecipeChoice[];
  terminal: Terminal | undefined;
}

/**
 * Shows which recipes there are, before anything heavy is loaded. undefined: the invocation has chosen, or the index is not
 * of these recipes; then the command asks.
 */
export function showFirstScreen(invocation: Invocation, root: string, version: string): FirstScreen | undefined {
  const asks = (invocation.command === 'wizard' || invocation.command === 'up') && invocation.recipe === undefined;
  if (!asks || invocation.yes) return undefined;
  const choices = readIndex(root);
  if (choices === undefined) return undefined;
  const { stdin, stdout, env: environment } = process;
  if (outputForm({ invocation, environment, stdin, stdout }) !== 'ink') return { choices, terminal: undefined };
  const colour = invocation.colour ? {} : { colour: false };
  return { choices, terminal: paintFirst({ stdin, stdout, version, environment, ...colour }, choices) };
}

/** `left`: the person did. undefined: there is nobody to choose. */
export async function choose(
  { frontend }: Stage,
  choices: RecipeChoice[],
): Promise<{ recipe: string } | 'left' | undefined> {
  if (!frontend.isInteractive) return undefined;
  const recipe = await frontend.chooseRecipe(choices);
  return recipe === undefined ? 'left' : { recipe };
}

function readIndex(root: string): RecipeChoice[] | undefined {
  const path = join(root, indexFile);
  if (!existsSync(path)) return undefined; // Not built: the command reads the recipes.
  const index = JSON.parse(readFileSync(path, 'utf8')) as IndexedRecipe[];
  const folder = join(root, 'recipes');
  const names = readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    .sort();
  const isCurrent =
    names.length === index.length &&
    index.every(({ text }, at) => text === readFileSync(join(folder, names[at] ?? '', 'recipe.yaml'), 'utf8'));
  return isCurrent ? index.map(({ choice }) => choice) : undefined;
}
