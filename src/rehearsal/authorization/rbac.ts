import type { Reader } from '../controllers/client.ts';
import type { StoredObject } from '../objects.ts';
import type { Attributes, Subject } from './attributes.ts';

export interface Decision {
  allowed: boolean;
  /** Which binding allows it, or which role could not be found. Empty when there is nothing to say. */
  reason: string;
}

export interface PolicyRule {
  verbs: readonly string[];
  apiGroups?: readonly string[];
  resources?: readonly string[];
  resourceNames?: readonly string[];
  nonResourceURLs?: readonly string[];
}

interface RoleRef {
  kind: string;
  name: string;
}

interface BindingSubject {
  kind: string;
  name: string;
  namespace?: string;
}

/** A binding that names the subject, and the rules that it gives. */
interface Grant {
  rules: readonly PolicyRule[];
  /** `ClusterRoleBinding "x" of ClusterRole "y" to Group "z"` */
  text: string;
  problem?: string;
}

const group = 'rbac.authorization.k8s.io';
/** Its members may do everything, whatever roles there are (apiserver/pkg/authorization/authorizerfactory, privileged groups). */
const masters = 'system:masters';
const everything: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/** Whether the roles that are bound to somebody allow this (plugin/pkg/auth/authorizer/rbac). */
export function authorize(attributes: Attributes, subject: Subject, reader: Reader): Decision {
  if (subject.groups.includes(masters)) return { allowed: true, reason: '' };
  const problems: string[] = [];
  for (const { rules, text, problem } of grantsOf(subject, 'path' in attributes ? '' : attributes.namespace, reader)) {
    if (problem !== undefined && !problems.includes(problem)) problems.push(problem);
    if (rules.some((rule) => allows(rule, attributes))) return { allowed: true, reason: `RBAC: allowed by ${text}` };
  }
  return { allowed: false, reason: problems.length === 0 ? '' : `RBAC: ${aggregate(problems)}` };
}

/** Every rule that somebody has in a namespace, as a SelfSubjectRulesReview lists them. */
export function rulesOf(subject: Subject, namespace: string, reader: Reader): readonly PolicyRule[] {
  if (subject.groups.includes(masters)) return everything;
  return [...grantsOf(subject, namespace, reader)].flatMap(({ rules }) => rules);
}

function* grantsOf(subject: Subject, namespace: string, reader: Reader): Generator<Grant> {
  for (const binding of reader.list(`${group}/v1 ClusterRoleBinding`)) {
    const grant = grantOf(binding, subject, reader);
    if (grant !== undefined) yield grant;
  }
  if (namespace === '') return;
  for (const binding of reader.list(`${group}/v1 RoleBinding`, { namespace })) {
    const grant = grantOf(binding, subject, reader);
    if (grant !== undefined) yield grant;
  }
}

function grantOf(binding: StoredObject, subject: Subject, reader: Reader): Grant | undefined {
  const { name, namespace } = binding.metadata;
  const subjects = (binding['subjects'] ?? []) as readonly BindingSubject[];
  const found = subjects.find((each) => isMeant(each, namespace ?? '', subject));
  if (found === undefined) return undefined;
  const { kind, name: role } = binding['roleRef'] as RoleRef;
  const title = namespace === undefined ? name : `${name}/${namespace}`;
  const text = `${binding.kind} ${JSON.stringify(title)} of ${kind} ${JSON.stringify(role)} to ${described(found, namespace ?? '')}`;
  const object =
    kind === 'Role'
      ? reader.get(`${group}/v1 Role`, namespace, role)
      : reader.get(`${group}/v1 ClusterRole`, undefined, role);
  if (object === undefined)
    return { rules: [], text, problem: `${kind.toLowerCase()}.${group} ${JSON.stringify(role)} not found` };
  return { rules: (object['rules'] ?? []) as readonly PolicyRule[], text };
}

function isMeant({ kind, name, namespace }: BindingSubject, bindingNamespace: string, subject: Subject): boolean {
  if (kind === 'User') return subject.user === name;
  if (kind === 'Group') return subject.groups.includes(name);
  const home = namespace ?? bindingNamespace;
  return kind === 'ServiceAccount' && home !== '' && subject.user === `system:serviceaccount:${home}:${name}`;
}

function described({ kind, name, namespace }: BindingSubject, bindingNamespace: string): string {
  const title = kind === 'ServiceAccount' ? `${name}/${namespace ?? bindingNamespace}` : name;
  return `${kind} ${JSON.stringify(title)}`;
}

/** pkg/apis/rbac/v1/evaluation_helpers.go */
function allows(rule: PolicyRule, attributes: Attributes): boolean {
  if (!hasOrAll(rule.verbs, attributes.verb)) return false;
  if ('path' in attributes)
    return (rule.nonResourceURLs ?? []).some(
      (url) => url === attributes.path || (url.endsWith('*') && attributes.path.startsWith(url.slice(0, -1))),
    );
  const { resource, subresource, name, group: apiGroup } = attributes;
  const combined = subresource === '' ? resource : `${resource}/${subresource}`;
  const resources = rule.resources ?? [];
  return (
    hasOrAll(rule.apiGroups, apiGroup) &&
    (hasOrAll(resources, combined) || (subresource !== '' && resources.includes(`*/${subresource}`))) &&
    ((rule.resourceNames ?? []).length === 0 || rule.resourceNames?.includes(name) === true)
  );
}

const hasOrAll = (values: readonly string[] = [], value: string) => values.includes('*') || values.includes(value);

/** utilerrors.Aggregate */
const aggregate = (problems: readonly string[]) =>
  problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`;
