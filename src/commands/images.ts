import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { hashBuildInput } from '../facts/build-context.ts';
import { fillIn } from '../plan/fill-in.ts';
import type { JsonObject } from '../plan/plan.ts';
import type { Recipe } from '../recipe/recipe.ts';

interface ImageSection {
  context: string;
  dockerfile: string;
  args: Record<string, string>;
  target?: string;
}

/** Content hash by image id. The person's own code brings its own Dockerfile when it has one. */
export async function imageTags(
  recipe: Recipe,
  source: string,
  architecture: string,
  scope: JsonObject,
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const images = Object.entries((recipe.sections['images'] ?? {}) as Record<string, ImageSection>);
  const tags = await Promise.all(
    images.map(async ([id, image]) => [
      id,
      await hashBuildInput(
        {
          ...image,
          // An argument that an answer gives is part of what is built.
          args: fillIn(image.args, scope) as Record<string, string>,
          context: join(source, image.context),
          dockerfile: await dockerfileOf(recipe, source, image),
          platform: `linux/${architecture}`,
        },
        signal,
      ),
    ]),
  );
  return Object.fromEntries(tags) as Record<string, string>;
}

/** Images whose Dockerfile is the person's own, by id: path. */
export async function ownDockerfiles(recipe: Recipe, source: string): Promise<Record<string, string>> {
  const images = Object.entries((recipe.sections['images'] ?? {}) as Record<string, ImageSection>);
  const found = await Promise.all(
    images.map(async ([id, image]) => [id, await dockerfileOf(recipe, source, image)] as const),
  );
  return Object.fromEntries(
    found.filter(
      ([id, path]) => path !== join(recipe.folder, images.find(([other]) => other === id)?.[1].dockerfile ?? ''),
    ),
  );
}

async function dockerfileOf(
  { folder, source: own }: Recipe,
  source: string,
  { context, dockerfile }: ImageSection,
): Promise<string> {
  const theirs = join(source, context, 'Dockerfile');
  const isSample = source === join(folder, typeof own === 'string' ? own : own.path);
  const isThere =
    !isSample &&
    (await stat(theirs).then(
      (file) => file.isFile(),
      () => false,
    )); // Not there: the recipe's is taken.
  return isThere ? theirs : join(folder, dockerfile);
}
