import type { AskReply, AskRequest } from '../../../questions/question.ts';
import { Blank, Lines } from '../components/line.tsx';
import { paragraph } from '../components/paragraph.ts';
import { chromeRows, type KeyHint } from '../components/key-bar.ts';
import { Screen as ScreenFrame } from '../components/screen.tsx';
import { secretCells } from '../components/secret-field.ts';
import { selectHints, selectLines, selectRows } from '../components/select-list.ts';
import { textCells } from '../components/text-field.ts';
import type { Frame } from '../frame.ts';
import { isSign, type Key } from '../keys.ts';
import { columnOf, type LineCells } from '../layout/cells.ts';
import { optional, share } from '../layout/share.ts';
import type { Drawn, Pressed, Screen } from '../screen.ts';
import { askItems, fieldOf, pressField, type AskField } from './ask-field.ts';

interface State {
  field: AskField;
  /** The whole reason is shown, at the cost of the answers so far. */
  isExplained: boolean;
}

/** One question of a recipe: what was answered so far, the question, why it is asked. */
export const askScreen: Screen<AskRequest, State, AskReply> = {
  open: (request) => ({ field: fieldOf(request), isExplained: false }),
  press({ request, state, frame }, key) {
    const pressed = pressField(request, state.field, key, frame);
    if (pressed === 'passed') return pressBeside(request, state, key);
    return 'reply' in pressed ? pressed : { state: { ...state, field: pressed.field } };
  },
  draw: (drawn) => <Ask {...drawn} />,
};

function pressBeside(request: AskRequest, state: State, key: Key): Pressed<State, AskReply> {
  const isList = state.field.as === 'list';
  if (request.canGoBack && (key.key === 'escape' || (isList && key.key === 'left')))
    return { reply: { reply: 'back' } };
  if (key.key === 'tab' || (isList && isSign(key, '?')))
    return { state: { ...state, isExplained: !state.isExplained } };
  return 'passed';
}

function Ask({ request, state, frame }: Drawn<AskRequest, State>) {
  const { question, error } = request;
  const { field, isExplained } = state;
  const heading = headingLines(request, frame);
  const mistake = error === undefined ? [] : paragraph(`✗ ${error}`, frame.width, 'failed', 3);
  const answer = fieldLines(request, field, frame);
  const why = paragraph(`Why: ${question.why}`, frame.width, 'dim');
  const listRows = field.as === 'list' ? selectRows(askItems(request, frame), field.list) : 0;
  const rows = share(frame.rows - chromeRows, {
    heading: { least: heading.length, want: heading.length },
    mistake: { least: Math.min(1, mistake.length), want: mistake.length },
    field: field.as === 'list' ? { least: 3, want: listRows } : { least: answer.length, want: answer.length },
    why: { least: isExplained ? why.length : Math.min(1, why.length), want: why.length },
    gap: optional(1),
    sofarGap: optional(Math.min(1, request.sofar.length)),
    sofar: optional(request.sofar.length),
  });
  const shownWhy = rows.why < why.length ? paragraph(`Why: ${question.why}`, frame.width, 'dim', rows.why) : why;
  return (
    <ScreenFrame frame={frame} keys={hints(request, field, isExplained, frame)}>
      <Lines lines={sofarLines(request, frame).slice(request.sofar.length - rows.sofar)} frame={frame} />
      <Blank rows={rows.sofarGap} />
      <Lines lines={heading} frame={frame} />
      <Lines lines={mistake.slice(0, rows.mistake)} frame={frame} />
      {field.as === 'list' ? (
        <Lines
          lines={selectLines(askItems(request, frame), field.list, { rows: rows.field, theme: frame.theme })}
          frame={frame}
        />
      ) : (
        <Lines lines={answer} frame={frame} />
      )}
      <Blank rows={rows.gap} />
      <Lines lines={shownWhy} frame={frame} />
    </ScreenFrame>
  );
}

function headingLines({ question, position, total }: AskRequest, frame: Frame): LineCells[] {
  const progress = `${position} of ${total}`;
  const lines = paragraph(question.ask, frame.width - progress.length - 2, 'strong', 3);
  return lines.map((cells, index) =>
    index === 0 ? [...cells, { text: progress, tone: 'dim' as const, align: 'right' as const, grows: true }] : cells,
  );
}

function sofarLines({ sofar }: AskRequest, frame: Frame): LineCells[] {
  const titleWidth =
    columnOf(
      sofar.map(({ title }) => title),
      Math.floor(frame.width / 3),
    ) + 3;
  return sofar.map(({ title, text }) => [
    { text: '  ' },
    { text: title, tone: 'dim', width: titleWidth },
    { text, grows: true },
  ]);
}

function fieldLines(request: AskRequest, field: AskField, frame: Frame): LineCells[] {
  if (field.as === 'list') return [];
  const columns = frame.width - 2;
  const [cells, note] =
    field.as === 'text'
      ? [textCells(field.text, columns, frame.theme), field.text.note]
      : [secretCells(field.secret.typed.count, columns, frame.theme), field.secret.note];
  const remark = note ?? remarkOf(request, field);
  return [
    [{ text: '› ', tone: 'active' }, ...cells],
    ...(remark === undefined ? [] : [[{ text: `  ${remark}`, tone: note === undefined ? 'dim' : 'waiting' } as const]]),
  ];
}

function remarkOf({ question, isKept }: AskRequest, field: AskField): string | undefined {
  const isEmpty =
    field.as === 'secret' ? field.secret.typed.count === 0 : field.as === 'text' && field.text.text === '';
  if (!isEmpty) return undefined;
  if (isKept === true) return 'The cluster holds one already; enter keeps it.';
  if (question.isOptional === true) return 'Optional; enter leaves it out.';
  return question.type === 'folder' ? 'A folder on this machine.' : undefined;
}

function hints(request: AskRequest, field: AskField, isExplained: boolean, frame: Frame): KeyHint[] {
  const isFiltering = field.as === 'list' && field.list.filter !== undefined;
  const main =
    field.as === 'list' ? selectHints(askItems(request, frame), field.list) : [{ keys: 'enter', does: 'next' }];
  if (isFiltering) return main;
  const back = request.canGoBack ? [{ keys: field.as === 'list' ? '←' : 'esc', does: 'back' }] : [];
  const more = { keys: field.as === 'list' ? '?' : 'tab', does: isExplained ? 'less' : 'more' };
  return [...main, ...back, more, { keys: 'ctrl-c', does: 'stop' }];
}
