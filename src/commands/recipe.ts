import { exitCodes, type ExitCode } from '../errors/exit-codes.ts';
import { UserError } from '../errors/errors.ts';
import { recipeJsonSchema } from '../recipe/schema.ts';
import { stepPlans } from '../steps/plans.ts';
import type { Program } from './program.ts';
import { choiceOf, findRecipe, shippedRecipes } from './recipes.ts';

/** `recipe list|schema|check`. */
export async function recipe(program: Program, write: (text: string) => void): Promise<ExitCode> {
  const [action, word] = program.invocation.words;
  switch (action) {
    case 'list': {
      const all = await Promise.all((await shippedRecipes(program.recipes)).map((name) => findRecipe(name, program)));
      for (const found of all) {
        const { name, description, parts } = choiceOf(found);
        write(`${name.padEnd(14)} ${description} (${parts})\n`);
      }
      return exitCodes.ok;
    }
    case 'schema':
      write(`${JSON.stringify(recipeJsonSchema(stepPlans), null, 2)}\n`);
      return exitCodes.ok;
    case 'check': {
      if (word === undefined)
        throw new UserError('Which recipe?', { next: ['deploy-wizard recipe check NAME|FOLDER'] });
      const found = await findRecipe(word, program);
      program.frontend.say({ level: 'info', text: `${found.file} is a valid recipe`, detail: [choiceOf(found).parts] });
      const { rehearseRecipe } = await import('./check-recipe.ts');
      return rehearseRecipe(program, found);
    }
    default:
      throw new UserError(
        action === 'new' ? 'recipe new is not supported yet' : 'recipe list, recipe schema or recipe check?',
        { next: ['deploy-wizard recipe list'] },
      );
  }
}
