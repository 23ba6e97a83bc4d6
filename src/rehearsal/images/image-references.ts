import type { Command } from './commands.ts';
import { DockerfileError } from './dockerfile-error.ts';
import { fullName, refuseWrongImage } from './image-reference.ts';
import { mountFrom } from './mounts.ts';
import { didYouMean } from './nearest.ts';
import { placeOf, type DockerfileProblem } from './problem.ts';
import type { Stage, StagePlan } from './stages.ts';

/** Names that are those of no stage but nearly so, or of one that comes too late: BuildKit would look for an image. */
export function unknownStages({ reachable, stages }: StagePlan, lines: readonly string[]): DockerfileProblem[] {
  const names = stages.flatMap(({ name }) => name ?? []);
  return reachable.flatMap((stage) =>
    imageReferences(stage, names).flatMap(({ image, line, endLine }): DockerfileProblem[] => {
      if (/[/:@.]/.test(image) || image === 'scratch') return [];
      const isLater = names.includes(image);
      const hint = didYouMean(image, names);
      if (!isLater && hint === '') return [];
      return [
        {
          ...placeOf(lines, line, endLine, image),
          message: `${image}: failed to resolve source metadata for ${fullName(image)}${hint}`,
          remedy: isLater
            ? `The stage ${image} stands further down: move it above this line.`
            : `There is no stage ${image}, so an image of that name would be pulled.`,
          effect: 'build',
        },
      ];
    }),
  );
}

/** Images that a build pulls, with registry and tag, each once. */
export function imagesOf({ reachable, stages }: StagePlan): string[] {
  const names = stages.flatMap(({ name }) => name ?? []);
  const images = reachable.flatMap((stage) => imageReferences(stage, names).map(({ image }) => image));
  return [...new Set(images.filter((image) => image !== 'scratch').map(fullName))];
}

/** What a stage takes from images: its base, COPY --from, RUN --mount. */
function imageReferences(
  { base, parent, line, commands }: Stage,
  names: readonly string[],
): { image: string; line: number; endLine: number }[] {
  const copied = commands.flatMap(({ command, instruction }) =>
    sourceNames(command)
      .filter((image) => image !== '' && !/^\d+$/.test(image) && !names.includes(image.toLowerCase()))
      .map((image) => ({ image, line: instruction.line, endLine: instruction.endLine })),
  );
  return [...(parent === undefined ? [{ image: base, line, endLine: line }] : []), ...copied];
}

function sourceNames(command: Command): string[] {
  if (command.kind === 'run') return command.mounts.flatMap((mount) => mountFrom(mount) ?? []);
  return command.kind === 'copy' && command.from !== undefined ? [command.from] : [];
}

/** Refuses names that no image can have, also in stages that are not needed: BuildKit looks at all of them. */
export function refuseWrongImages({ stages }: StagePlan): void {
  const names = stages.flatMap(({ name }) => name ?? []);
  for (const stage of stages) {
    for (const { image, line } of imageReferences(stage, names)) refuse(image, line);
  }
}

function refuse(image: string, line: number): void {
  try {
    refuseWrongImage(image);
  } catch (error) {
    throw error instanceof DockerfileError ? new DockerfileError(error.message, { line, word: image }) : error;
  }
}
