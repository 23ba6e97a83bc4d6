import { UserError } from '../errors/errors.ts';
import { closest } from './closest.ts';
import { ExpressionError, parseExpression, parseTemplate } from './expression.ts';
import type { Recipe } from './recipe.ts';
import { isSecretPath, mayHoldSecret } from './secret-flow.ts';

type Path = (string | number)[];

/** Names that conditions may start with: what is known before anything is planned. */
const conditionRoots = ['answers', 'environment', 'target', 'recipe'];

/** Names that all other expressions may start with. */
const roots = [
  ...conditionRoots,
  'images',
  'namespaces',
  'secrets',
  'database',
  'releases',
  'addons',
  'keycloak',
  'certificates',
  'captured',
];

/** Sections whose entries expressions name: `images.backend`. */
const named = ['images', 'secrets', 'releases', 'addons', 'certificates'];

/** Answers to the questions that every recipe asks. */
const commonAnswers = ['environment', 'namespace', 'source'];

/** Keys below which a recipe holds what another program reads: a `when` there is none of ours, unless of a list entry. */
const foreign = new Set(['set', 'values', 'settings', 'objects', 'syncPolicy', 'resources', 'json']);

/** Syntax of every expression, the names it starts with, what they name, and that no secret leaves the secrets. */
export function checkExpressions(recipe: Recipe): UserError[] {
  const errors: UserError[] = [];
  for (const { path, paths, isCondition, error } of expressionsOf(recipe)) {
    const place = recipe.place(path);
    if (error !== undefined) {
      errors.push(
        new UserError(`The expression in ${path.join('.')} cannot be read: ${error.message}`, {
          place,
          next: ['Expressions are CEL, as in Kubernetes: https://cel.dev. A literal ${ is written $${.'],
        }),
      );
    }
    for (const read of new Map(paths.map((one) => [one.join('.'), one])).values()) {
      const message = mistakeIn(recipe, read, path, isCondition);
      if (message !== undefined) errors.push(new UserError(message.what, { place, next: [message.next] }));
    }
  }
  return errors;
}

interface FoundExpression {
  path: Path;
  isCondition: boolean;
  paths: string[][];
  error?: ExpressionError;
}

function expressionsOf(recipe: Recipe): FoundExpression[] {
  const templates = { questions: recipe.questions, ...recipe.sections };
  // The texts of these two are for people and for other programs: only their conditions are ours.
  const conditions = { exports: recipe.exports, notes: recipe.notes };
  return [
    ...[...textsOf(templates)].map(([path, text]) => read(path, text, isConditionAt(path))),
    ...[...textsOf(conditions)].flatMap(([path, text]) => (isConditionAt(path) ? [read(path, text, true)] : [])),
  ];
}

function read(path: Path, text: string, isCondition: boolean): FoundExpression {
  try {
    const paths = isCondition
      ? parseExpression(text).paths
      : parseTemplate(text).flatMap((part) => ('expression' in part ? part.expression.paths : []));
    return { path, isCondition, paths };
  } catch (error) {
    if (error instanceof ExpressionError) return { path, isCondition, paths: [], error };
    throw error;
  }
}

function isConditionAt(path: Path): boolean {
  if (path.at(-1) !== 'when') return false;
  return typeof path.at(-2) === 'number' || !path.some((part) => foreign.has(String(part)));
}

function mistakeIn(
  recipe: Recipe,
  read: string[],
  path: Path,
  isCondition: boolean,
): { what: string; next: string } | undefined {
  const name = read.join('.');
  const allowed = isCondition ? conditionRoots : roots;
  const root = read[0] ?? '';
  if (!allowed.includes(root)) {
    const what = roots.includes(root) && isCondition ? `A condition cannot read ${name}` : `Unknown name ${name}`;
    const whose = isCondition ? 'Conditions' : 'Expressions';
    return { what: `${what} in ${path.join('.')}`, next: `${whose} start with one of: ${allowed.join(', ')}.` };
  }
  if (isSecretPath(read) && !mayHoldSecret(path)) {
    return {
      what: `The secret ${name} would leave the Secrets: ${path.join('.')} is shown and stored`,
      next: 'A secret can flow only into `from` of a key under `secrets`; let the pod read it by secretKeyRef.',
    };
  }
  return missingIn(recipe, read, path);
}

/** A name that nothing in the recipe stands for. */
function missingIn(recipe: Recipe, read: string[], path: Path): { what: string; next: string } | undefined {
  const [root = '', id, third, key] = read;
  const lacks = (what: string, word: string, candidates: string[]) => {
    const near = closest(word, candidates);
    const next = near === undefined ? `There is: ${candidates.join(', ') || 'nothing'}.` : `Did you mean ${near}?`;
    return { what: `${path.join('.')} refers to ${read.join('.')}, and ${what}`, next };
  };
  if ((root === 'database' || root === 'keycloak') && recipe.sections[root] === undefined)
    return {
      what: `${path.join('.')} refers to ${read.join('.')}, and the recipe has no ${root}`,
      next: `Add ${root}.`,
    };
  if (id === undefined) return undefined;
  if (root === 'answers') {
    const asked = recipe.questions.map((question) => question.id);
    const ids = [...asked, ...commonAnswers];
    if (!ids.includes(id)) return lacks('no question has this id', id, ids);
    const isEarlier = path[0] !== 'questions' || commonAnswers.includes(id) || asked.indexOf(id) < Number(path[1]);
    if (isEarlier) return undefined;
    return {
      what: `${path.join('.')} reads ${read.join('.')}, which is asked only later`,
      next: `Move the question ${id} before it.`,
    };
  }
  if (!named.includes(root)) return undefined;
  const entries = (recipe.sections[root] ?? {}) as Record<string, { keys?: object; services?: object }>;
  const entry = entries[id];
  if (entry === undefined) return lacks('nothing in the recipe makes it', id, Object.keys(entries));
  const inner =
    root === 'secrets' && third === 'keys' ? (entry.keys ?? {}) : third === 'services' ? entry.services : undefined;
  if (inner === undefined || key === undefined || Object.hasOwn(inner, key)) return undefined;
  return lacks('nothing in the recipe makes it', key, Object.keys(inner));
}

/** Every text of a value, with its path. */
function* textsOf(value: unknown, path: Path = []): Generator<[Path, string]> {
  if (typeof value === 'string') yield [path, value];
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* textsOf(item, [...path, index]);
  else if (typeof value === 'object' && value !== null)
    for (const [key, item] of Object.entries(value)) yield* textsOf(item, [...path, key]);
}
