import { celEnv, isCelError, isCelList, isCelMap, parse, plan, type CelInput, type CelValue } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import type { JsonObject, JsonValue } from '../plan/plan.ts';

/**
 * Expressions of the recipe language: CEL, the Common Expression Language of Kubernetes, in `${...}` within text, or
 * without braces in `when`. What an expression names is what it depends on.
 */
export interface Expression {
  source: string;
  /** The paths that it reads: `['images', 'backend', 'tag']`. A computed index ends a path: `images[answers.which].tag` reads `images`. */
  paths: string[][];
  evaluate(scope: JsonObject): JsonValue;
}

export class ExpressionError extends Error {
  /** Offset in the expression, from 0. */
  readonly offset: number;
  /** Where the text stands in the value that was filled in, and what its expressions read; set by `fillIn`. */
  at: (string | number)[] = [];
  paths: string[][] = [];

  constructor(message: string, offset: number) {
    super(message);
    this.name = 'ExpressionError';
    this.offset = offset;
  }
}

const environment = celEnv({ funcs: strings });
const parsed = new Map<string, Expression>();

/** Throws `ExpressionError` when the text is not CEL. */
export function parseExpression(source: string): Expression {
  const known = parsed.get(source);
  if (known !== undefined) return known;
  let tree: ReturnType<typeof parse>;
  try {
    tree = parse(source);
  } catch (error) {
    const { message, location } = error as Error & { location?: { start: { offset: number } } };
    throw new ExpressionError(message.replace(/^<input>:\d+:\d+: /, ''), location?.start.offset ?? 0);
  }
  const evaluate = plan(environment, tree);
  const expression: Expression = {
    source,
    paths: pathsOf(tree.expr as Node),
    evaluate(scope) {
      const result = evaluate(Object.fromEntries(Object.entries(scope).map(([name, value]) => [name, toCel(value)])));
      if (isCelError(result)) throw new ExpressionError(`${result.message} in \${${source}}`, 0);
      return fromCel(result as CelValue);
    },
  };
  parsed.set(source, expression);
  return expression;
}

/** A part of a text: literal, or an expression with its offset in the text. */
export type TemplatePart = { literal: string } | { expression: Expression; offset: number };

/** `$${` stands for a literal `${`. Braces inside string literals of an expression do not end it. */
export function parseTemplate(text: string): TemplatePart[] {
  const parts: TemplatePart[] = [];
  let literal = '';
  let at = 0;
  while (at < text.length) {
    if (text.startsWith('$${', at)) {
      literal += '${';
      at += 3;
    } else if (text.startsWith('${', at)) {
      const end = endOfExpression(text, at + 2);
      if (literal !== '') parts.push({ literal });
      literal = '';
      try {
        parts.push({ expression: parseExpression(text.slice(at + 2, end)), offset: at + 2 });
      } catch (error) {
        if (error instanceof ExpressionError) throw new ExpressionError(error.message, at + 2 + error.offset);
        throw error;
      }
      at = end + 1;
    } else {
      literal += text[at];
      at += 1;
    }
  }
  if (literal !== '' || parts.length === 0) parts.push({ literal });
  return parts;
}

export function hasExpression(text: string): boolean {
  return text.includes('${');
}

/** All paths that a text reads. */
export function templatePaths(text: string): string[][] {
  return parseTemplate(text).flatMap((part) => ('expression' in part ? part.expression.paths : []));
}

/** A text that is one expression keeps the type of its value; within other text, values are written out. */
export function evaluateTemplate(text: string, scope: JsonObject): JsonValue {
  const parts = parseTemplate(text);
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && 'expression' in only) return only.expression.evaluate(scope);
  return parts.map((part) => ('literal' in part ? part.literal : textOf(part.expression.evaluate(scope)))).join('');
}

/** A literal as a template that yields it. */
export function escapeTemplate(text: string): string {
  // A function, since `$$` in a replacement text stands for one `$`.
  return text.replaceAll('${', () => '$${');
}

/** A value as it is written into other text: nothing for null, JSON for lists and maps. */
export function textOf(value: JsonValue): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function endOfExpression(text: string, from: number): number {
  let depth = 0;
  let quote = '';
  for (let at = from; at < text.length; at += 1) {
    const letter = text[at] ?? '';
    if (quote !== '') {
      if (letter === '\\') at += 1;
      else if (letter === quote) quote = '';
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === '{') depth += 1;
    else if (letter === '}') {
      if (depth === 0) return at;
      depth -= 1;
    }
  }
  throw new ExpressionError('${ without its closing }', from - 2);
}

/** Just the shape of a CEL syntax tree that paths need (cel/expr/syntax.proto). */
interface Node {
  exprKind: { case?: string; value?: unknown };
}

function pathsOf(root: Node): string[][] {
  const found: string[][] = [];
  const visit = (node: Node | undefined, bound: ReadonlySet<string>): void => {
    if (node === undefined) return;
    const path = pathOf(node);
    if (path !== undefined) {
      if (!bound.has(path[0] ?? '')) found.push(path);
      return;
    }
    const value = (node.exprKind.value ?? {}) as Record<string, unknown>;
    switch (node.exprKind.case) {
      case 'selectExpr':
        return visit(value['operand'] as Node, bound);
      case 'callExpr':
        visit(value['target'] as Node | undefined, bound);
        return (value['args'] as Node[]).forEach((item) => visit(item, bound));
      case 'listExpr':
        return (value['elements'] as Node[]).forEach((item) => visit(item, bound));
      case 'structExpr':
        return (value['entries'] as { value?: Node; keyKind?: { case?: string; value?: unknown } }[]).forEach(
          (entry) => {
            if (entry.keyKind?.case === 'mapKey') visit(entry.keyKind.value as Node, bound);
            visit(entry.value, bound);
          },
        );
      case 'comprehensionExpr': {
        // `list.all(x, ...)`: x is a name only within the macro, not in the list nor beside it.
        visit(value['iterRange'] as Node, bound);
        visit(value['accuInit'] as Node, bound);
        const inner = new Set([...bound, String(value['iterVar']), String(value['accuVar'])]);
        for (const part of ['loopCondition', 'loopStep', 'result']) visit(value[part] as Node, inner);
        return;
      }
      default:
        return;
    }
  };
  visit(root, new Set());
  return found;
}

/** `a.b["c"].d` as a path; undefined when the node is something else: of `a.b[i].d`, `a.b` and `i` are read. */
function pathOf(node: Node): string[] | undefined {
  const value = node.exprKind.value as Record<string, unknown> | undefined;
  if (node.exprKind.case === 'identExpr') return [String(value?.['name'])];
  if (node.exprKind.case === 'selectExpr') {
    const operand = pathOf(value?.['operand'] as Node);
    return operand && [...operand, String(value?.['field'])];
  }
  if (node.exprKind.case === 'callExpr' && value?.['function'] === '_[_]') {
    const [operand, index] = value['args'] as [Node, Node];
    const path = pathOf(operand);
    const constant = index.exprKind.value as { constantKind?: { case?: string; value?: unknown } } | undefined;
    if (path === undefined || index.exprKind.case !== 'constExpr') return undefined;
    return [...path, String(constant?.constantKind?.value)];
  }
  return undefined;
}

// Whole numbers become CEL ints, so that `answers.replicas + 1` has one type.
function toCel(value: JsonValue): CelInput {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(toCel);
  if (value !== null && typeof value === 'object')
    return new Map(Object.entries(value).map(([key, inner]) => [key, toCel(inner)]));
  return value;
}

function fromCel(value: CelValue | null): JsonValue {
  if (typeof value === 'bigint') return Number(value);
  if (isCelList(value)) return [...value].map((item) => fromCel(item as CelValue));
  if (isCelMap(value))
    return Object.fromEntries(
      [...value].map(([key, item]) => [String(key as string | bigint | boolean), fromCel(item as CelValue)]),
    );
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  throw new ExpressionError(`the value is neither text, number, boolean, list nor map`, 0);
}
