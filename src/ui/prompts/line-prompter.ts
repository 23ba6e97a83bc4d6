import { Bug, UserError } from '../../errors/errors.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import type { Decision, DecisionAnswer } from '../../events/events.ts';
import type { FoundCluster } from '../../providers/provider.ts';
import type { Prompter } from '../../questions/question.ts';
import type { ConfirmRequest, PlanReply, RecipeChoice, RehearsalRequest } from '../frontend.ts';
import { askByLine } from './ask.ts';
import type { LineChoice, LineInput } from './line-input.ts';

/** Everything that line mode asks, besides the questions of a recipe. */
export interface LinePrompter extends Prompter {
  chooseRecipe(recipes: RecipeChoice[]): Promise<RecipeChoice | undefined>;
  chooseCluster(found: readonly FoundCluster[]): Promise<FoundCluster | undefined>;
  /** One fault at most: several are given by `--fault`. */
  chooseFaults(request: RehearsalRequest): Promise<string[] | undefined>;
  /** Rejects with exit code 130 after Ctrl-C: no is an answer too, and may act. */
  confirm(request: ConfirmRequest): Promise<boolean>;
  choosePlanReply(canStart: boolean): Promise<PlanReply>;
  decide(decision: Decision, signal: AbortSignal): Promise<DecisionAnswer>;
  /** Takes the open question away: its promise rejects with the reason. */
  withdraw(reason: unknown): void;
}

export function createLinePrompter(lines: LineInput): LinePrompter {
  return {
    ask: (request) => askByLine(lines, request),
    withdraw: (reason) => lines.withdraw(reason),
    async chooseRecipe(recipes) {
      const choices = recipes.map((recipe) => ({
        value: recipe,
        name: `${recipe.title}: ${recipe.description} (${recipe.parts})`,
        description: `needs ${recipe.needs}`,
      }));
      const answer = await lines.choose({ message: 'What do you want to deploy?', choices });
      return answer === 'stopped' ? undefined : answer.typed;
    },
    async chooseCluster(found) {
      if (found.length === 0) return undefined;
      const answer = await lines.choose({ message: 'Where should it run?', choices: found.map(clusterChoice) });
      return answer === 'stopped' ? undefined : answer.typed;
    },
    async chooseFaults({ recipe, faults, real, rehearsed }) {
      lines.print(`A rehearsal of ${recipe.title}: nothing is installed, nothing is changed.`);
      for (const text of real) lines.print(`real: ${text}`);
      for (const text of rehearsed) lines.print(`played: ${text}`);
      const choices: LineChoice<string[]>[] = [
        { value: [], name: 'none' },
        ...faults.map(({ spec, title, shows }) => ({ value: [spec], name: `${spec}: ${title}`, description: shows })),
      ];
      const answer = await lines.choose({ message: 'Which fault should happen?', choices });
      return answer === 'stopped' ? undefined : answer.typed;
    },
    async confirm({ question, detail, yes, no, isDefaultYes }) {
      for (const line of detail) lines.print(line);
      const choices = [
        { value: true, name: yes },
        { value: false, name: no },
      ];
      const answer = await lines.choose({ message: question, choices, initial: isDefaultYes });
      if (answer === 'stopped') throw new UserError('Stopped', { exitCode: exitCodes.interrupted });
      return answer.typed;
    },
    async choosePlanReply(canStart) {
      const choices: LineChoice<PlanReply['reply']>[] = [
        ...(canStart ? [{ value: 'start' as const, name: 'start' }] : []),
        { value: 'back', name: 'change an answer' },
        { value: 'save', name: 'save the answers' },
        { value: 'quit', name: 'quit; nothing has been changed' },
      ];
      const answer = await lines.choose({ message: canStart ? 'Start?' : 'What now?', choices });
      return { reply: answer === 'stopped' ? 'quit' : answer.typed };
    },
    async decide({ id, question, options }, signal) {
      const choices = options.map(({ action, label }) => ({ value: action, name: label }));
      const answer = await lines.choose({ message: question, choices }, signal);
      if (answer !== 'stopped') return { id, action: answer.typed };
      if (!options.some(({ action }) => action === 'stop')) throw new Bug(`decision ${id} offers no way to stop`);
      return { id, action: 'stop' };
    },
  };
}

function clusterChoice(cluster: FoundCluster): LineChoice<FoundCluster> {
  const { name, provider, state, detail, problem } = cluster;
  return {
    value: cluster,
    name: [`${name} (${provider})`, ...(state === 'stopped' ? ['will be started'] : []), detail].join(', '),
    ...(problem === undefined ? {} : { disabled: problem }),
  };
}
