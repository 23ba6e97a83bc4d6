import type { KindRules } from '../kinds/kind-rules.ts';
import type { StoredObject } from '../objects.ts';
import { parseFieldSelector, parseLabelSelector } from '../store/selectors.ts';
import type { Resource } from '../api/resource.ts';
import { badRequest, StatusError } from '../api/status-error.ts';

/** Query parameters of list and watch (metav1.ListOptions). */
export interface ListOptions {
  matches: (object: StoredObject) => boolean;
  /** Whether `matches` lets everything through. */
  isSelective: boolean;
  limit: number;
  continueFrom?: ContinueToken;
  resourceVersion: string;
  isWatch: boolean;
  allowBookmarks: boolean;
  sendInitialEvents: boolean;
  timeoutSeconds?: number;
}

export interface ContinueToken {
  revision: string;
  namespace: string;
  name: string;
}

export function listOptions(
  query: URLSearchParams,
  resource: Resource,
  rules: KindRules,
  pathName?: string,
): ListOptions {
  const isWatch = isTrue(query.get('watch'));
  const labels = query.get('labelSelector') ?? '';
  const fields = query.get('fieldSelector') ?? '';
  const matchesLabels = labels === '' ? undefined : parseLabelSelector(labels);
  const terms = fields === '' ? [] : parseFieldSelector(fields);
  const getters = terms.map(({ field }) => getterOf(field, resource, rules));
  const sendInitialEvents = query.get('sendInitialEvents');
  validateInitialEvents(sendInitialEvents, query.get('resourceVersionMatch'), isWatch);
  const timeout = wholeNumber(query, 'timeoutSeconds');
  const token = query.get('continue') ?? '';
  return {
    matches: (object) =>
      (pathName === undefined || object.metadata.name === pathName) &&
      (matchesLabels === undefined || matchesLabels(object.metadata.labels ?? {})) &&
      terms.every(({ value, isEqual }, index) => (getters[index]?.(object) === value) === isEqual),
    isSelective: pathName !== undefined || matchesLabels !== undefined || terms.length > 0,
    limit: wholeNumber(query, 'limit') ?? 0,
    ...(token === '' ? {} : { continueFrom: readToken(token) }),
    resourceVersion: resourceVersionOf(query),
    isWatch,
    allowBookmarks: isTrue(query.get('allowWatchBookmarks')),
    sendInitialEvents: isTrue(sendInitialEvents),
    ...(timeout === undefined ? {} : { timeoutSeconds: timeout }),
  };
}

/** As strconv.ParseBool, with which ListOptions are read. */
export function isTrue(text: string | null): boolean {
  return text !== null && ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text);
}

function getterOf(field: string, resource: Resource, rules: KindRules): (object: StoredObject) => string {
  if (field === 'metadata.name') return ({ metadata }) => metadata.name;
  if (field === 'metadata.namespace') return ({ metadata }) => metadata.namespace ?? '';
  const getter = rules.selectableFields?.[field];
  if (getter === undefined)
    throw badRequest(
      // Kinds with fields of their own say it their way (apimachinery/pkg/runtime/scheme.go, DefaultMetaV1FieldSelectorConversion).
      rules.selectableFields !== undefined || resource.custom !== undefined
        ? `field label not supported: ${field}`
        : `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
    );
  return getter;
}

/** validation of metav1.ListOptions: apimachinery/pkg/apis/meta/internalversion/validation. */
function validateInitialEvents(value: string | null, match: string | null, isWatch: boolean): void {
  const refuse = (detail: string) => {
    throw new StatusError(422, 'Invalid', `ListOptions.meta.k8s.io "" is invalid: ${detail}`, {
      group: 'meta.k8s.io',
      kind: 'ListOptions',
    });
  };
  if (value !== null && !isWatch) refuse('sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list');
  if (value !== null && match !== 'NotOlderThan')
    refuse(
      match === null
        ? 'resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'
        : `resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan`,
    );
  if (value === null && match !== null && isWatch)
    refuse(
      'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    );
}

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value))
    throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  return value;
}

function resourceVersionOf(query: URLSearchParams): string {
  const text = query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(text))
    throw new StatusError(
      400,
      'BadRequest',
      `resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`,
    );
  return text;
}

export function writeToken(token: ContinueToken): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function readToken(text: string): ContinueToken {
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<ContinueToken> | null;
    if (typeof token?.namespace === 'string' && typeof token.name === 'string' && typeof token.revision === 'string')
      return { revision: token.revision, namespace: token.namespace, name: token.name };
  } catch {
    // Not ours: said below.
  }
  throw badRequest('continue key is not valid: illegal base64 data at input byte 0');
}
