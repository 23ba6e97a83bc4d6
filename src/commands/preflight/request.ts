import type { Plan } from '../../plan/plan.ts';
import type { Answers } from '../../questions/question.ts';
import type { Recipe } from '../../recipe/recipe.ts';
import type { Connection } from '../connection.ts';
import type { Program } from '../program.ts';

export interface PreflightRequest {
  program: Program;
  recipe: Recipe;
  connection: Connection;
  plan: Plan;
  answers: Answers;
  source: string;
}
