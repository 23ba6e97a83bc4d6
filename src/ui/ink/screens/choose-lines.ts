import type { RecipeChoice } from '../../frontend.ts';
import { chromeRows, type KeyHint } from '../components/key-bar.ts';
import { paragraph } from '../components/paragraph.ts';
import {
  selectAt,
  selectedOf,
  selectHints,
  selectLines,
  selectRows,
  type SelectItem,
  type SelectState,
} from '../components/select-list.ts';
import type { Frame } from '../frame.ts';
import { columnOf, type LineCells } from '../layout/cells.ts';
import { needed, optional, share } from '../layout/share.ts';

export interface ChooseState {
  list: SelectState;
  /** The explanation of the selected recipe is shown. */
  isExplained: boolean;
}

export const chooseStart: ChooseState = { list: selectAt(0), isExplained: false };

/** The screen as lines, its key bar apart: also drawn before Ink is there, see first-paint.ts. */
export function chooseLines(
  recipes: readonly RecipeChoice[],
  state: ChooseState,
  frame: Frame,
): { lines: LineCells[]; keys: KeyHint[] } {
  const items = recipeItems(recipes, frame);
  const index = selectedOf(items, state.list);
  const recipe = index === undefined ? undefined : recipes[index];
  const about = recipe === undefined ? [] : aboutLines(recipe, state.isExplained, frame);
  const rows = share(frame.rows - chromeRows, {
    question: needed(1),
    list: { least: 3, want: selectRows(items, state.list) },
    about: { least: Math.min(1, about.length), want: about.length },
    top: optional(2),
    gap: optional(1),
  });
  return {
    lines: [
      ...(rows.top === 2 ? [headerCells(frame), []] : []),
      [{ text: 'What do you want to deploy?', tone: 'strong' }],
      ...selectLines(items, state.list, { rows: rows.list, theme: frame.theme }),
      ...(rows.gap === 1 ? [[]] : []),
      ...about.slice(0, rows.about),
    ],
    keys: hints(items, state),
  };
}

/** The program's name at the left, its version at the right. */
function headerCells(frame: Frame): LineCells {
  return [
    { text: 'deploy-wizard', tone: 'strong' },
    { text: `v${frame.version}`, tone: 'dim', align: 'right', grows: true },
  ];
}

function aboutLines(recipe: RecipeChoice, isExplained: boolean, frame: Frame) {
  const needs = paragraph(`${recipe.title} needs ${recipe.needs}.`, frame.width);
  if (!isExplained) return needs;
  const why =
    `${recipe.description}. A recipe brings the application's images, charts and secrets together; choosing one changes ` +
    'nothing yet: questions and a plan to read come first.';
  return [...needs, ...paragraph(why, frame.width, 'dim')];
}

export function recipeItems(recipes: readonly RecipeChoice[], frame: Frame): SelectItem[] {
  const titleWidth =
    columnOf(
      recipes.map(({ title }) => title),
      Math.floor(frame.width / 3),
    ) + 2;
  const partsWidth = columnOf(
    recipes.map(({ parts }) => parts),
    Math.floor(frame.width / 3),
  );
  return recipes.map(({ name, title, description, parts }) => ({
    search: `${name} ${title} ${description}`,
    cells: [
      { text: title, width: titleWidth },
      { text: description, tone: 'dim', grows: true },
      { text: '  ' },
      { text: parts, tone: 'dim', width: partsWidth },
    ],
  }));
}

function hints(items: readonly SelectItem[], state: ChooseState): KeyHint[] {
  const list = selectHints(items, state.list);
  if (state.list.filter !== undefined) return list;
  return [...list, { keys: '?', does: state.isExplained ? 'less' : 'why' }, { keys: 'q', does: 'quit' }];
}
