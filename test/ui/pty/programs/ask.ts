import { createInkFrontend } from '../../../../src/ui/ink/frontend.tsx';
import type { AskRequest, Question } from '../../../../src/questions/question.ts';

// Asks for a name and a secret; says of the secret only whether it is the one that the test typed.
const frontend = createInkFrontend({ stdin: process.stdin, stdout: process.stdout, version: '0.1.0' });
const request = (question: Question, position: number): AskRequest => ({
  question,
  choices: [],
  position,
  total: 2,
  sofar: [],
  canGoBack: position > 1,
});
const name = await frontend.prompter.ask(
  request({ id: 'name', ask: 'What is it called?', why: 'Everything carries the name.', type: 'text' }, 1),
);
const secret = await frontend.prompter.ask(
  request({ id: 'key', ask: 'Which key?', why: 'The API wants one.', type: 'secret' }, 2),
);
await frontend.close();
const isExpected = secret.reply === 'answer' && secret.text === Buffer.from(process.argv[2] ?? '', 'base64').toString();
process.stdout.write(
  `name: ${name.reply === 'answer' ? name.text : name.reply}, key: ${isExpected ? 'right' : 'wrong'}\n`,
);
