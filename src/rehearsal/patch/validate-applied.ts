import type { Shape, TypeLookup } from '../api/shape.ts';
import type { Json, JsonObject } from '../objects.ts';
import { goSyntax, goType, goValue } from './go-format.ts';
import { fieldElement, printElement } from './path-element.ts';
import { anyShape, elementOf, fieldShape, insideOf, isObject, structureOf } from './structure.ts';

/**
 * What is wrong with an applied configuration before it is merged, in the words of structured-merge-diff
 * (typed/validate.go): fields that the type does not have, values of the wrong kind, elements without keys or twice the
 * same. Undefined when nothing is. Fields are visited in the order of their names; the server has no order.
 */
export function validateApplied(applied: JsonObject, shape: Shape, lookup: TypeLookup): string | undefined {
  const problems = problemsOf(applied, shape, lookup, '');
  if (problems.length <= 1) return problems[0];
  return ['errors:', ...problems.map((problem) => `  ${problem}`)].join('\n');
}

const at = (path: string, text: string): string[] => [path === '' ? text : `${path}: ${text}`];

function problemsOf(value: Json, shape: Shape, lookup: TypeLookup, path: string): string[] {
  if (value === null) return [];
  switch (shape.type) {
    case 'any':
      return [];
    case 'object':
    case 'map':
      return isObject(value)
        ? fieldProblems(value, shape, lookup, path)
        : at(path, `expected map, got &{${goValue(value)}}`);
    case 'list':
      return Array.isArray(value)
        ? itemProblems(value, shape, lookup, path)
        : at(path, `expected list, got &{${goValue(value)}}`);
    case 'integer':
    case 'number':
      return typeof value === 'number' ? [] : at(path, `expected numeric (int or float), got ${goType(value)}`);
    case 'boolean':
      return typeof value === 'boolean' ? [] : at(path, `expected boolean, got &{${goValue(value)}}`);
    case 'string':
      if (typeof value === 'string') return [];
      // Strings of a format other than bytes may hold any scalar.
      if (shape.format !== undefined && shape.format !== 'byte') return scalarProblems(value, path);
      return at(path, `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`);
    case 'quantity':
      return scalarProblems(value, path);
    case 'int-or-string':
      return [];
  }
}

const scalarProblems = (value: Json, path: string): string[] =>
  typeof value === 'object' ? at(path, `expected any scalar, got &{${goValue(value)}}`) : [];

function fieldProblems(value: JsonObject, shape: Shape, lookup: TypeLookup, path: string): string[] {
  const structure = insideOf(shape, lookup);
  const problems: string[] = [];
  for (const field of Object.keys(value).sort()) {
    const child = value[field];
    if (child === undefined) continue;
    const fieldPath = path + printElement(fieldElement(field));
    const declared = fieldShape(structure, field);
    if (declared === undefined) return [...problems, ...at(fieldPath, 'field not declared in schema')];
    problems.push(...problemsOf(child, declared, lookup, fieldPath));
  }
  return problems;
}

function itemProblems(items: readonly Json[], shape: Shape, lookup: TypeLookup, path: string): string[] {
  const structure = structureOf(shape, lookup);
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const [index, item] of items.entries()) {
    let element = `i:${index}`;
    if (structure.kind !== 'leaf') {
      const wrong = elementProblem(item, structure.kind === 'list' ? structure.keys : []);
      const key = elementOf(item, structure);
      if (wrong !== undefined || key === undefined)
        return [...problems, ...at(path, `element ${index}: ${wrong ?? missingKeys(shape.keys ?? [])}`)];
      element = key;
      if (seen.has(key)) problems.push(...at(path, `duplicate entries for key ${printElement(key)}`));
      seen.add(key);
    }
    problems.push(...problemsOf(item, shape.items ?? anyShape, lookup, path + printElement(element)));
  }
  return problems;
}

function elementProblem(item: Json, keys: readonly string[]): string | undefined {
  if (keys.length > 0) {
    if (item === null) return 'associative list with keys may not have a null element';
    return isObject(item) ? undefined : 'associative list with keys may not have non-map elements';
  }
  if (item === null) return "associative list without keys has an element that's an explicit null";
  if (Array.isArray(item)) return 'not supported: associative list with lists as elements';
  return typeof item === 'object' ? "associative list without keys has an element that's a map type" : undefined;
}

const missingKeys = (keys: readonly string[]): string =>
  `associative list with keys has an element that omits all key fields [${keys.map((key) => JSON.stringify(key)).join(' ')}] (and doesn't have default values for any key fields)`;
