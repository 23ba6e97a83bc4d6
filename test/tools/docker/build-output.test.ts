import { describe, expect, it } from 'vitest';
import { followBuild } from '../../../src/tools/docker/build-output.ts';
import { followPush } from '../../../src/tools/docker/push-output.ts';
import { heard as heardIn } from '../../support/recorded.ts';

const folder = new URL('recorded/', import.meta.url);
const heard = (fixture: string) => heardIn(folder, `${fixture}.txt`);

function follow(fixture: string) {
  const output = followBuild();
  const progress = heard(fixture).flatMap((line) => output.read(line) ?? []);
  return { progress, failed: output.failedStep() };
}

describe('the output of a build', () => {
  it('of BuildKit counts the steps of all stages', () => {
    const { progress, failed } = follow('buildx-build');
    expect(failed).toBeUndefined();
    expect(progress).toEqual([
      { message: 'FROM docker.io/library/busybox:1.37', done: 0, total: 4 },
      { message: 'FROM docker.io/library/busybox:1.37', done: 1, total: 4 },
      { message: 'WORKDIR /app', done: 1, total: 4 },
      { message: 'WORKDIR /app', done: 2, total: 4 },
      { message: 'COPY a.txt .', done: 2, total: 4 },
      { message: 'COPY a.txt .', done: 3, total: 4 },
      { message: 'RUN echo installing && cat a.txt', done: 3, total: 4 },
      { message: 'RUN echo installing && cat a.txt', done: 4, total: 4 },
      { message: 'COPY --from=deps /app/a.txt /a.txt', done: 4, total: 7 },
      { message: 'COPY --from=deps /app/a.txt /a.txt', done: 5, total: 7 },
      { message: 'RUN echo built', done: 5, total: 7 },
      { message: 'RUN echo built', done: 6, total: 7 },
      { message: 'exporting to image', done: 6, total: 7 },
      { message: 'exporting to image', done: 6, total: 7 },
    ]);
  });

  it('of BuildKit counts what was cached', () => {
    expect(follow('buildx-cached').progress.at(-1)).toEqual({ message: 'exporting to image', done: 6, total: 7 });
  });

  it('of the legacy builder names step by step', () => {
    const { progress } = follow('legacy-build');
    expect(progress).toHaveLength(7);
    expect(progress[3]).toEqual({ message: 'RUN echo installing && cat a.txt', done: 3, total: 7 });
  });

  it.each(['buildx-failed', 'buildkit-new-failed'])('%s ends at the step that failed, with what it said', (fixture) => {
    expect(follow(fixture).failed).toEqual({
      name: '[3/3] RUN echo installing && echo "npm ERR! missing script: build" >&2 && exit 3',
      number: { by: 'buildkit', stage: undefined, index: 3 },
      output: ['npm ERR! missing script: build', 'installing'],
      isCommand: true,
      line: fixture === 'buildkit-new-failed' ? 6 : undefined,
    });
  });

  it('legacy-failed ends at the step that failed, with what it said', () => {
    expect(follow('legacy-failed').failed).toMatchObject({
      name: '[4/4] RUN echo installing &&     echo "npm ERR! missing script: build" >&2 &&     exit 3',
      number: { by: 'legacy', index: 4 },
      output: ['npm ERR! missing script: build', 'installing'],
      isCommand: true,
    });
  });

  it('knows a step that the builder, not a command, failed', () => {
    for (const builder of ['buildx', 'legacy']) expect(follow(`${builder}-copy`).failed?.isCommand).toBe(false);
  });

  it('keeps the last twenty lines of a step', () => {
    const output = followBuild();
    output.read('#5 [2/2] RUN seq 100');
    for (let line = 1; line <= 100; line++) output.read(`#5 0.1 ${line}`);
    output.read('#5 ERROR: process "/bin/sh -c seq 100" did not complete successfully: exit code: 1');
    expect(output.failedStep()?.output).toEqual(Array.from({ length: 20 }, (_, index) => String(81 + index)));
  });

  it('reads steps of a build for several platforms', () => {
    const output = followBuild();
    expect(output.read('#9 [linux/arm64 deps  3/5] RUN npm ci')).toEqual({
      message: 'RUN npm ci',
      done: 0,
      total: 5,
    });
  });
});

describe('the output of a push', () => {
  const follow = (fixture: string) => {
    const output = followPush();
    return heard(fixture).flatMap((line) => output.read(line) ?? []);
  };

  it('counts the layers that are there', () => {
    const counted = [1, 2, 3].map((done) => ({ message: 'pushing', done, total: 3 }));
    expect(follow('push-ok')).toEqual(counted);
    expect(follow('push-again')).toEqual(counted);
  });
});
