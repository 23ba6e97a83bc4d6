import { createInkFrontend } from '../../../../src/ui/ink/frontend.tsx';

// Chooses one of five, then says which: the shortest way from a key to an effect.
const frontend = createInkFrontend({ stdin: process.stdin, stdout: process.stdout, version: '0.1.0' });
const names = ['first', 'second', 'third', 'fourth', 'fifth'];
const chosen = await frontend.chooseRecipe(
  names.map((name) => ({ name, title: name, description: 'an application', parts: '1 image', needs: 'little' })),
);
await frontend.close();
process.stdout.write(`chosen: ${chosen ?? 'nothing'}\n`);
