import { apiVersionOf, type Resource } from '../api/resource.ts';
import type { Attributes, Subject } from '../authorization/attributes.ts';
import { authorize, rulesOf } from '../authorization/rbac.ts';
import type { Reader } from '../controllers/client.ts';
import type { JsonObject } from '../objects.ts';
import { subjectOf } from './authorization.ts';
import { valueIn } from './body.ts';
import type { Exchange } from './exchange.ts';
import { methodNotAllowed } from './resource-request.ts';

type Answer = (spec: JsonObject, by: Subject, reader: Reader) => object;

/** Kinds that are asked and never stored: authentication.k8s.io and authorization.k8s.io. */
const statusOf: Readonly<Record<string, Answer>> = {
  SelfSubjectAccessReview: access,
  SubjectAccessReview: (spec, _, reader) => access(spec, subjectIn(spec), reader),
  LocalSubjectAccessReview: (spec, _, reader) => access(spec, subjectIn(spec), reader),
  SelfSubjectRulesReview: rules,
  SelfSubjectReview: (_, { user, groups }) => ({ userInfo: { username: user, groups } }),
  TokenReview: () => ({ user: {}, error: 'invalid bearer token' }),
};

export function isReview({ kind, group }: Resource): boolean {
  return (group === 'authorization.k8s.io' || group === 'authentication.k8s.io') && kind in statusOf;
}

export async function serveReview(exchange: Exchange, resource: Resource, reader: Reader): Promise<void> {
  if (exchange.method !== 'POST') throw methodNotAllowed();
  const value = (await valueIn(exchange, resource)) ?? {};
  const spec = (value['spec'] ?? {}) as JsonObject;
  exchange.json(201, {
    kind: resource.kind,
    apiVersion: apiVersionOf(resource),
    metadata: { creationTimestamp: null, ...(value['metadata'] as object | undefined) },
    ...(resource.kind === 'SelfSubjectReview' ? {} : { spec }),
    status: statusOf[resource.kind]?.(spec, subjectOf(exchange), reader),
  });
}

function access(spec: JsonObject, subject: Subject, reader: Reader): object {
  const { allowed, reason } = authorize(attributesIn(spec), subject, reader);
  return { allowed, ...(reason === '' ? {} : { reason }) };
}

function attributesIn({ resourceAttributes, nonResourceAttributes }: JsonObject): Attributes {
  const { path = '', verb: pathVerb = '' } = (nonResourceAttributes ?? {}) as Record<string, string>;
  if (nonResourceAttributes !== undefined) return { path, verb: pathVerb };
  const {
    verb = '',
    group = '',
    resource = '',
    subresource = '',
    name = '',
    namespace = '',
  } = (resourceAttributes ?? {}) as Record<string, string>;
  return { verb, group, resource, subresource, name, namespace };
}

function subjectIn({ user, groups }: JsonObject): Subject {
  return { user: typeof user === 'string' ? user : '', groups: Array.isArray(groups) ? groups.map(String) : [] };
}

function rules({ namespace }: JsonObject, by: Subject, reader: Reader): object {
  const found = rulesOf(by, typeof namespace === 'string' ? namespace : '', reader);
  return {
    resourceRules: found.filter(({ resources = [] }) => resources.length > 0),
    nonResourceRules: found.filter(({ nonResourceURLs = [] }) => nonResourceURLs.length > 0),
    incomplete: false,
  };
}
