import type { ConfirmRequest } from '../../frontend.ts';
import { Blank, Line, Lines } from '../components/line.tsx';
import { paragraph } from '../components/paragraph.ts';
import { chromeRows } from '../components/key-bar.ts';
import { Screen as ScreenFrame } from '../components/screen.tsx';
import {
  pressSelect,
  selectAt,
  selectHints,
  selectLines,
  type SelectItem,
  type SelectState,
} from '../components/select-list.ts';
import { needed, optional, share } from '../layout/share.ts';
import { windowFrom } from '../layout/window.ts';
import type { Drawn, Screen } from '../screen.ts';

/** A question with two answers. Esc is no; which key is which is said below. */
export const confirmScreen: Screen<ConfirmRequest, SelectState, boolean> = {
  open: ({ isDefaultYes }) => selectAt(isDefaultYes ? 0 : 1),
  press({ request, state }, key) {
    const pressed = pressSelect(itemsOf(request), state, key);
    if (pressed === 'passed') return key.key === 'escape' || key.key === 'left' ? { reply: false } : 'passed';
    return 'chosen' in pressed ? { reply: pressed.chosen === 0 } : pressed;
  },
  draw: (drawn) => <Confirm {...drawn} />,
};

function Confirm({ request, state, frame }: Drawn<ConfirmRequest, SelectState>) {
  const items = itemsOf(request);
  const question = paragraph(request.question, frame.width, 'strong', 3);
  const detail = request.detail.flatMap((line) => paragraph(line, frame.width - 2));
  const rows = share(frame.rows - chromeRows, {
    question: needed(question.length),
    answers: needed(2),
    detail: { least: 0, want: detail.length },
    gap: optional(1),
  });
  const shown = windowFrom(detail.length, 0, rows.detail);
  const isCut = shown.end < detail.length;
  return (
    <ScreenFrame
      frame={frame}
      keys={[
        ...selectHints(items, state, 'take it'),
        { keys: 'esc', does: request.no },
        { keys: 'ctrl-c', does: 'stop' },
      ]}
    >
      <Lines lines={question} frame={frame} />
      <Lines
        lines={detail.slice(0, isCut ? shown.end - 1 : shown.end).map((cells) => [{ text: '  ' }, ...cells])}
        frame={frame}
      />
      {isCut && <Line frame={frame} cells={[{ text: `  and ${detail.length - shown.end + 1} more`, tone: 'dim' }]} />}
      <Blank rows={rows.gap} />
      <Lines lines={selectLines(items, state, { rows: 2, theme: frame.theme })} frame={frame} />
    </ScreenFrame>
  );
}

function itemsOf({ yes, no }: ConfirmRequest): SelectItem[] {
  return [yes, no].map((text) => ({ search: text, cells: [{ text, grows: true }] }));
}
