import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { checkDockerfile } from '../../../src/rehearsal/images/check-dockerfile.ts';
import { writeCase } from './dockerfiles.ts';

// prettier-ignore
const word = fc.constantFrom(
  'FROM', 'COPY', 'ADD', 'RUN', 'ARG', 'ENV', 'ONBUILD', 'USER', 'EXPOSE', 'CMD', 'HEALTHCHECK', 'LABEL', 'SHELL',
  'scratch', 'AS', 'one', 'a.txt', '/', '.', '..', '*', '[', '--from=one', '--from=0', '--mount=from=one', '--chmod=x',
  'A=1', '$A', '${A:-b}', '${', '"', "'", '\\', '\\\n', '<<E', '\nE\n', '["x"]', '[1]', '# escape=`\n', '#', '80-90/udp',
);

it('whatever a Dockerfile says, there is a report, and each problem is in the file and has a remedy', async () => {
  const { context, dockerfile, remove } = await writeCase({ dockerfile: 'FROM scratch\n', files: { 'a.txt': '' } });
  onTestFinished(remove);
  const line = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(' '));
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 8 }), fc.boolean(), async (lines, isWhole) => {
      const text = [...(isWhole ? ['FROM scratch AS one'] : []), ...lines].join('\n');
      await writeFile(dockerfile, text);
      const { problems } = await checkDockerfile({ context, dockerfile, args: {} });
      for (const { line, column, message, remedy } of problems) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(Math.max(1, text.split('\n').length));
        expect(column).toBeGreaterThanOrEqual(1);
        expect([message, remedy]).not.toContain('');
      }
    }),
    { numRuns: 500 },
  );
});
