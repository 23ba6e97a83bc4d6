import { describe, expect, it } from 'vitest';
import { instructionsOf, lineOfStep } from '../../../src/tools/docker/dockerfile.ts';

const dockerfile = `# syntax=docker/dockerfile:1

ARG BASE=node:24
FROM $BASE AS deps
WORKDIR /app
ENV CI=1
COPY package.json \\
  # a comment inside
  package-lock.json ./
RUN npm ci && \\

    npm test

FROM deps
copy --from=deps /app /app
RUN <<EOF
FROM is no instruction here
EOF
CMD ["node", "server.js"]
`;

describe('instructions of a Dockerfile', () => {
  it('have the line where they begin', () => {
    expect(instructionsOf(dockerfile).map(({ line, keyword }) => `${line} ${keyword}`)).toEqual([
      '3 ARG',
      '4 FROM',
      '5 WORKDIR',
      '6 ENV',
      '7 COPY',
      '10 RUN',
      '14 FROM',
      '15 COPY',
      '16 RUN',
      '19 CMD',
    ]);
  });

  it('are counted by the legacy builder one and all', () => {
    expect(lineOfStep(dockerfile, { by: 'legacy', index: 6 })).toBe(10);
    expect(lineOfStep(dockerfile, { by: 'legacy', index: 99 })).toBeUndefined();
  });

  it('are counted by BuildKit in each stage, as far as they make a layer', () => {
    expect(lineOfStep(dockerfile, { by: 'buildkit', stage: 'deps', index: 4 })).toBe(10);
    expect(lineOfStep(dockerfile, { by: 'buildkit', stage: 'stage-1', index: 3 })).toBe(16);
    expect(lineOfStep('FROM a\nRUN b\n', { by: 'buildkit', stage: undefined, index: 2 })).toBe(2);
    expect(lineOfStep(dockerfile, { by: 'buildkit', stage: 'nope', index: 1 })).toBeUndefined();
  });

  it('may go on with a backtick', () => {
    expect(instructionsOf('# escape=`\nFROM a\nRUN b `\n  c\nRUN d\\\n').map(({ line }) => line)).toEqual([2, 3, 5]);
  });
});
