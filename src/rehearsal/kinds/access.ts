import type { StoredObject } from '../objects.ts';
import { isEqual } from '../store/equal.ts';
import { FieldErrors } from './field-errors.ts';
import type { KindRules } from './kind-rules.ts';
import { dnsSubdomain, pathSegment } from './names.ts';
import { checkSelector, type LabelSelector } from './selectors.ts';
import { fill, fillZero, within, withinEach } from './sharing.ts';

/** Roles and their bindings (pkg/apis/rbac). */
const group = 'rbac.authorization.k8s.io';

interface PolicyRule {
  verbs?: string[];
  apiGroups?: string[];
  resources?: string[];
  resourceNames?: string[];
  nonResourceURLs?: string[];
}

interface Subject {
  kind?: string;
  apiGroup?: string;
  name?: string;
  namespace?: string;
}

interface RoleRef {
  apiGroup?: string;
  kind?: string;
  name?: string;
}

function checkRules(errors: FieldErrors, object: StoredObject, isNamespaced: boolean): void {
  for (const [index, rule] of ((object['rules'] as PolicyRule[] | null | undefined) ?? []).entries()) {
    const path = `rules[${index}]`;
    const { apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
    if ((rule.verbs ?? []).length === 0) errors.required(`${path}.verbs`, 'verbs must contain at least one value');
    if (nonResourceURLs.length > 0) {
      if (isNamespaced)
        errors.invalid(
          `${path}.nonResourceURLs`,
          nonResourceURLs,
          'namespaced rules cannot apply to non-resource URLs',
        );
      if (apiGroups.length + resources.length + resourceNames.length > 0)
        errors.invalid(
          `${path}.nonResourceURLs`,
          nonResourceURLs,
          'rules cannot apply to both regular resources and non-resource URLs',
        );
      continue;
    }
    if (apiGroups.length === 0)
      errors.required(`${path}.apiGroups`, 'resource rules must supply at least one api group');
    if (resources.length === 0)
      errors.required(`${path}.resources`, 'resource rules must supply at least one resource');
  }
}

const withRules = (object: StoredObject) =>
  withinEach(fill(object, { rules: null }), 'rules', (rule) => fill(rule, { verbs: null }));

export const roleRules: KindRules = {
  defaults: withRules,
  validate: (object) => {
    const errors = new FieldErrors();
    checkRules(errors, object, true);
    return errors.list;
  },
};

export const clusterRoleRules: KindRules = {
  defaults: withRules,
  validate: (object) => {
    const errors = new FieldErrors();
    checkRules(errors, object, false);
    const aggregation = object['aggregationRule'] as { clusterRoleSelectors?: LabelSelector[] } | undefined;
    if (aggregation === undefined) return errors.list;
    const selectors = aggregation.clusterRoleSelectors ?? [];
    const path = 'aggregationRule.clusterRoleSelectors';
    if (selectors.length === 0)
      errors.required(path, 'at least one clusterRoleSelector required if aggregationRule is non-nil');
    for (const [index, selector] of selectors.entries()) checkSelector(errors, `${path}[${index}]`, selector);
    return errors.list;
  },
};

function checkSubject(errors: FieldErrors, path: string, subject: Subject, isNamespaced: boolean): void {
  const { kind = '', apiGroup = '', name = '', namespace = '' } = subject;
  if (name === '') errors.required(`${path}.name`);
  if (kind === 'ServiceAccount') {
    if (name !== '') errors.each(`${path}.name`, name, dnsSubdomain(name));
    if (apiGroup !== '') errors.notSupported(`${path}.apiGroup`, apiGroup, ['']);
    if (!isNamespaced && namespace === '') errors.required(`${path}.namespace`);
  } else if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== group) errors.notSupported(`${path}.apiGroup`, apiGroup, [group]);
  } else errors.notSupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group']);
}

function bindingRules(isNamespaced: boolean): KindRules {
  const kinds = isNamespaced ? ['Role', 'ClusterRole'] : ['ClusterRole'];
  return {
    defaults: (object) =>
      withinEach(
        within(fill(object, { roleRef: {} }), 'roleRef', (ref) => fillZero(ref, { apiGroup: group })),
        'subjects',
        (subject) =>
          subject['kind'] === 'User' || subject['kind'] === 'Group' ? fillZero(subject, { apiGroup: group }) : subject,
      ),
    validate: (object) => {
      const errors = new FieldErrors();
      const { apiGroup = '', kind = '', name = '' } = (object['roleRef'] ?? {}) as RoleRef;
      if (apiGroup !== group) errors.notSupported('roleRef.apiGroup', apiGroup, [group]);
      if (!kinds.includes(kind)) errors.notSupported('roleRef.kind', kind, kinds);
      if (name === '') errors.required('roleRef.name');
      else errors.each('roleRef.name', name, pathSegment(name));
      for (const [index, subject] of ((object['subjects'] as Subject[] | undefined) ?? []).entries())
        checkSubject(errors, `subjects[${index}]`, subject, isNamespaced);
      return errors.list;
    },
    validateUpdate: (object, old) => {
      const errors = new FieldErrors();
      const { apiGroup = '', kind = '', name = '' } = (object['roleRef'] ?? {}) as RoleRef;
      if (!isEqual(object['roleRef'], old['roleRef']))
        errors.invalidText(
          'roleRef',
          JSON.stringify({ APIGroup: apiGroup, Kind: kind, Name: name }),
          'cannot change roleRef',
        );
      return errors.list;
    },
  };
}

export const roleBindingRules = bindingRules(true);
export const clusterRoleBindingRules = bindingRules(false);
