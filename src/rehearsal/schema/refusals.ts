import { badRequest, type StatusError } from '../api/status-error.ts';

/** A kind in one version of its group. */
export interface KindIn {
  group: string;
  version: string;
  kind: string;
}

/** Why a body is not the object that it says it is; without the words that name the kinds. */
export class DecodeError extends Error {
  override name = 'DecodeError';
}

// The wording is that of transformDecodeError and summarizeData in k8s.io/apiserver/pkg/endpoints/handlers/rest.go.

/** The body says what it is, and is not that. */
export function cannotBeHandled(found: KindIn, wanted: KindIn, why: string): StatusError {
  return badRequest(`${found.kind} in version "${found.version}" cannot be handled as a ${wanted.kind}: ${why}`);
}

/** The body does not even say what it is. */
export function unrecognized(wanted: KindIn, why: string, body: Uint8Array): StatusError {
  return badRequest(`the object provided is unrecognized (must be of type ${wanted.kind}): ${why} (${summary(body)})`);
}

/** The body names a kind that nobody has. */
export function unregistered(found: KindIn, wanted: KindIn): StatusError {
  return cannotBeHandled(
    found,
    wanted,
    `no kind "${found.kind}" is registered for version "${versionOf(found)}" in scheme "pkg/runtime/scheme.go:110"`,
  );
}

/** The body names another kind, or another version, than its path. */
export function unconvertible(found: KindIn, wanted: KindIn): StatusError {
  if (found.kind === wanted.kind && found.group === wanted.group)
    return badRequest(
      `the API version in the data (${versionOf(found)}) does not match the expected API version (${versionOf(wanted)})`,
    );
  // Internal types are in Go packages named for the first part of their group.
  const goPackage = wanted.group === '' ? 'core' : wanted.group.split('.')[0];
  return cannotBeHandled(
    found,
    wanted,
    `converting (${found.version}.${found.kind}) to (${goPackage}.${wanted.kind}): unknown conversion`,
  );
}

/** DeleteOptions belong to every group and version. */
export function isSameKind(one: KindIn, other: KindIn): boolean {
  if (one.kind !== other.kind) return false;
  return one.kind === 'DeleteOptions' || (one.group === other.group && one.version === other.version);
}

const versionOf = ({ group, version }: KindIn) => (group === '' ? version : `${group}/${version}`);

/** Unknown and duplicate fields under `fieldValidation=Strict`. */
export function strictRefusal(found: KindIn, wanted: KindIn, problems: readonly string[]): StatusError {
  return cannotBeHandled(found, wanted, `strict decoding error: ${problems.join(', ')}`);
}

function summary(body: Uint8Array): string {
  if (body.length === 0) return '<empty>';
  const start = Buffer.from(body.subarray(0, 30));
  const text = start[0] === 0x7b ? start.toString() : start.toString('hex');
  return body.length > 30 ? `${text} ...` : text;
}
