import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { messageOf, UserError, UserErrors, type SourcePlace } from '../errors/errors.ts';
import type { AnyStepPlan } from '../plan/step-plan.ts';
import { closest } from './closest.ts';
import type { Recipe } from './recipe.ts';
import { recipeSchema, type RecipeBase } from './schema.ts';
import { checkPaths, checkPathsStayInside } from './paths.ts';
import { checkExpressions } from './validate.ts';

type Path = readonly (string | number)[];

const baseKeys = [
  'apiVersion',
  'name',
  'title',
  'description',
  'version',
  'source',
  'environments',
  'namespace',
  'questions',
  'exports',
  'expect',
  'notes',
];

/** Larger recipes are a mistake or an attack. */
const largestBytes = 1024 * 1024;

/**
 * Reads a recipe folder, or a recipe.yaml. Every mistake is reported with file, line and column; all that are found
 * come together.
 */
export async function loadRecipe(path: string, stepPlans: readonly AnyStepPlan[]): Promise<Recipe> {
  const file = resolve(path.endsWith('.yaml') || path.endsWith('.yml') ? path : join(path, 'recipe.yaml'));
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(`The recipe ${file} cannot be read`, {
      why: messageOf(error),
      next: ['deploy-wizard recipe list', 'Name a folder with a recipe.yaml in it.'],
    });
  }
  if (Buffer.byteLength(text) > largestBytes) throw new UserError(`The recipe ${file} is larger than 1 MiB`);
  const recipe = parseRecipe(text, file, stepPlans);
  await checkPaths(recipe);
  return recipe;
}

/** Text to recipe; no file is read. */
export function parseRecipe(text: string, file: string, stepPlans: readonly AnyStepPlan[]): Recipe {
  const lines = new LineCounter();
  // Aliases are not expanded beyond a hundred: a recipe must not be able to fill the memory.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const at = (offset: number): SourcePlace => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (document.errors.length > 0) {
    throw together(
      file,
      document.errors.map(
        (error) =>
          new UserError(yamlMessage(error.message), {
            place: at(error.pos[0]),
            next: ['Correct the YAML at this place.'],
          }),
      ),
    );
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new UserError(`The recipe uses too many aliases`, {
      why: messageOf(error),
      place: at(0),
      next: ['Write out what the aliases stand for.'],
    });
  }
  const place = (path: Path): SourcePlace => at(offsetOf(document, path));
  const result = recipeSchema(stepPlans).safeParse(value ?? {});
  if (!result.success) {
    const keys = [...baseKeys, ...stepPlans.flatMap(({ key }) => (key === undefined ? [] : [key]))];
    throw together(
      file,
      result.error.issues.flatMap((issue) => mistakes(issue, value, place, keys)),
    );
  }
  const recipe: Recipe = {
    ...(result.data as RecipeBase),
    folder: dirname(file),
    file,
    digest: createHash('sha256').update(text).digest('hex'),
    sections: Object.fromEntries(
      stepPlans.flatMap(({ key }) =>
        key !== undefined && result.data[key] !== undefined ? [[key, result.data[key]]] : [],
      ),
    ),
    place,
  };
  const wrong = [...checkExpressions(recipe), ...checkPathsStayInside(recipe)];
  if (wrong.length > 0) throw together(file, wrong);
  return recipe;
}

function together(file: string, errors: UserError[]): UserError {
  const [first] = errors;
  if (errors.length === 1 && first !== undefined) return first;
  return new UserErrors(`${errors.length} mistakes in ${file}`, errors);
}

/** Offset of the key at a path, or of the nearest ancestor that is there. */
function offsetOf(document: Document, path: Path): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const parent: unknown = document.getIn(path.slice(0, depth - 1), true);
    const last = path[depth - 1];
    if (typeof parent === 'object' && parent !== null && 'items' in parent) {
      for (const item of parent.items as { key?: unknown; value?: unknown }[]) {
        const key = isNode(item.key)
          ? (item.key as { value?: unknown; range?: [number, number, number] | null })
          : undefined;
        if (key !== undefined && String(key.value) === String(last) && key.range) return key.range[0];
      }
    }
    const node: unknown = document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return isNode(document.contents) && document.contents.range ? document.contents.range[0] : 0;
}

const describedBy = 'Keys and values are described by: deploy-wizard recipe schema';

/** The words of zod, in the words of a recipe author. */
function mistakes(
  issue: z.core.$ZodIssue,
  value: unknown,
  place: (path: Path) => SourcePlace,
  topKeys: readonly string[],
): UserError[] {
  const path = issue.path.map(toPart);
  const name = path.length === 0 ? 'the recipe' : path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const near = path.length === 0 ? closest(key, topKeys) : undefined;
      return new UserError(`Unknown key ${key}${path.length === 0 ? '' : ` in ${name}`}`, {
        place: place([...path, key]),
        next: [near === undefined ? describedBy : `Did you mean ${near}?`],
      });
    });
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0 && valueAt(value, path) !== undefined) {
    const inner = alternativeMistakes(issue, value, place, topKeys);
    if (inner.length > 0) return inner;
  }
  const found = valueAt(value, path);
  const seen = found === undefined ? '' : `; found ${JSON.stringify(found).slice(0, 60)}`;
  const isMissing = found === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_union');
  const message = isMissing
    ? `${name} is missing`
    : `${name}: ${issue.message.replace(/^Invalid (input|option): /, '')}${seen}`;
  return [new UserError(message, { place: place(path), next: [describedBy] })];
}

/** The mistakes of the alternative that fits best: the one that fails deepest, then with the fewest unknown keys. */
function alternativeMistakes(
  issue: z.core.$ZodIssueInvalidUnion,
  value: unknown,
  place: (path: Path) => SourcePlace,
  topKeys: readonly string[],
): UserError[] {
  const ranked = [...issue.errors].sort(
    (a, b) => depth(b) - depth(a) || unknownKeys(a) - unknownKeys(b) || a.length - b.length,
  );
  const best = ranked[0] ?? [];
  if (best.length === 0 || (depth(best) === 0 && best.every(({ code }) => code === 'invalid_type'))) return [];
  const below = (inner: z.core.$ZodIssue) => ({ ...inner, path: [...issue.path, ...inner.path] });
  const unknown = best.filter(({ code, path }) => code === 'unrecognized_keys' && path.length === 0);
  if (unknown.length === 0) return best.flatMap((inner) => mistakes(below(inner), value, place, topKeys));
  // What is missing then is the consequence: the key that is there was meant for another alternative.
  const wanted = new Set(
    issue.errors
      .flat()
      .filter(
        ({ path }) =>
          path.length === 1 && valueAt(value, [...issue.path.map(toPart), ...path.map(toPart)]) === undefined,
      )
      .map(({ path }) => String(path[0])),
  );
  const next = wanted.size === 0 ? [describedBy] : [`One of these is needed: ${[...wanted].join(', ')}.`];
  return unknown
    .flatMap((inner) => mistakes(below(inner), value, place, topKeys))
    .map(
      (error) => new UserError(error.message, { ...(error.place === undefined ? {} : { place: error.place }), next }),
    );
}

function toPart(part: PropertyKey): string | number {
  return typeof part === 'symbol' ? String(part) : part;
}

function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map(({ path }) => path.length));
}

function unknownKeys(issues: readonly z.core.$ZodIssue[]): number {
  return issues.filter(({ code }) => code === 'unrecognized_keys').length;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string | number, unknown>)[part] : undefined,
    value,
  );
}

function yamlMessage(message: string): string {
  return `YAML: ${message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? message}`;
}
