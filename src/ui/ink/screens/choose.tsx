import type { RecipeChoice } from '../../frontend.ts';
import { chromeRows } from '../components/key-bar.ts';
import { Lines } from '../components/line.tsx';
import { Screen as ScreenFrame } from '../components/screen.tsx';
import { pressSelect } from '../components/select-list.ts';
import { isSign } from '../keys.ts';
import type { Screen } from '../screen.ts';
import { chooseLines, chooseStart, recipeItems, type ChooseState } from './choose-lines.ts';

type Reply = RecipeChoice | undefined;

/** Which application. */
export const chooseScreen: Screen<RecipeChoice[], ChooseState, Reply> = {
  open: () => chooseStart,
  press({ request, state, frame }, key) {
    const pressed = pressSelect(recipeItems(request, frame), state.list, key, frame.rows - chromeRows);
    if (pressed !== 'passed') {
      return 'chosen' in pressed ? { reply: request[pressed.chosen] } : { state: { ...state, list: pressed.state } };
    }
    if (isSign(key, '?')) return { state: { ...state, isExplained: !state.isExplained } };
    if (isSign(key, 'q') || key.key === 'escape') return { reply: undefined };
    return 'passed';
  },
  draw({ request, state, frame }) {
    const { lines, keys } = chooseLines(request, state, frame);
    return (
      <ScreenFrame frame={frame} keys={keys}>
        <Lines lines={lines} frame={frame} />
      </ScreenFrame>
    );
  },
};
