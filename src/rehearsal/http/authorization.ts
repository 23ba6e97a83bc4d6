import { person, refusalText, type Attributes, type Subject } from '../authorization/attributes.ts';
import { authorize } from '../authorization/rbac.ts';
import { forbidden, StatusError } from '../api/status-error.ts';
import type { Reader } from '../controllers/client.ts';
import { parseFieldSelector } from '../store/selectors.ts';
import type { Exchange } from './exchange.ts';
import { isTrue } from './list-options.ts';
import type { Route } from './route.ts';

/** Who asks: the person of the kubeconfig, or whom they say they are (`kubectl --as`; apiserver/pkg/endpoints/filters/impersonation.go). */
export function subjectOf(exchange: Exchange): Subject {
  const user = exchange.header('impersonate-user') ?? '';
  if (user === '') return person;
  const given = exchange.header('impersonate-group');
  const groups = given === undefined ? groupsOf(user) : given.split(',').map((name) => name.trim());
  const everybody = user === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  return { user, groups: groups.includes(everybody) ? groups : [...groups, everybody] };
}

/** A service account is in its groups without being told. */
function groupsOf(user: string): string[] {
  const namespace = /^system:serviceaccount:([^:]+):[^:]+$/.exec(user)?.[1];
  return namespace === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}

/** 403 unless who asks may do it, and may be who they say they are. */
export function requireAllowed(exchange: Exchange, route: Route, reader: Reader): void {
  const subject = subjectOf(exchange);
  for (const attributes of impersonations(exchange)) require(attributes, person, reader);
  require(attributesOf(exchange, route), subject, reader);
}

function require(attributes: Attributes, subject: Subject, reader: Reader): void {
  const { allowed, reason } = authorize(attributes, subject, reader);
  if (allowed) return;
  const why = [refusalText(attributes, subject), ...(reason === '' ? [] : [reason])].join(': ');
  if ('path' in attributes) throw new StatusError(403, 'Forbidden', `forbidden: ${why}`, {});
  throw forbidden({ group: attributes.group, plural: attributes.resource }, attributes.name, why);
}

function impersonations(exchange: Exchange): Attributes[] {
  const user = exchange.header('impersonate-user') ?? '';
  const groups = exchange.header('impersonate-group')?.split(',') ?? [];
  const common = { verb: 'impersonate', group: '', subresource: '', namespace: '' };
  const [, namespace, account] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user) ?? [];
  if (namespace !== undefined && account !== undefined)
    return [{ ...common, resource: 'serviceaccounts', name: account, namespace }, ...groups.map(groupAttributes)];
  return user === '' ? [] : [{ ...common, resource: 'users', name: user }, ...groups.map(groupAttributes)];

  function groupAttributes(name: string): Attributes {
    return { ...common, resource: 'groups', name: name.trim() };
  }
}

const verbs: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch' };

/** apiserver/pkg/endpoints/request/requestinfo.go */
function attributesOf(exchange: Exchange, route: Route): Attributes {
  if (route.is !== 'resource') return { path: exchange.path, verb: exchange.method.toLowerCase() };
  const { group, plural, subresource = '', name = nameIn(exchange) } = route;
  // A namespace is in itself.
  const namespace = group === '' && plural === 'namespaces' ? name : (route.namespace ?? '');
  const isOne = route.name !== undefined;
  const read = isTrue(exchange.query.get('watch')) ? 'watch' : isOne ? 'get' : 'list';
  const verb =
    exchange.method === 'GET' || exchange.method === 'HEAD'
      ? read
      : exchange.method === 'DELETE'
        ? isOne
          ? 'delete'
          : 'deletecollection'
        : (verbs[exchange.method] ?? '');
  return { verb, group, resource: plural, subresource, name, namespace };
}

/** A list or a watch of one object by its name asks for that object. */
function nameIn({ method, query }: Exchange): string {
  const selector = query.get('fieldSelector') ?? '';
  if (method !== 'GET' || selector === '') return '';
  try {
    return parseFieldSelector(selector).find(({ field, isEqual }) => field === 'metadata.name' && isEqual)?.value ?? '';
  } catch {
    return ''; // Whoever reads the list options refuses it.
  }
}
