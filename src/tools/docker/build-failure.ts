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
  // The folder of the file and its name tell which it is; the whole path would push what failed out of sight.
  const inPlace = place === undefined ? '' : ` (${place.split('/').slice(-2).join('/')})`;
  if (step?.isCommand !== true) {
    const known = explain(error, buildProblems);
    if (known !== error) return known instanceof ToolError ? moved(known, `${known.message}${inPlace}`) : known;
  }
  return step === undefined ? error : stepFailure(error, step, inPlace);
}

function stepFailure(error: ToolError, step: FailedStep, inPlace: string): ToolError {
  const said = [...step.output, ...error.lastLines].join('\n');
  const isFull = noSpace.test(said);
  const output = step.output.filter((line) => line.trim() !== '' && !chatter.test(line));
  return new ToolError(`${shortened(step.name.replace(/^\[[^\]]*\] /, ''))} failed${inPlace}`, {
    argv: error.argv,
    status: error.status,
    lastLines: output.length > 0 ? output : error.lastLines,
    why: isFull ? 'There is no space left on the disk of the Docker engine.' : tellingLine(output),
    next: isFull
      ? ['See what takes the space: docker system df', 'Remove what is not needed: docker system prune']
      : ['Read what it says, correct the Dockerfile or the code, and try again.'],
    isTransient: networkWords.test(said),
    code: isFull ? 'no-space' : 'dockerfile-failed',
  });
}

/** What package managers say whether or not something is wrong. */
const chatter = /^npm notice\b|^npm (?:error|ERR!) A complete log of this run\b|^\[notice\] /;
/** `a.ts(1,2): error TS1: ...`, `ERROR: No matching distribution ...`, `fatal: ...`; an error's bare code tells little. */
const namedError = /(?:^|[\s([])(?:fatal )?(?:error|fatal|exception)\b(?! code\b)(?=[\s:\])])/i;

/** The first line that calls itself an error, else the last one: compilers say it first and end with a sum. */
function tellingLine(output: readonly string[]): string | undefined {
  return output.find((line) => namedError.test(line)) ?? output.at(-1);
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
