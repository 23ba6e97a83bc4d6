import { lstat, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { UserError, UserErrors } from '../errors/errors.ts';
import type { Recipe } from './recipe.ts';

interface NamedPath {
  /** Where the recipe names it. */
  at: (string | number)[];
  /** Relative to the folder of the recipe; for an export, to the folder that is written. */
  path: string;
  /** A file that a run or an export reads: it must be there. */
  isRead: boolean;
}

/** Every path that a recipe names stays below the folder of the recipe; no file is looked at. */
export function checkPathsStayInside(recipe: Recipe): UserError[] {
  return namedPaths(recipe).flatMap(({ at, path }) =>
    !isAbsolute(path) && isInside(recipe.folder, resolve(recipe.folder, path))
      ? []
      : [
          new UserError(`${at.join('.')} leaves the folder of the recipe: ${path}`, {
            place: recipe.place(at),
            next: ['Name a path below the folder of the recipe.'],
          }),
        ],
  );
}

/** Every file and folder that a recipe reads is there, and inside its folder also after symbolic links. */
export async function checkPaths(recipe: Recipe): Promise<void> {
  const errors: UserError[] = [];
  const root = await realpath(recipe.folder);
  for (const { at, path, isRead } of namedPaths(recipe)) {
    if (!isRead) continue;
    const place = recipe.place(at);
    const full = resolve(recipe.folder, path);
    const found = await lstat(full).then(
      () => realpath(full).catch(() => undefined), // A link to nothing is not there.
      () => undefined,
    );
    if (found === undefined)
      errors.push(
        new UserError(`${at.join('.')} names ${path}, which is not there`, {
          place,
          next: [`Make ${full}, or correct the path.`],
        }),
      );
    else if (!isInside(root, found))
      errors.push(
        new UserError(`${at.join('.')} leaves the folder of the recipe by a symbolic link: ${path}`, {
          place,
          next: ['Put a copy of the file or folder in place of the link.'],
        }),
      );
  }
  const [first] = errors;
  if (first !== undefined)
    throw errors.length === 1 ? first : new UserErrors(`${errors.length} mistakes in ${recipe.file}`, errors);
}

function isInside(folder: string, path: string): boolean {
  const from = relative(folder, path);
  return from === '' || (!from.startsWith(`..${sep}`) && from !== '..' && !isAbsolute(from));
}

interface PathSections {
  images?: Record<string, { dockerfile: string; context: string }>;
  releases?: Record<string, { chart: unknown; values?: string[] }>;
  addons?: Record<string, { files?: string[] }>;
  secrets?: Record<string, { keys?: Record<string, { file?: string }[]> }>;
}

function namedPaths(recipe: Recipe): NamedPath[] {
  const { images = {}, releases = {}, addons = {}, secrets = {} } = recipe.sections as PathSections;
  const source = typeof recipe.source === 'string' ? recipe.source : recipe.source.path;
  const read = (at: NamedPath['at'], path: string): NamedPath => ({ at, path, isRead: true });
  return [
    read(['source'], source),
    ...Object.entries(images).flatMap(([id, { dockerfile, context }]) => [
      read(['images', id, 'dockerfile'], dockerfile),
      read(['images', id, 'context'], join(source, context)),
    ]),
    ...Object.entries(releases).flatMap(([id, { chart, values }]) => releasePaths(recipe, id, chart, values)),
    ...Object.entries(addons).flatMap(([id, { files = [] }]) =>
      files.map((file, index) => read(['addons', id, 'files', index], file)),
    ),
    ...Object.entries(secrets).flatMap(([id, { keys = {} }]) =>
      Object.entries(keys).flatMap(([key, sources]) =>
        sources.flatMap(({ file }, index) =>
          // A file that an answer names is the person's own, wherever it is.
          file === undefined || file.includes('${') ? [] : [read(['secrets', id, 'keys', key, index, 'file'], file)],
        ),
      ),
    ),
    ...Object.entries(recipe.exports).flatMap(([id, { files }]) =>
      files.flatMap(({ path, from }, index) => [
        { at: ['exports', id, 'files', index, 'path'], path, isRead: false },
        ...(from === undefined ? [] : [read(['exports', id, 'files', index, 'from'], from)]),
      ]),
    ),
  ];
}

/** Values files are relative to a chart of the recipe, and to the recipe for a chart of a repository. */
function releasePaths(recipe: Recipe, id: string, chart: unknown, own: string[] | undefined): NamedPath[] {
  const base = typeof chart === 'string' ? chart : '.';
  const values =
    own?.map((file, index) => ({ file, at: ['releases', id, 'values', index] })) ??
    Object.entries(recipe.environments).flatMap(([name, environment]) =>
      environment.values.map((file, index) => ({ file, at: ['environments', name, 'values', index] })),
    );
  return [
    ...(typeof chart === 'string' ? [{ at: ['releases', id, 'chart'], path: chart, isRead: true }] : []),
    ...values.map(({ file, at }) => ({ at, path: join(base, file), isRead: true })),
  ];
}
