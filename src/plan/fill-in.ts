import {
  escapeTemplate,
  evaluateTemplate,
  ExpressionError,
  hasExpression,
  parseExpression,
  parseTemplate,
  templatePaths,
  textOf,
  type Expression,
  type TemplatePart,
} from '../recipe/expression.ts';
import { reduceExpression } from '../recipe/reduce.ts';
import { isSecretPath } from '../recipe/secret-flow.ts';
import type { JsonObject, JsonValue } from './plan.ts';

type At = readonly (string | number)[];

/** Whether a path that the scope does not hold is left for later. Any other missing one is an error. */
export type IsLeft = (path: readonly string[], scope: JsonObject) => boolean;

/** A run leaves whatever is missing below a name that it knows. */
const belowKnown: IsLeft = ([root = ''], scope) => root in scope;

interface Filling {
  scope: JsonObject;
  isLeft: IsLeft;
  /** What a text becomes whose expressions are all filled in. */
  finish: (value: JsonValue) => JsonValue;
}

/**
 * Fills in the expressions of a value whose names are all known, and takes the escape off literal `$${`; a text that
 * reads anything else stays a template. In a list, an entry with `when` stays only if that holds, and loses the `when`.
 * Throws `ExpressionError` with the place in the value.
 */
export function fillIn(value: unknown, scope: JsonObject, isLeft: IsLeft = belowKnown): JsonValue {
  return fill(value, { scope, isLeft, finish: (filled) => filled }, []);
}

/**
 * The same, and what is filled in stays a template: an answer that happens to hold `${` is not taken for an expression
 * when the run fills in the rest.
 */
export function fillTemplates(value: unknown, scope: JsonObject, isLeft: IsLeft): JsonValue {
  return fill(value, { scope, isLeft, finish: escaped }, []);
}

/** Filled-in templates as the values that they stand for; those that the run fills in stay as they are. */
export function literal(value: JsonObject): JsonObject {
  return fillIn(value, {}, () => true) as JsonObject;
}

function fill(value: unknown, filling: Filling, at: At): JsonValue {
  if (typeof value === 'string') return fillText(value, filling, at);
  if (Array.isArray(value))
    return value.flatMap((item: unknown, index) =>
      isWanted(item, filling.scope, [...at, index]) ? [fill(withoutWhen(item), filling, [...at, index])] : [],
    );
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, item]) =>
        item === undefined ? [] : [[key, fill(item, filling, [...at, key])]],
      ),
    );
  }
  return value as JsonValue;
}

/** Known parts of a text are written in, the others stay; a text of one known expression keeps the type of its value. */
function fillText(text: string, { scope, isLeft, finish }: Filling, at: At): JsonValue {
  if (!hasExpression(text)) return text;
  return placed(text, at, () => {
    const parts = parseTemplate(text);
    const isOpen = (part: TemplatePart) => 'expression' in part && !isClosed(part.expression, scope, isLeft);
    if (!parts.some(isOpen)) return finish(evaluateTemplate(text, scope));
    return parts
      .map((part) => {
        if ('literal' in part) return escapeTemplate(part.literal);
        const { source } = part.expression;
        if (isOpen(part)) return `\${${reduceExpression(source, scope, (path) => isKnown(path, scope, isLeft))}}`;
        return escapeTemplate(textOf(evaluateTemplate(`\${${source}}`, scope)));
      })
      .join('');
  });
}

/** An expression that reads something left for later is closed all the same when its value does not depend on it. */
function isClosed(expression: Expression, scope: JsonObject, isLeft: IsLeft): boolean {
  if (expression.paths.every((path) => isKnown(path, scope, isLeft))) return true;
  try {
    expression.evaluate(scope);
    return true;
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}

/** Secrets and captures are left, and so is what the caller says. A name that nothing knows is an error when evaluated. */
function isKnown(path: readonly string[], scope: JsonObject, isLeft: IsLeft): boolean {
  if (isSecretPath(path) || path[0] === 'captured') return false;
  let at: JsonValue | undefined = scope;
  for (const part of path) {
    if (typeof at !== 'object' || at === null || Array.isArray(at)) return true;
    if (!Object.hasOwn(at, part)) return !isLeft(path, scope);
    at = at[part];
  }
  return true;
}

/** A value without the list entries whose `when` does not hold; those that stay keep theirs. */
export function wantedOnly(value: unknown, scope: JsonObject, at: At = []): unknown {
  if (Array.isArray(value))
    return value.flatMap((item: unknown, index) =>
      isWanted(item, scope, [...at, index]) ? [wantedOnly(item, scope, [...at, index])] : [],
    );
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, wantedOnly(item, scope, [...at, key])]));
}

function isWanted(item: unknown, scope: JsonObject, at: At): boolean {
  const when = typeof item === 'object' && item !== null && 'when' in item ? item.when : undefined;
  return typeof when !== 'string' || placed(when, [...at, 'when'], () => holds(when, scope), true);
}

/** Evaluates a condition; `ExpressionError` when it is neither true nor false. */
export function holds(when: string, scope: JsonObject): boolean {
  const value = parseExpression(when).evaluate(scope);
  if (typeof value === 'boolean') return value;
  throw new ExpressionError(`the condition ${when} gives ${JSON.stringify(value)}, neither true nor false`, 0);
}

/** Runs an evaluation; its error is told where the text stands and what it reads. */
function placed<T>(text: string, at: At, evaluate: () => T, isCondition = false): T {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof ExpressionError) {
      error.at = [...at];
      error.paths = pathsOf(text, isCondition);
    }
    throw error;
  }
}

function pathsOf(text: string, isCondition: boolean): string[][] {
  try {
    return isCondition ? parseExpression(text).paths : templatePaths(text);
  } catch (error) {
    // The text is no expression at all: that is the error which is on its way.
    if (error instanceof ExpressionError) return [];
    throw error;
  }
}

function withoutWhen(item: unknown): unknown {
  if (typeof item !== 'object' || item === null || Array.isArray(item) || !('when' in item)) return item;
  return Object.fromEntries(Object.entries(item).filter(([key]) => key !== 'when'));
}

function escaped(value: JsonValue): JsonValue {
  if (typeof value === 'string') return escapeTemplate(value);
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escaped(item)]));
  return value;
}

/** Every path that any expression of a value reads, conditions of list entries included. */
export function pathsIn(value: unknown): string[][] {
  return [...expressions(value, [])].flatMap(([, paths]) => paths);
}

/** Where in a value the first expression stands that reads a path. */
export function whereRead(value: unknown, path: readonly string[]): At {
  const wanted = path.join('.');
  const found = [...expressions(value, [])].find(([, paths]) => paths.some((read) => read.join('.') === wanted));
  return found?.[0] ?? [];
}

/** Which answers each parameter was made from, so that a failure can name the answer to change. */
export function originsOf(params: unknown): Record<string, string[]> {
  const origins: Record<string, string[]> = {};
  for (const [at, paths] of expressions(params, [])) {
    const answers = paths.flatMap(([root, id]) =>
      root === 'answers' && id !== undefined ? [id] : root === 'target' && id === 'namespace' ? ['namespace'] : [],
    );
    const name = at.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${part}`));
    const key = name.join('');
    if (answers.length > 0) origins[key] = [...new Set([...(origins[key] ?? []), ...answers])].sort();
  }
  return origins;
}

function* expressions(value: unknown, at: At): Generator<[At, string[][]]> {
  if (typeof value === 'string') {
    if (hasExpression(value)) yield [at, templatePaths(value)];
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* expressions(item, [...at, index]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      const isCondition = key === 'when' && typeof at.at(-1) === 'number' && typeof item === 'string';
      if (isCondition) yield [at, parseExpression(item).paths];
      else yield* expressions(item, [...at, key]);
    }
  }
}
