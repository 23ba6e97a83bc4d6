import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/errors/errors.ts';
import type { AskRequest, Question } from '../../../src/questions/question.ts';
import type { LineInput, Typed } from '../../../src/ui/prompts/line-input.ts';
import { createLinePrompter } from '../../../src/ui/prompts/line-prompter.ts';

/** Answers in place of a person, and notes what was put to them. */
function typing(...answers: (string | number)[]) {
  const asked: { message: string; names?: string[]; initial?: unknown }[] = [];
  const printed: string[] = [];
  const next = () => answers.shift() ?? 'stopped';
  const input: LineInput = {
    choose<Value>({ message, choices, initial }: Parameters<LineInput['choose']>[0]) {
      asked.push({ message, names: choices.map(({ name }) => name), initial });
      const answer = next();
      const found = choices.find(({ name }, index) => name === answer || index === answer);
      return Promise.resolve((found === undefined ? 'stopped' : { typed: found.value }) as Typed<Value>);
    },
    text({ message, initial }) {
      asked.push({ message, initial });
      const answer = next();
      return Promise.resolve(
        answer === 'stopped' ? answer : { typed: answer === '' ? (initial ?? '') : String(answer) },
      );
    },
    secret({ message }) {
      asked.push({ message });
      const answer = next();
      return Promise.resolve(answer === 'stopped' ? answer : { typed: String(answer) });
    },
    print: (line) => void printed.push(line),
    withdraw() {},
  };
  return { prompter: createLinePrompter(input), asked, printed };
}

const ask = (question: Partial<Question>, more: Partial<AskRequest> = {}): AskRequest => ({
  question: { id: 'q', ask: 'Which?', why: 'It matters.', type: 'text', ...question },
  choices: [],
  position: 2,
  total: 7,
  sofar: [],
  canGoBack: true,
  ...more,
});

describe('a question of a recipe', () => {
  test('says why, where one is, and how to go back', async () => {
    const { prompter, asked, printed } = typing('todo');
    expect(await prompter.ask(ask({}))).toEqual({ reply: 'answer', text: 'todo' });
    expect(printed).toContain('Why: It matters.');
    expect(asked).toEqual([{ message: 'Which? (2 of 7) [< goes back]', initial: undefined }]);
  });

  test('Enter takes the suggestion', async () => {
    const { prompter } = typing('');
    expect(await prompter.ask(ask({}, { suggestion: 'todo' }))).toEqual({ reply: 'answer', text: 'todo' });
  });

  test('the sign for back is an answer where one cannot go back', async () => {
    expect(await typing('<').prompter.ask(ask({}))).toEqual({ reply: 'back' });
    expect(await typing('<').prompter.ask(ask({}, { canGoBack: false }))).toEqual({ reply: 'answer', text: '<' });
  });

  test('an optional answer with a suggestion can be emptied, and the prompt says how', async () => {
    const { prompter, asked } = typing('-');
    const reply = await prompter.ask(ask({ isOptional: true }, { suggestion: 'x' }));
    expect(reply).toEqual({ reply: 'answer', text: '' });
    expect(asked[0]?.message).toContain('- for none');
  });

  test('the mistake of the try before is said', async () => {
    const { prompter, printed } = typing('80');
    await prompter.ask(ask({ type: 'port' }, { error: '30001 is taken' }));
    expect(printed).toContain('That answer does not do: 30001 is taken');
  });

  test('a choice is a list with a way back; the suggestion is marked', async () => {
    const choices = [
      { value: 'cluster', label: 'In the cluster', hint: 'quick' },
      { value: 'url', label: 'Mine' },
    ];
    const { prompter, asked } = typing('Mine', 'go back to the question before', 'stopped');
    const request = ask({ type: 'choice' }, { choices, suggestion: 'url' });
    expect(await prompter.ask(request)).toEqual({ reply: 'answer', text: 'url' });
    expect(await prompter.ask(request)).toEqual({ reply: 'back' });
    expect(await prompter.ask(request)).toEqual({ reply: 'stop' });
    expect(asked[0]).toEqual({
      message: 'Which? (2 of 7)',
      names: ['In the cluster (quick)', 'Mine', 'go back to the question before'],
      initial: 'url',
    });
  });

  test('yes and no are a list too', async () => {
    expect(await typing('yes').prompter.ask(ask({ type: 'boolean' }))).toEqual({ reply: 'answer', text: 'true' });
  });

  test('a secret that the cluster holds is kept by Enter', async () => {
    const { prompter, asked } = typing('');
    expect(await prompter.ask(ask({ type: 'secret' }, { isKept: true, suggestion: 'kept' }))).toEqual({
      reply: 'answer',
      text: '',
    });
    expect(asked[0]?.message).toContain('Enter keeps the one in the cluster');
  });
});

test('the end of a confirmation by Ctrl-C is neither yes nor no', async () => {
  const request = { question: 'Remove it?', detail: ['23 objects'], yes: 'remove', no: 'keep', isDefaultYes: false };
  expect(await typing('remove').prompter.confirm(request)).toBe(true);
  expect(await typing('keep').prompter.confirm(request)).toBe(false);
  await expect(typing('stopped').prompter.confirm(request)).rejects.toMatchObject({ exitCode: 130 });
  await expect(typing('stopped').prompter.confirm(request)).rejects.toBeInstanceOf(UserError);
});

test('recipes, clusters, the plan and decisions', async () => {
  const recipe = { name: 'todo', title: 'Todo list', description: 'three parts', parts: '2 images', needs: '1 CPU' };
  expect(await typing(0).prompter.chooseRecipe([recipe])).toBe(recipe);
  expect(await typing('stopped').prompter.chooseRecipe([recipe])).toBeUndefined();
  const cluster = {
    provider: 'minikube',
    name: 'minikube',
    context: 'minikube',
    state: 'stopped',
    detail: '1 node',
  } as const;
  expect(await typing('minikube (minikube), will be started, 1 node').prompter.chooseCluster([cluster])).toBe(cluster);
  expect(await typing().prompter.chooseCluster([])).toBeUndefined();
  expect(await typing('start').prompter.choosePlanReply(true)).toEqual({ reply: 'start' });
  expect(await typing('start').prompter.choosePlanReply(false)).toEqual({ reply: 'quit' });
  const decision = {
    id: 'd',
    step: 's',
    question: 'What now?',
    options: [
      { action: 'retry' as const, label: 'try again' },
      { action: 'stop' as const, label: 'stop' },
    ],
  };
  const { signal } = new AbortController();
  expect(await typing('try again').prompter.decide(decision, signal)).toEqual({ id: 'd', action: 'retry' });
  expect(await typing('stopped').prompter.decide(decision, signal)).toEqual({ id: 'd', action: 'stop' });
});
