import { describe, expect, test } from 'vitest';
import { refusalText } from '../../../src/rehearsal/authorization/attributes.ts';
import { authorize, rulesOf } from '../../../src/rehearsal/authorization/rbac.ts';
import type { Reader } from '../../../src/rehearsal/controllers/client.ts';
import type { StoredObject } from '../../../src/rehearsal/objects.ts';

const rbac = 'rbac.authorization.k8s.io';
const object = (kind: string, name: string, namespace: string | undefined, more: object) =>
  ({
    apiVersion: `${rbac}/v1`,
    kind,
    metadata: { name, ...(namespace === undefined ? {} : { namespace }) },
    ...more,
  }) as StoredObject;
const robot = { user: 'system:serviceaccount:a:robot', groups: ['system:serviceaccounts', 'system:authenticated'] };
const account = { kind: 'ServiceAccount', name: 'robot', namespace: 'a' };

const objects = [
  object('Role', 'reader', 'a', {
    rules: [
      { verbs: ['get', 'list'], apiGroups: [''], resources: ['configmaps', 'pods/log'] },
      { verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['own'] },
      { verbs: ['update'], apiGroups: ['apps'], resources: ['*/scale'] },
    ],
  }),
  object('RoleBinding', 'robot', 'a', { roleRef: { kind: 'Role', name: 'reader' }, subjects: [account] }),
  object('RoleBinding', 'broken', 'b', { roleRef: { kind: 'Role', name: 'gone' }, subjects: [account] }),
  object('ClusterRole', 'health', undefined, { rules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/api/*'] }] }),
  object('ClusterRoleBinding', 'health', undefined, {
    roleRef: { kind: 'ClusterRole', name: 'health' },
    subjects: [{ kind: 'Group', name: 'system:authenticated' }],
  }),
];
const reader: Reader = {
  resource: () => undefined,
  get: (kind, namespace, name) =>
    objects.find(
      (each) => kind.endsWith(` ${each.kind}`) && each.metadata.namespace === namespace && each.metadata.name === name,
    ),
  list: (kind, where) =>
    objects.filter(
      (each) =>
        kind.endsWith(` ${each.kind}`) &&
        (where?.namespace === undefined || each.metadata.namespace === where.namespace),
    ),
  owned: () => [],
};
const ask = (verb: string, resource: string, more: object = {}) => ({
  verb, group: '', resource, subresource: '', name: '', namespace: 'a', ...more,
}); // prettier-ignore

describe('what roles allow', () => {
  test.each([
    ['a verb of the rule', ask('list', 'configmaps'), true],
    ['another verb', ask('delete', 'configmaps'), false],
    ['another namespace', ask('list', 'configmaps', { namespace: 'c' }), false],
    ['every namespace', ask('list', 'configmaps', { namespace: '' }), false],
    ['another group', ask('list', 'configmaps', { group: 'apps' }), false],
    ['a subresource that is named', ask('get', 'pods', { subresource: 'log' }), true],
    ['its resource', ask('get', 'pods'), false],
    ['an object that is named', ask('get', 'secrets', { name: 'own' }), true],
    ['another object', ask('get', 'secrets', { name: 'other' }), false],
    ['a subresource of everything', ask('update', 'deployments', { group: 'apps', subresource: 'scale' }), true],
    ['a path', { verb: 'get', path: '/healthz' }, true],
    ['a path below', { verb: 'get', path: '/api/v1' }, true],
    ['another path', { verb: 'get', path: '/metrics' }, false],
  ])('%s', (_, attributes, allowed) => {
    expect(authorize(attributes, robot, reader).allowed).toBe(allowed);
  });

  test('the binding is told', () => {
    expect(authorize(ask('list', 'configmaps'), robot, reader).reason).toBe(
      'RBAC: allowed by RoleBinding "robot/a" of Role "reader" to ServiceAccount "robot/a"',
    );
  });

  test('a role that is not there is told', () => {
    expect(authorize(ask('get', 'pods', { namespace: 'b' }), robot, reader)).toEqual({
      allowed: false,
      reason: `RBAC: role.${rbac} "gone" not found`,
    });
  });

  test('members of system:masters need no role', () => {
    expect(authorize(ask('delete', 'nodes'), { user: 'root', groups: ['system:masters'] }, reader).allowed).toBe(true);
  });

  test('all rules of somebody are listed', () => {
    expect(rulesOf(robot, 'a', reader)).toHaveLength(4);
  });
});

test('a refusal says who cannot do what', () => {
  expect(refusalText(ask('get', 'pods', { subresource: 'log' }), robot)).toBe(
    'User "system:serviceaccount:a:robot" cannot get resource "pods/log" in API group "" in the namespace "a"',
  );
});
