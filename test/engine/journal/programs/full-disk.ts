import { writeAtomically } from '../../../../src/engine/journal/atomic-file.ts';
import { Journal } from '../../../../src/engine/journal/journal.ts';

/** Writes a journal and a file into a directory until the disk takes no more, and says what it was told then. */
const directory = process.argv[2] ?? '';
const say = (what: string) => process.stdout.write(`${what}\n`);
const words = (error: unknown) => `${(error as Error).name}: ${(error as Error).message}`;

await writeAtomically(`${directory}/file`, 'the old text').catch((error: unknown) => say(words(error)));
await writeAtomically(`${directory}/file`, 'x'.repeat(100_000)).catch((error: unknown) => say(`file ${words(error)}`));
const journal = await Journal.start(directory, {
  type: 'run',
  run: 'r',
  at: '',
  recipe: 'shop',
  recipePath: '',
  environment: 'local',
  namespace: 'shop',
  target: '',
  answers: {},
  source: '',
});
for (let attempt = 1; ; attempt += 1) {
  try {
    await journal.append({ type: 'intent', step: 'a'.repeat(200), attempt, at: '' });
  } catch (error) {
    say(`journal ${words(error)}`);
    break;
  }
}
await journal.append({ type: 'end', outcome: 'done', at: '' }).catch((error: unknown) => say(`again ${words(error)}`));
await journal.close();
say('closed');
