import {
  evaluateTemplate,
  hasExpression,
  parseExpression,
  parseTemplate,
  type TemplatePart,
} from '../recipe/expression.ts';
import { isSecretPath } from '../recipe/secret-flow.ts';
import type { JsonObject, JsonValue } from './plan.ts';

/**
 * Fills in the expressions of a value whose names are all known; a text that reads anything else stays as it is, for
 * the run. In a list, an entry with `when` stays only if that holds, and loses the `when`.
 */
export function fillIn(value: unknown, scope: JsonObject): JsonValue {
  if (typeof value === 'string') return fillText(value, scope);
  if (Array.isArray(value))
    return value.filter((item) => isWanted(item, scope)).map((item) => fillIn(withoutWhen(item), scope));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, item]) => (item === undefined ? [] : [[key, fillIn(item, scope)]])),
    );
  }
  return value as JsonValue;
}

/** Known parts of a text are written in, the others stay; a text of one known expression keeps the type of its value. */
function fillText(text: string, scope: JsonObject): JsonValue {
  if (!hasExpression(text)) return text;
  const parts = parseTemplate(text);
  const isOpen = (part: TemplatePart) =>
    'expression' in part && !part.expression.paths.every((path) => isKnown(path, scope));
  if (!parts.some(isOpen)) return evaluateTemplate(text, scope);
  return parts
    .map((part) => {
      if ('literal' in part) return part.literal.replaceAll('${', '$${');
      const source = `\${${part.expression.source}}`;
      return isOpen(part) ? source : String(evaluateTemplate(source, scope)).replaceAll('${', '$${');
    })
    .join('');
}

/**
 * A path is left for the run when it is a secret, or when it leads into something that the plan knows of but not so
 * far: `releases.frontend` is known, its `url` is not. A name that nothing knows is an error when evaluated.
 */
function isKnown(path: readonly string[], scope: JsonObject): boolean {
  if (isSecretPath(path) || path[0] === 'captured') return false;
  let at: JsonValue | undefined = scope;
  for (const [depth, part] of path.entries()) {
    if (typeof at !== 'object' || at === null || Array.isArray(at)) return true;
    if (!(part in at)) return !(depth > 0 && isRunTime(path));
    at = at[part];
  }
  return true;
}

/** Values that only a run can find out. */
export function isRunTime(path: readonly string[]): boolean {
  if (path[0] === 'releases') return path.at(-1) === 'url' && path.length >= 3;
  // Changes whenever the content of the Secret does, so that pods are replaced then.
  if (path[0] === 'secrets') return path.at(-1) === 'version';
  return path[0] === 'addons' || path[0] === 'keycloak' || path[0] === 'dns' || path[0] === 'gitops';
}

function isWanted(item: unknown, scope: JsonObject): boolean {
  const when = typeof item === 'object' && item !== null && 'when' in item ? item.when : undefined;
  return typeof when !== 'string' || parseExpression(when).evaluate(scope) === true;
}

function withoutWhen(item: unknown): unknown {
  if (typeof item !== 'object' || item === null || Array.isArray(item) || !('when' in item)) return item;
  return Object.fromEntries(Object.entries(item).filter(([key]) => key !== 'when'));
}

/** Every path that any expression of a value reads. */
export function pathsIn(value: unknown): string[][] {
  return [...expressions(value, '')].flatMap(([, paths]) => paths);
}

/** Which answers each parameter was made from, so that a failure can name the answer to change. */
export function originsOf(params: unknown): Record<string, string[]> {
  const origins: Record<string, string[]> = {};
  for (const [at, paths] of expressions(params, '')) {
    const answers = paths.flatMap(([root, id]) =>
      root === 'answers' && id !== undefined ? [id] : root === 'target' && id === 'namespace' ? ['namespace'] : [],
    );
    if (answers.length > 0) origins[at] = [...new Set([...(origins[at] ?? []), ...answers])].sort();
  }
  return origins;
}

function* expressions(value: unknown, at: string): Generator<[string, string[][]]> {
  if (typeof value === 'string') {
    if (at.endsWith('when')) yield [at.replace(/\.?when$/, ''), parseExpression(value).paths];
    else if (hasExpression(value))
      yield [at, parseTemplate(value).flatMap((part) => ('expression' in part ? part.expression.paths : []))];
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* expressions(item, `${at}[${index}]`);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* expressions(item, at === '' ? key : `${at}.${key}`);
  }
}
