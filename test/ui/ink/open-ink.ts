import { onTestFinished } from 'vitest';
import type { AskRequest, Question } from '../../../src/questions/question.ts';
import type { RecipeChoice } from '../../../src/ui/frontend.ts';
import { createInkFrontend } from '../../../src/ui/ink/frontend.tsx';
import { ManualClock, VirtualTerminal } from '../../support/virtual-terminal.ts';

/** The front end on a terminal inside the test, with a clock that is moved by hand; closed when the test is over. */
export function openInk(size?: { cols: number; rows: number }) {
  const clock = new ManualClock();
  const terminal = new VirtualTerminal(size);
  const { stdin, stdout } = terminal;
  const frontend = createInkFrontend({ stdin, stdout, version: '0.1.0', environment: {}, clock });
  onTestFinished(() => frontend.close());
  return { frontend, terminal, clock };
}

export const todo: RecipeChoice = {
  name: 'todo',
  title: 'Todo list',
  description: 'Next.js, FastAPI, PostgreSQL',
  parts: '2 images, 2 charts',
  needs: '1.2 CPU, 1.6 GB and a cluster; about 3 minutes the first time',
};

export const recipes: RecipeChoice[] = ['todo', 'gharts', 'volaticloud', 'kairoflow', 'novahost', 'hello'].map(
  (name) => ({
    ...todo,
    name,
    title: name,
  }),
);

/** The second of seven questions. */
export const ask = (question: Partial<Question>, more: Partial<AskRequest> = {}): AskRequest => ({
  question: { id: 'q', ask: 'Which one?', why: 'It matters.', type: 'text', ...question },
  choices: [],
  position: 2,
  total: 7,
  sofar: [{ title: 'Deploy', text: 'Todo list' }],
  canGoBack: true,
  ...more,
});
