import type { AskReply, AskRequest, Choice } from '../../../questions/question.ts';
import { pressSecret, TypedSecret, type SecretState } from '../components/secret-field.ts';
import { pressSelect, selectAt, type SelectItem, type SelectState } from '../components/select-list.ts';
import { pressText, textOf, type Accepts, type TextState } from '../components/text-field.ts';
import type { Frame } from '../frame.ts';
import type { Key } from '../keys.ts';
import { columnOf } from '../layout/cells.ts';

/** How a question is answered: picked from a list, typed, or typed unseen. */
export type AskField =
  { as: 'list'; list: SelectState } | { as: 'text'; text: TextState } | { as: 'secret'; secret: SecretState };

export type FieldPressed = { field: AskField } | { reply: AskReply } | 'passed';

/** Stands in a list for an answer that is not in it. */
const another = Symbol('another');

interface Option extends Omit<Choice, 'value'> {
  value: string | typeof another;
}

export function fieldOf(request: AskRequest): AskField {
  if (request.question.type === 'secret') return { as: 'secret', secret: { typed: new TypedSecret() } };
  const options = optionsOf(request);
  if (options.length === 0) return { as: 'text', text: textOf(request.suggestion ?? '') };
  return { as: 'list', list: selectAt(options.findIndex(({ value }) => value === request.suggestion)) };
}

export function pressField(request: AskRequest, field: AskField, key: Key, frame: Frame): FieldPressed {
  switch (field.as) {
    case 'list':
      return pressList(request, field.list, key, frame);
    case 'text': {
      const pressed = pressText(field.text, key, accepted[request.question.type]);
      if (pressed === 'enter') return answer(field.text.text);
      return pressed === 'passed' ? 'passed' : { field: { as: 'text', text: pressed.state } };
    }
    case 'secret': {
      const pressed = pressSecret(field.secret, key);
      // An empty answer keeps what the cluster holds, or leaves an optional one out; what it means is not decided here.
      if (pressed === 'enter') return answer(field.secret.typed.reveal());
      return pressed === 'passed' ? 'passed' : { field: { as: 'secret', secret: pressed.state } };
    }
    default:
      return field satisfies never;
  }
}

function pressList(request: AskRequest, list: SelectState, key: Key, frame: Frame): FieldPressed {
  const pressed = pressSelect(askItems(request, frame), list, key, frame.rows);
  if (pressed === 'passed') return 'passed';
  if ('state' in pressed) return { field: { as: 'list', list: pressed.state } };
  const value = optionsOf(request)[pressed.chosen]?.value;
  if (typeof value === 'string') return answer(value);
  return { field: { as: 'text', text: textOf('') } };
}

function answer(text: string): FieldPressed {
  return { reply: { reply: 'answer', text } };
}

const accepted: Partial<Record<AskRequest['question']['type'], Accepts>> = {
  port: { pattern: /^\d+$/, otherwise: 'A port is written in digits.' },
  number: { pattern: /^[\d.,-]+$/, otherwise: 'A number is written in digits.' },
};

const yesAndNo: Option[] = [
  { value: 'true', label: 'yes' },
  { value: 'false', label: 'no' },
];

/** What can be picked. A list of what is there does not rule out what is not: such a question offers to type. */
function optionsOf({ question, choices, suggestion }: AskRequest): Option[] {
  if (question.type === 'boolean' && choices.length === 0) return yesAndNo;
  if (question.type === 'choice' || question.type === 'boolean' || choices.length === 0) return choices;
  const isListed = suggestion === undefined || choices.some(({ value }) => value === suggestion);
  const suggested: Option[] = isListed ? [] : [{ value: suggestion, label: suggestion, hint: 'suggested' }];
  return [...suggested, ...choices, { value: another, label: 'another…' }];
}

export function askItems(request: AskRequest, frame: Frame): SelectItem[] {
  const options = optionsOf(request);
  const labelWidth =
    columnOf(
      options.map(({ label }) => label),
      Math.floor(frame.width / 2),
    ) + 3;
  return options.map(({ label, hint }) => ({
    search: `${label} ${hint ?? ''}`,
    cells:
      hint === undefined
        ? [{ text: label, grows: true }]
        : [
            { text: label, width: labelWidth },
            { text: hint, tone: 'dim', grows: true },
          ],
  }));
}
