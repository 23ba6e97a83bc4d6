import type { AskRequest, Question } from '../../../../src/questions/question.ts';
import { createLineInput } from '../../../../src/ui/prompts/line-input.ts';
import { createLinePrompter } from '../../../../src/ui/prompts/line-prompter.ts';

// Asks three questions in line mode and says what came of each; a secret only as right or wrong.
const prompter = createLinePrompter(createLineInput({ stdin: process.stdin, stdout: process.stdout }));
const expected = Buffer.from(process.argv[2] ?? '', 'base64').toString();

const questions: Question[] = [
  { id: 'where', ask: 'Where should the tasks be stored?', why: 'The API keeps them in PostgreSQL.', type: 'choice' },
  { id: 'name', ask: 'What is it called?', why: 'Everything carries the name.', type: 'text', default: 'todo' },
  { id: 'key', ask: 'Which key?', why: 'The API wants one.', type: 'secret' },
];
const choices = [
  { value: 'cluster', label: 'PostgreSQL in this cluster', hint: 'ready in seconds' },
  { value: 'url', label: 'A PostgreSQL that I already have' },
];

for (const [index, question] of questions.entries()) {
  const request: AskRequest = {
    question,
    choices: question.type === 'choice' ? choices : [],
    position: index + 1,
    total: 3,
    sofar: [],
    canGoBack: index > 0,
    ...(question.default === undefined ? {} : { suggestion: String(question.default) }),
  };
  const reply = await prompter.ask(request);
  const text =
    reply.reply !== 'answer'
      ? ''
      : question.type !== 'secret'
        ? reply.text
        : reply.text === expected
          ? 'right'
          : 'wrong';
  process.stdout.write(`got ${question.id}: ${reply.reply} ${text}\n`);
}
