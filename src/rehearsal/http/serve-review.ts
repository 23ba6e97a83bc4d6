import { apiVersionOf, type Resource } from '../api/resource.ts';
import type { JsonObject } from '../objects.ts';
import { valueIn } from './body.ts';
import type { Exchange } from './exchange.ts';
import { person } from './requester.ts';
import { methodNotAllowed } from './resource-request.ts';

/** Whether the person may do this; a fault may say no. */
export type MayDo = (attributes: { verb: string; group: string; resource: string; namespace: string }) => boolean;

/** Kinds that are asked and never stored: authentication.k8s.io and authorization.k8s.io. */
const statusOf: Readonly<Record<string, (spec: JsonObject, mayDo: MayDo) => object>> = {
  SelfSubjectAccessReview: access,
  SubjectAccessReview: access,
  LocalSubjectAccessReview: access,
  SelfSubjectRulesReview: () => ({
    resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
    nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    incomplete: false,
  }),
  SelfSubjectReview: () => ({ userInfo: { username: person.user, groups: person.groups } }),
  TokenReview: () => ({ user: {}, error: 'invalid bearer token' }),
};

export function isReview({ kind, group }: Resource): boolean {
  return (group === 'authorization.k8s.io' || group === 'authentication.k8s.io') && kind in statusOf;
}

export async function serveReview(exchange: Exchange, resource: Resource, mayDo: MayDo): Promise<void> {
  if (exchange.method !== 'POST') throw methodNotAllowed();
  const value = (await valueIn(exchange, resource)) ?? {};
  const spec = (value['spec'] ?? {}) as JsonObject;
  exchange.json(201, {
    kind: resource.kind,
    apiVersion: apiVersionOf(resource),
    metadata: { creationTimestamp: null, ...(value['metadata'] as object | undefined) },
    ...(resource.kind === 'SelfSubjectReview' ? {} : { spec }),
    status: statusOf[resource.kind]?.(spec, mayDo),
  });
}

function access(spec: JsonObject, mayDo: MayDo): object {
  const {
    verb = '',
    group = '',
    resource = '',
    namespace = '',
  } = (spec['resourceAttributes'] ?? {}) as Record<string, string>;
  // The message of the RBAC authorizer for the role that kubeadm and Minikube give to their administrator.
  return mayDo({ verb, group, resource, namespace })
    ? {
        allowed: true,
        reason:
          'RBAC: allowed by ClusterRoleBinding "kubeadm:cluster-admins" of ClusterRole "cluster-admin" to Group "kubeadm:cluster-admins"',
      }
    : { allowed: false };
}
