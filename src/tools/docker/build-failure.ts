import { readFile } from 'node:fs/promises';
import { ToolError } from '../../errors/errors.ts';
import { explain } from '../problem.ts';
import type { FailedStep } from './build-follower.ts';
import { lineOfStep } from './dockerfile.ts';
import { buildProblems, networkWords, noSpace } from './problems.ts';

/** Why a build failed: the step, where it stands in the Dockerfile, and what it said last. */
export async function buildFailure(error: unknown, step: FailedStep | undefined): Promise<unknown> {
  if (!(error instanceof ToolError) || error.code !== 'tool-failed') return error;
  const place = await placeOf(error.argv, step);
  const inPlace = place === undefined ? '' : ` (${place})`;
  if (step?.isCommand !== true) {
    const known = explain(error, buildProblems);
    if (known !== error) return known instanceof ToolError ? moved(known, `${known.message}${inPlace}`) : known;
  }
  return step === undefined ? error : stepFailure(error, step, inPlace);
}

function stepFailure(error: ToolError, step: FailedStep, inPlace: string): ToolError {
  const said = [...step.output, ...error.lastLines].join('\n');
  const isFull = noSpace.test(said);
  const lastWords = step.output.findLast((line) => line.trim() !== '');
  return new ToolError(`The step ${shortened(step.name)} failed${inPlace}`, {
    argv: error.argv,
    status: error.status,
    lastLines: step.output.length > 0 ? step.output : error.lastLines,
    why: isFull ? 'There is no space left on the disk of the Docker engine.' : lastWords,
    next: isFull
      ? ['See what takes the space: docker system df', 'Remove what is not needed: docker system prune']
      : ['Read what it says, correct the Dockerfile or the code, and try again.'],
    isTransient: networkWords.test(said),
    code: isFull ? 'no-space' : 'dockerfile-failed',
  });
}

function moved({ argv, status, lastLines, why, next, isTransient, code }: ToolError, message: string): ToolError {
  return new ToolError(message, { argv, status, lastLines, why, next, isTransient, code });
}

/** `docker/backend.Dockerfile:12`: newer BuildKit tells the line, else the step is counted. */
async function placeOf(argv: readonly string[], step: FailedStep | undefined): Promise<string | undefined> {
  const dockerfile = argv[argv.indexOf('--file') + 1];
  if (dockerfile === undefined || step === undefined) return undefined;
  if (step.line !== undefined) return `${dockerfile}:${step.line}`;
  if (step.number === undefined) return dockerfile;
  try {
    const line = lineOfStep(await readFile(dockerfile, 'utf8'), step.number);
    return line === undefined ? dockerfile : `${dockerfile}:${line}`;
  } catch {
    return dockerfile; // It is gone by now; the step is named all the same.
  }
}

function shortened(name: string): string {
  const line = name.replace(/\s+/g, ' ');
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}
