import { describe, expect, it } from 'vitest';
import { conflictError, parseConflicts } from '../../../src/tools/kubectl/conflicts.ts';
import { recorded } from '../../support/recorded.ts';

const folder = new URL('recorded/', import.meta.url);
const conflictsOf = (name: string) => Object.fromEntries(parseConflicts(recorded(folder, name).text) ?? []);

describe('conflicts of a server-side apply', () => {
  it('are read in each form that kubectl prints', () => {
    expect(conflictsOf('conflict-one.txt')).toEqual({ 'kubectl-edit': ['.data.c'] });
    expect(conflictsOf('conflict-apply.txt')).toEqual({ 'someone-else': ['.data.a', '.data.b'] });
    expect(conflictsOf('conflict-managers.txt')).toEqual({
      first: ['.data.a'],
      'kubectl-edit': ['.data.c'],
      second: ['.data.b'],
    });
    expect(conflictsOf('conflict-list.txt')).toEqual({ 'kubectl-edit': ['.data.c'], first: ['.data.a'] });
  });

  it('are none in any other failure', () => {
    expect(parseConflicts(recorded(folder, 'conflict-version.txt').text)).toBeUndefined();
    expect(parseConflicts(recorded(folder, 'connection-refused.txt').text)).toBeUndefined();
  });

  it('name object, manager and fields to the person', () => {
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'shop' } };
    const error = conflictError(object, new Map([['argocd', ['.data.a', '.data.b']]]));
    expect(error).toMatchObject({ exitCode: 1, message: 'ConfigMap settings has fields that something else manages' });
    expect(error.why).toContain('argocd manages .data.a, .data.b');
    const unknown = conflictError(object, new Map([['before-first-apply', ['.data.a']]]));
    expect(unknown.why).toContain('whoever made it manages .data.a');
    expect(error.next[0]).toContain('kubectl get configmap settings -n shop -o yaml --show-managed-fields');
  });
});
