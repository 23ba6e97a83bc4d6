import { badRequest, StatusError } from '../api/status-error.ts';
import type { Json, JsonObject } from '../objects.ts';
import { jsonKind } from './go-format.ts';
import { isEqual } from '../store/equal.ts';
import { isObject } from './structure.ts';

/** Operations that one patch may hold. */
const maxOperations = 10_000;

type Container = JsonObject | Json[];

interface Operation {
  op: string;
  path?: string | undefined;
  from?: string | undefined;
  value: Json;
}

/**
 * RFC 6902, as the API server understands it (evanphx/json-patch v4): `replace` of a field that is not there adds it,
 * indexes may be negative. What the patch does not touch is shared with the document. Throws StatusError: 400 for what is
 * no patch, 413 for too many operations, 422 for an operation that cannot be done, without saying which.
 */
export function applyJsonPatch(document: JsonObject, patch: Json): Json {
  const operations = decoded(patch);
  return operations.reduce<Container>((current, operation) => perform(current, operation) ?? refuse(), document);
}

function refuse(): never {
  const message = 'the server rejected our request due to an error in our request';
  throw new StatusError(422, 'Invalid', message, {});
}

function decoded(patch: Json): Operation[] {
  if (patch === null) return [];
  const wrong = (value: Json, where: string) =>
    badRequest(`error decoding patch: json: cannot unmarshal ${jsonKind(value)} into Go ${where}`);
  if (!Array.isArray(patch)) throw wrong(patch, 'value of type []handlers.jsonPatchOp');
  if (patch.length > maxOperations) {
    const message = `The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.length}`;
    throw new StatusError(413, 'RequestEntityTooLarge', `Request entity is too large: ${message}`);
  }
  return patch.map((operation) => {
    if (operation === null) return { op: 'unknown', value: null };
    if (!isObject(operation)) throw wrong(operation, 'value of type handlers.jsonPatchOp');
    const text = (name: string) => {
      const value = operation[name];
      if (typeof value !== 'string' && value !== undefined && value !== null)
        throw wrong(value, `struct field jsonPatchOp.${name} of type string`);
      return value ?? undefined;
    };
    return { op: text('op') ?? 'unknown', path: text('path'), from: text('from'), value: operation['value'] ?? null };
  });
}

/** Undefined when it cannot be done. */
function perform(document: Container, { op, path, from, value }: Operation): Container | undefined {
  switch (op) {
    case 'add':
      return at(document, path, (parent, key) => added(parent, key, value));
    case 'remove':
      return at(document, path, removed);
    case 'replace':
      if (path === '') return typeof value === 'object' && value !== null ? value : undefined;
      return at(document, path, (parent, key) => replaced(parent, key, value));
    case 'test':
      return isTrue(document, path, value) ? document : undefined;
    case 'copy': {
      const found = valueAt(document, from);
      return found === undefined
        ? undefined
        : at(document, path, (parent, key) => added(parent, key, found.value ?? null));
    }
    case 'move': {
      const found = valueAt(document, from);
      const without = found?.value === undefined ? undefined : at(document, from, removed);
      return without === undefined
        ? undefined
        : at(without, path, (parent, key) => added(parent, key, found?.value ?? null));
    }
    default:
      return undefined;
  }
}

function isTrue(document: Container, path: string | undefined, value: Json): boolean {
  if (path === '') return isEqual(document, value);
  const found = valueAt(document, path);
  return found !== undefined && isEqual(found.value ?? null, value);
}

/** Tokens of a JSON pointer (RFC 6901); undefined for a text without a slash, also the empty one. */
function tokensOf(pointer: string | undefined): string[] | undefined {
  const [, ...tokens] = (pointer ?? '').split('/');
  return tokens.length === 0 ? undefined : tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Changes the container that holds what a pointer points at. */
function at(
  document: Container,
  pointer: string | undefined,
  change: (parent: Container, key: string) => Container | undefined,
): Container | undefined {
  const tokens = tokensOf(pointer);
  const key = tokens?.pop();
  if (tokens === undefined || key === undefined) return undefined;
  return descend(document, tokens, (parent) => change(parent, key));
}

function descend(
  container: Container,
  [token, ...rest]: readonly string[],
  change: (parent: Container) => Container | undefined,
): Container | undefined {
  if (token === undefined) return change(container);
  const child = get(container, token)?.value;
  if (typeof child !== 'object' || child === null) return undefined;
  const next = descend(child, rest, change);
  if (next === undefined || next === child) return next === undefined ? undefined : container;
  if (!Array.isArray(container)) return { ...container, [token]: next };
  return container.with(indexIn(container, token) ?? 0, next);
}

/** Undefined when the way there does not exist; a field that is absent at its end has no value. */
function valueAt(document: Container, pointer: string | undefined): { value: Json | undefined } | undefined {
  const tokens = tokensOf(pointer);
  const key = tokens?.pop();
  if (tokens === undefined || key === undefined) return undefined;
  let container: Container = document;
  for (const token of tokens) {
    const child: Json | undefined = get(container, token)?.value;
    if (typeof child !== 'object' || child === null) return undefined;
    container = child;
  }
  return get(container, key);
}

function get(container: Container, key: string): { value: Json | undefined } | undefined {
  if (!Array.isArray(container)) return { value: Object.hasOwn(container, key) ? container[key] : undefined };
  const index = indexIn(container, key);
  return index === undefined ? undefined : { value: container[index] };
}

/** Index of an item that is there; negative ones count from the end. */
function indexIn(items: readonly Json[], key: string): number | undefined {
  if (!/^[+-]?\d+$/.test(key)) return undefined;
  const index = Number(key);
  const fromStart = index < 0 ? index + items.length : index;
  return fromStart >= 0 && fromStart < items.length ? fromStart : undefined;
}

function added(container: Container, key: string, value: Json): Container | undefined {
  if (!Array.isArray(container)) return { ...container, [key]: value };
  if (key === '-') return [...container, value];
  // One more place than there are items: behind the last.
  const index = indexIn([...container, null], key);
  return index === undefined ? undefined : container.toSpliced(index, 0, value);
}

function removed(container: Container, key: string): Container | undefined {
  if (Array.isArray(container)) {
    const index = indexIn(container, key);
    return index === undefined ? undefined : container.toSpliced(index, 1);
  }
  if (!Object.hasOwn(container, key)) return undefined;
  const { [key]: _, ...rest } = container;
  return rest;
}

function replaced(container: Container, key: string, value: Json): Container | undefined {
  if (!Array.isArray(container)) return { ...container, [key]: value };
  const index = indexIn(container, key);
  return index === undefined ? undefined : container.with(index, value);
}
