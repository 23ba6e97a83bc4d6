import { parse, unparse } from '@bufbuild/cel';
import { ExpressionError, parseExpression, type Expression } from './expression.ts';
import type { JsonObject, JsonValue } from '../plan/plan.ts';

type Tree = ReturnType<typeof parse>;
type Node = NonNullable<Tree['expr']>;

/**
 * The expression with everything filled in that does not depend on what is unknown, so that whoever evaluates the rest
 * needs only that: of `answers.expose == "nodePort" ? releases.web.url : "none"` the part `releases.web.url` is left.
 */
export function reduceExpression(
  source: string,
  scope: JsonObject,
  isKnown: (path: readonly string[]) => boolean,
): string {
  const tree = parse(source);
  return tree.expr === undefined ? source : unparse({ ...tree, expr: reduce(tree.expr, { tree, scope, isKnown }) });
}

interface Reduction {
  tree: Tree;
  scope: JsonObject;
  isKnown: (path: readonly string[]) => boolean;
}

function reduce(node: Node, reduction: Reduction): Node {
  const value = valueOf(node, reduction);
  if (value !== undefined) return literal(value);
  const { exprKind } = node;
  switch (exprKind.case) {
    case 'callExpr': {
      const { args, target, function: name } = exprKind.value;
      const [condition, yes, no] = args;
      if (name === '_?_:_' && condition !== undefined && yes !== undefined && no !== undefined) {
        const chosen = valueOf(condition, reduction);
        if (typeof chosen === 'boolean') return reduce(chosen ? yes : no, reduction);
      }
      const call = { ...exprKind.value, args: args.map((item) => reduce(item, reduction)) };
      const reduced = target === undefined ? call : { ...call, target: reduce(target, reduction) };
      return { ...node, exprKind: { case: 'callExpr', value: reduced } };
    }
    case 'listExpr': {
      const elements = exprKind.value.elements.map((item) => reduce(item, reduction));
      return { ...node, exprKind: { case: 'listExpr', value: { ...exprKind.value, elements } } };
    }
    default:
      return node;
  }
}

/** undefined: it depends on something unknown, or has no value. */
function valueOf(node: Node, { tree, scope, isKnown }: Reduction): JsonValue | undefined {
  const expression = part(node, tree);
  if (expression === undefined || !expression.paths.every(isKnown)) return undefined;
  try {
    return expression.evaluate(scope);
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

/** A part of a macro has no text of its own. */
function part(node: Node, tree: Tree): Expression | undefined {
  try {
    return parseExpression(unparse({ ...tree, expr: node }));
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

/** JSON is CEL, except that a whole number beyond 64 bits must look like a fraction. */
function literal(value: JsonValue): Node {
  const { expr } = parse(JSON.stringify(value));
  if (expr === undefined) throw new ExpressionError('a value that cannot be written', 0);
  return expr;
}
