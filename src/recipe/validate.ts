import { lstat, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { UserError, UserErrors } from '../errors/errors.ts';
import { ExpressionError, parseExpression, parseTemplate } from './expression.ts';
import type { Recipe } from './recipe.ts';
import { isSecretPath, mayHoldSecret } from './secret-flow.ts';

type Path = (string | number)[];

/** Names that expressions may start with. */
const roots = [
  'answers',
  'environment',
  'namespace',
  'target',
  'recipe',
  'images',
  'namespaces',
  'secrets',
  'database',
  'releases',
  'addons',
  'keycloak',
  'certificates',
  'dns',
  'gitops',
  'captured',
];

/** Syntax of every expression, the names it starts with, and that no secret leaves the secrets. */
export function checkExpressions(recipe: Recipe): UserError[] {
  const errors: UserError[] = [];
  const report = (path: Path, message: string, next: string[] = []) =>
    errors.push(new UserError(message, { place: recipe.place(path), next }));
  const parts: Record<string, unknown> = {
    questions: recipe.questions,
    namespace: recipe.namespace,
    ...recipe.sections,
  };
  for (const [path, text] of textsOf(parts)) {
    try {
      const isCondition = path.at(-1) === 'when';
      const paths = isCondition
        ? parseExpression(text).paths
        : parseTemplate(text).flatMap((part) => ('expression' in part ? part.expression.paths : []));
      for (const read of paths) {
        const name = read.join('.');
        if (!roots.includes(read[0] ?? ''))
          report(path, `Unknown name ${name} in an expression`, [
            `Expressions start with one of: ${roots.join(', ')}.`,
          ]);
        if (isSecretPath(read) && !mayHoldSecret(path)) {
          report(path, `The secret ${name} would leave the Secrets: ${path.join('.')} is shown and stored`, [
            'A secret can flow only into `from` of a key under `secrets`; let the pod read it by secretKeyRef.',
          ]);
        }
      }
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      report(path, `The expression in ${path.join('.')} cannot be read: ${error.message}`);
    }
  }
  return errors;
}

/** Every text of a value, with its path. */
function* textsOf(value: unknown, path: Path = []): Generator<[Path, string]> {
  if (typeof value === 'string') yield [path, value];
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* textsOf(item, [...path, index]);
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) yield* textsOf(item, [...path, key]);
}

/** Every file and folder that a recipe names lies inside its folder, also after symbolic links; and is there. */
export async function checkPaths(recipe: Recipe): Promise<void> {
  const errors: UserError[] = [];
  const root = await realpath(recipe.folder);
  for (const [path, name] of pathsOf(recipe)) {
    const place = recipe.place(path);
    const full = resolve(recipe.folder, name);
    if (isAbsolute(name) || !isInside(recipe.folder, full)) {
      errors.push(
        new UserError(`${path.join('.')} leaves the folder of the recipe: ${name}`, {
          place,
          next: ['Name a path below the folder of the recipe.'],
        }),
      );
      continue;
    }
    const found = await lstat(full).then(
      () => realpath(full),
      () => undefined,
    );
    if (found === undefined)
      errors.push(
        new UserError(`${path.join('.')} names ${name}, which is not there`, {
          place,
          next: [`Make ${full}, or correct the path.`],
        }),
      );
    else if (!isInside(root, found))
      errors.push(
        new UserError(`${path.join('.')} leaves the folder of the recipe by a symbolic link: ${name}`, { place }),
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
}

function* pathsOf(recipe: Recipe): Generator<[Path, string]> {
  const source = typeof recipe.source === 'string' ? recipe.source : recipe.source.path;
  yield [['source'], source];
  const { images = {}, releases = {}, addons = {} } = recipe.sections as PathSections;
  for (const [id, { dockerfile, context }] of Object.entries(images)) {
    yield [['images', id, 'dockerfile'], dockerfile];
    yield [['images', id, 'context'], join(source, context)];
  }
  for (const [id, { chart, values = [] }] of Object.entries(releases)) {
    if (typeof chart !== 'string') continue;
    yield [['releases', id, 'chart'], chart];
    for (const [index, file] of values.entries()) yield [['releases', id, 'values', index], join(chart, file)];
  }
  for (const [id, { files = [] }] of Object.entries(addons)) {
    for (const [index, file] of files.entries()) yield [['addons', id, 'files', index], file];
  }
}
