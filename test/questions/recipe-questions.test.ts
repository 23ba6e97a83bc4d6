import { describe, expect, it } from 'vitest';
import { questionsOf } from '../../src/questions/recipe-questions.ts';
import { parseRecipe } from '../../src/recipe/parse.ts';
import { stepPlans } from '../../src/steps/plans.ts';
