import type { RecipeChoice } from '../../frontend.ts';
import { Blank, Line, Lines } from '../components/line.tsx';
import { paragraph } from '../components/paragraph.ts';
import { Screen as ScreenFrame, chromeRows } from '../components/screen.tsx';
import {
  pressSelect,
  SelectList,
  selectAt,
  selectedOf,
  selectHints,
  selectRows,
  type SelectItem,
  type SelectState,
} from '../components/select-list.tsx';
import type { Frame } from '../frame.ts';
import { isSign } from '../keys.ts';
import { columnOf } from '../layout/cells.ts';
import { needed, optional, share } from '../layout/share.ts';
import type { Drawn, Screen } from '../screen.ts';

interface State {
  list: SelectState;
  /** The explanation of the selected recipe is shown. */
  isExplained: boolean;
}

type Reply = RecipeChoice | undefined;

/** Which application. */
export const chooseScreen: Screen<RecipeChoice[], State, Reply> = {
  open: () => ({ list: selectAt(0), isExplained: false }),
  press({ request, state, frame }, key) {
    const items = itemsOf(request, frame);
    const pressed = pressSelect(items, state.list, key, frame.rows - chromeRows);
    if (pressed !== 'passed') {
      return 'chosen' in pressed ? { reply: request[pressed.chosen] } : { state: { ...state, list: pressed.state } };
    }
    if (isSign(key, '?')) return { state: { ...state, isExplained: !state.isExplained } };
    if (isSign(key, 'q') || key.key === 'escape') return { reply: undefined };
    return 'passed';
  },
  draw: (drawn) => <Choose {...drawn} />,
};

function Choose({ request, state, frame }: Drawn<RecipeChoice[], State>) {
  const items = itemsOf(request, frame);
  const index = selectedOf(items, state.list);
  const recipe = index === undefined ? undefined : request[index];
  const about = recipe === undefined ? [] : aboutLines(recipe, state.isExplained, frame);
  const rows = share(frame.rows - chromeRows, {
    question: needed(1),
    list: { least: 3, want: selectRows(items, state.list) },
    about: { least: Math.min(1, about.length), want: about.length },
    top: optional(2),
    gap: optional(1),
  });
  return (
    <ScreenFrame frame={frame} keys={hints(items, state)}>
      {rows.top === 2 && <Line frame={frame} cells={headerCells(frame)} />}
      {rows.top === 2 && <Blank />}
      <Line frame={frame} cells={[{ text: 'What do you want to deploy?', tone: 'strong' }]} />
      <SelectList items={items} state={state.list} rows={rows.list} frame={frame} />
      <Blank rows={rows.gap} />
      <Lines lines={about.slice(0, rows.about)} frame={frame} />
    </ScreenFrame>
  );
}

/** The program's name at the left, its version at the right. */
function headerCells(frame: Frame) {
  return [
    { text: 'deploy-wizard', tone: 'strong' as const },
    { text: `v${frame.version}`, tone: 'dim' as const, align: 'right' as const, grows: true },
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

function itemsOf(recipes: readonly RecipeChoice[], frame: Frame): SelectItem[] {
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

function hints(items: readonly SelectItem[], state: State) {
  const list = selectHints(items, state.list);
  if (state.list.filter !== undefined) return list;
  return [...list, { keys: '?', does: state.isExplained ? 'less' : 'why' }, { keys: 'q', does: 'quit' }];
}
