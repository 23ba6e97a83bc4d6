import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkDockerfile, type DockerfileInput } from '../../../src/rehearsal/images/check-dockerfile.ts';
import { dockerfileCases, writeCase, type DockerfileCase } from './dockerfiles.ts';
import type { Recorded } from './record-buildkit.ts';

const recording = JSON.parse(await readFile(join(import.meta.dirname, 'recorded', 'buildkit.json'), 'utf8')) as {
  results: Record<string, Recorded>;
};

async function check({ args = {}, target, ...rest }: DockerfileCase, more: Partial<DockerfileInput> = {}) {
  const { context, dockerfile, remove } = await writeCase(rest);
  onTestFinished(remove);
  return checkDockerfile({ context, dockerfile, args, ...(target ? { target } : {}), ...more });
}

/** What only a registry knows is compared up to that. */
const withoutRegistry = (message: string) =>
  message.replace(/(failed to resolve source metadata for [^ ]+:[^ :]+)(?::.*?)?( \(did you mean .*)?$/, '$1$2');

describe('a Dockerfile', () => {
  it('was built by BuildKit in every case, and none of another name was recorded', () => {
    expect(Object.keys(recording.results)).toEqual(Object.keys(dockerfileCases));
  });

  it.each(Object.entries(dockerfileCases))('is judged as BuildKit judges it: %s', async (name, one) => {
    const recorded = recording.results[name];
    const { problems, steps } = await check(one);
    const [first] = problems.filter(({ effect }) => effect === 'build');
    expect(first === undefined ? undefined : withoutRegistry(first.message)).toBe(
      recorded?.error === undefined ? undefined : withoutRegistry(recorded.error),
    );
    if (recorded?.lines !== undefined && first !== undefined) {
      const [from, to] = one.line === undefined ? recorded.lines : [one.line, one.line];
      expect(first.line).toBeGreaterThanOrEqual(from);
      expect(first.line).toBeLessThanOrEqual(to);
    }
    const known = steps.map(({ name }) => name);
    // A build that fails shows what it had begun by then.
    if (recorded?.error === undefined) expect(known.toSorted()).toEqual(recorded?.steps);
    else expect(known).toEqual(expect.arrayContaining(recorded.steps));
  });
});
