import { readFile, stat } from 'node:fs/promises';
import { doubtsAbout, type ImageUse } from './container-problems.ts';
import { contextFiles, isPattern, type ContextFiles } from './context-files.ts';
import { DockerfileError } from './dockerfile-error.ts';
import { evaluate, type ContextSource, type Evaluation, type Step } from './evaluate.ts';
import { imagesOf, refuseWrongImages, unknownStages } from './image-references.ts';
import { parseInstructions, type Instruction } from './instructions.ts';
import { placeOf, type DockerfileProblem } from './problem.ts';
import { planStages, readCommands, type StagePlan } from './stages.ts';

export interface DockerfileInput {
  /** Build context; absolute. */
  context: string;
  /** Absolute. */
  dockerfile: string;
  args: Readonly<Record<string, string>>;
  target?: string;
  /** `linux/amd64` unless told. */
  platform?: string;
  /** What the pods of the plan expect of the image. */
  use?: ImageUse;
}

export interface DockerfileReport {
  /** In the order of the file, each once, with registry and tag. */
  baseImages: readonly string[];
  /** Those that the target needs; `scratch`, an image or an earlier stage as base. */
  stages: readonly { name: string; base: string }[];
  /** TCP ports of the target's EXPOSE. */
  exposed: readonly number[];
  /** Of the target, when the Dockerfile says one. */
  user?: string;
  entrypoint?: readonly string[];
  command?: readonly string[];
  /** In the order in which a builder would come upon them. */
  problems: readonly DockerfileProblem[];
  /** As a builder numbers and names them. */
  steps: readonly Step[];
}

/**
 * Reads a Dockerfile as BuildKit would and looks for what would fail: in the file itself, in the context less .dockerignore, and
 * in a container of the image. What only a base image knows (its files, variables, user, ports) is taken to be right.
 */
export async function checkDockerfile(input: DockerfileInput): Promise<DockerfileReport> {
  const problems: DockerfileProblem[] = [];
  const nothing: DockerfileReport = { baseImages: [], stages: [], exposed: [], problems, steps: [] };
  const text = await readDockerfile(input, problems);
  if (text === undefined) return nothing;
  const lines = text.split('\n');
  /** Remembers what BuildKit would say; anything else is thrown on. */
  const note = (error: unknown, at?: Instruction, prefix = ''): void => {
    if (!(error instanceof DockerfileError)) throw error;
    const line = at?.line ?? error.line ?? 1;
    const place = placeOf(lines, line, at?.endLine ?? line, error.word);
    problems.push({
      ...place,
      message: `${prefix}${error.message}`,
      remedy: remedyFor(error.message),
      effect: 'build',
    });
  };
  const read = readPlan(text, input, note);
  if (read === undefined) return nothing;
  const { plan, evaluation } = read;
  const { result } = evaluation;
  const files = await contextFiles(input.context, input.dockerfile);
  for (const source of evaluation.sources) problems.push(...(await sourceProblems(source, files, input, lines)));
  problems.push(...unknownStages(plan, lines), ...doubtsAbout(result, plan.target, input.use));
  return {
    baseImages: imagesOf(plan),
    stages: plan.reachable.map(({ shown, base, parent }) => ({ name: shown, base: parent?.shown ?? base })),
    exposed: [...new Set(result.exposed.map(({ port }) => port))],
    ...(result.user === undefined ? {} : { user: result.user.name }),
    ...(result.entrypoint === undefined ? {} : { entrypoint: result.entrypoint.words }),
    ...(result.command === undefined ? {} : { command: result.command.words }),
    problems,
    steps: evaluation.steps,
  };
}

/** undefined when the file is such that no builder would begin. */
function readPlan(
  text: string,
  { args, target, platform = 'linux/amd64' }: DockerfileInput,
  note: (error: unknown, at?: Instruction, prefix?: string) => void,
): { plan: StagePlan; evaluation: Evaluation } | undefined {
  try {
    const parsed = parseInstructions(text);
    let isWhole = true;
    const commands = readCommands(parsed, (error, at) => {
      isWhole = false;
      note(error, at, `dockerfile parse error on line ${at.line}: `);
    });
    if (!isWhole) return undefined;
    const plan = planStages(parsed, commands, { args, platform, ...(target === undefined ? {} : { target }) });
    refuseWrongImages(plan);
    return { plan, evaluation: evaluate({ plan, escape: parsed.escape, args, onError: note }) };
  } catch (error) {
    note(error);
    return undefined;
  }
}

/** Context and Dockerfile as docker looks for them before it builds. */
async function readDockerfile(
  { context, dockerfile }: DockerfileInput,
  problems: DockerfileProblem[],
): Promise<string | undefined> {
  const refuse = (message: string, remedy: string): undefined => {
    problems.push({ line: 1, column: 1, message, remedy, effect: 'build' });
  };
  const isThere = async (path: string) =>
    stat(path).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return false;
        throw error;
      },
    );
  if (!(await isThere(context)))
    return refuse(
      `unable to prepare context: path ${JSON.stringify(context)} not found`,
      'Check the path of the code.',
    );
  if (!(await isThere(dockerfile))) {
    const name = dockerfile.slice(dockerfile.lastIndexOf('/') + 1);
    return refuse(
      `failed to read dockerfile: open ${name}: no such file or directory`,
      'Check the path of the Dockerfile in the recipe.',
    );
  }
  const text = await readFile(dockerfile, 'utf8');
  return text === '' ? refuse('the Dockerfile cannot be empty', 'Write at least a FROM line.') : text;
}

async function sourceProblems(
  { path, word, instruction, step }: ContextSource,
  files: ContextFiles,
  { context }: DockerfileInput,
  lines: readonly string[],
): Promise<DockerfileProblem[]> {
  const place = { ...placeOf(lines, instruction.line, instruction.endLine, word), step };
  if (isPattern(path)) {
    const matched = await files.matches(path);
    if (matched === true) return [];
    return [
      matched === false
        ? {
            ...place,
            message: `${word} matches nothing in the build context`,
            remedy: 'Check the pattern, and .dockerignore; a builder goes on without a word.',
            effect: 'doubt',
          }
        : {
            ...place,
            message: `lstat /${matched.missing}: no such file or directory`,
            remedy: `There is no folder ${matched.missing} in ${context}, or .dockerignore leaves it out.`,
            effect: 'build',
          },
    ];
  }
  const found = await files.find(path);
  if (found === 'there') return [];
  const shown = JSON.stringify(
    `/${path
      .split('/')
      .filter((part) => part !== '' && part !== '.')
      .join('/')}`,
  );
  return [
    {
      ...place,
      message: `failed to compute cache key: failed to calculate checksum of ref: ${shown}: not found`,
      remedy:
        found === 'ignored'
          ? `.dockerignore leaves it out: take it back there with a line !${path.replace(/^\.?\//, '')}`
          : `There is no such file in ${context}: paths are relative to the build context, not to the Dockerfile.`,
      effect: 'build',
    },
  ];
}

/** What mends a mistake, by BuildKit's words for it. */
function remedyFor(message: string): string {
  return (
    remedies.find(([words]) => words.test(message))?.[1] ??
    'Correct the line: https://docs.docker.com/reference/dockerfile/'
  );
}

const remedies: readonly [RegExp, string][] = [
  [
    /^unknown instruction/,
    'Correct the instruction; a line that goes on needs a backslash at the end of the line before.',
  ],
  [/^unknown flag/, 'Correct the flag.'],
  [/requires at least two arguments/, 'Name the source and the destination.'],
  [/should not be blank/, 'Give the ARG before FROM a default, or the image of the recipe that argument.'],
  [/^target stage/, 'Name a stage of the Dockerfile as target in the recipe.'],
  [/no build stage in current context/, 'Begin with a FROM line; only ARG may stand before it.'],
  [/needs to be defined before/, 'Move that stage above this one.'],
  [/^circular dependency/, 'Let no stage copy from one that needs it.'],
  [/unterminated heredoc/, 'End the here-document with a line that is its word alone.'],
  [/variable expansion is not supported for --from/, 'Add a stage: FROM $IMAGE AS name, and copy from it.'],
];
