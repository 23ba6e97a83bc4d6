import type { RehearsalRequest } from '../../frontend.ts';
import { chromeRows } from '../components/key-bar.ts';
import { Blank, Line, Lines } from '../components/line.tsx';
import { paragraph } from '../components/paragraph.ts';
import { Screen as ScreenFrame } from '../components/screen.tsx';
import {
  pressSelect,
  selectAt,
  selectedOf,
  selectHints,
  selectLines,
  selectRows,
  type SelectItem,
  type SelectState,
} from '../components/select-list.ts';
import type { Frame } from '../frame.ts';
import { isSign } from '../keys.ts';
import { columnOf } from '../layout/cells.ts';
import { needed, optional, share } from '../layout/share.ts';
import type { Drawn, Screen } from '../screen.ts';

export interface RehearsalState {
  list: SelectState;
  /** Specs of the faults that are to happen, in the order in which they were ticked. */
  ticked: readonly string[];
}

/** What is played and what is real, and which faults are to happen. Enter alone rehearses without any. */
export const rehearsalScreen: Screen<RehearsalRequest, RehearsalState, string[] | 'back' | undefined> = {
  open: () => ({ list: selectAt(0), ticked: [] }),
  press({ request, state, frame }, key) {
    const isFiltering = state.list.filter !== undefined;
    if (isSign(key, 'q') && !isFiltering) return { reply: undefined };
    const items = itemsOf(request, state, frame);
    if (isSign(key, ' ') && !isFiltering) {
      const spec = request.faults[selectedOf(items, state.list) ?? -1]?.spec;
      return spec === undefined ? 'passed' : { state: { ...state, ticked: toggled(state.ticked, spec) } };
    }
    // Enter begins, whichever fault is selected; while one is searched it takes what was found.
    if (key.key === 'enter' && !isFiltering) return { reply: [...state.ticked] };
    const pressed = pressSelect(items, state.list, key, frame.rows - chromeRows);
    if (pressed === 'passed') return key.key === 'escape' || key.key === 'left' ? { reply: 'back' } : 'passed';
    if ('state' in pressed) return { state: { ...state, list: pressed.state } };
    return { state: { ...state, list: selectAt(pressed.chosen) } };
  },
  draw: (drawn) => <Rehearsal {...drawn} />,
};

const toggled = (ticked: readonly string[], spec: string) =>
  ticked.includes(spec) ? ticked.filter((one) => one !== spec) : [...ticked, spec];

function Rehearsal({ request, state, frame }: Drawn<RehearsalRequest, RehearsalState>) {
  const items = itemsOf(request, state, frame);
  const selected = request.faults[selectedOf(items, state.list) ?? -1];
  const claims = [
    ...paragraph(`Real: ${request.real.join('; ')}.`, frame.width),
    ...paragraph(`Played: ${request.rehearsed.join('; ')}.`, frame.width),
  ];
  const about = selected === undefined ? [] : paragraph(selected.shows, frame.width, 'dim');
  const rows = share(frame.rows - chromeRows, {
    question: needed(2),
    list: { least: 3, want: selectRows(items, state.list) },
    claims: { least: frame.rows < 20 ? 0 : claims.length, want: claims.length },
    about: { least: Math.min(1, about.length), want: about.length },
    gap: optional(2),
  });
  const isFiltering = state.list.filter !== undefined;
  return (
    <ScreenFrame
      frame={frame}
      keys={
        isFiltering
          ? selectHints(items, state.list, 'take it')
          : [
              { keys: '↑↓', does: 'choose' },
              { keys: 'space', does: 'tick' },
              { keys: 'enter', does: state.ticked.length === 0 ? 'rehearse without faults' : 'rehearse' },
              { keys: '/', does: 'search' },
              { keys: '←', does: 'back' },
              { keys: 'q', does: 'quit' },
            ]
      }
    >
      <Line
        frame={frame}
        cells={[
          { text: `A rehearsal of ${request.recipe.title}: nothing is installed, nothing is changed`, tone: 'strong' },
        ]}
      />
      <Lines lines={claims.slice(0, rows.claims)} frame={frame} />
      <Blank rows={rows.gap > 0 ? 1 : 0} />
      <Line frame={frame} cells={[{ text: 'Which faults should happen?', tone: 'strong' }]} />
      <Lines lines={selectLines(items, state.list, { rows: rows.list, theme: frame.theme })} frame={frame} />
      <Blank rows={rows.gap > 1 ? 1 : 0} />
      <Lines lines={about.slice(0, rows.about)} frame={frame} />
    </ScreenFrame>
  );
}

function itemsOf({ faults }: RehearsalRequest, { ticked }: RehearsalState, frame: Frame): SelectItem[] {
  const width =
    columnOf(
      faults.map(({ spec }) => spec),
      Math.floor(frame.width / 2),
    ) + 2;
  return faults.map(({ spec, title }) => ({
    search: `${spec} ${title}`,
    cells: [
      { text: ticked.includes(spec) ? '[x] ' : '[ ] ' },
      { text: spec, width },
      { text: title, tone: 'dim', grows: true },
    ],
  }));
}
