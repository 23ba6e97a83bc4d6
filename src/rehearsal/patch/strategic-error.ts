import { badRequest, StatusError } from '../api/status-error.ts';
import type { Json, JsonObject } from '../objects.ts';
import { goType, goValue } from './go-format.ts';

/**
 * How a strategic merge patch is refused: some formats with 400, lists of lists with 422, everything else with 500 and no
 * reason (apimachinery, pkg/util/mergepatch/errors.go; apiserver, interpretStrategicMergePatchError).
 */
const internal = (message: string) => new StatusError(500, '', message);

export const badFormatOf = (what: 'primitive list' | 'retainKeys' | 'setElementOrder list') =>
  badRequest(`invalid patch format of ${what}`);

export const noMergeKey = (item: JsonObject, key: string) =>
  internal(`map: ${goValue(item)} does not contain declared merge key: ${key}`);

export const unknownDirective = (directive: Json | undefined, patch: JsonObject) =>
  internal(`unknown patch type: ${goValue(directive)} in map: ${goValue(patch)}`);

export const mergeDirective = () => internal('merging lists cannot yet be specified in the patch');

export const wrongType = (expected: Json, actual: Json) =>
  internal(`expected a ${goType(expected)}, but received a ${goType(actual)}`);

export const mixedItems = (...lists: readonly Json[][]) =>
  internal(`list element types are not identical: ${goValue([...lists])}`);

export const emptyLists = () => internal('no elements in any of the given slices');

export const notMaps = (index: number) => internal(`value for key ${index} is not a map`);

export const wrongOrder = (patch: Json[], order: Json[]) =>
  internal(`The order in patch list:\n${goValue(patch)}\n doesn't match $setElementOrder list:\n${goValue(order)}\n`);

export const noSuchField = (struct: string, field: string) =>
  internal(`unable to find api field in struct ${struct} for the json field ${JSON.stringify(field)}`);

export const noKeyDeclared = (type: string) => internal(`cannot merge lists without merge key for ${type}`);

export function listsOfLists(): StatusError {
  const message = 'the server rejected our request due to an error in our request';
  return new StatusError(422, 'Invalid', message, {});
}
