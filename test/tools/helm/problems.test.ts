import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ToolError, UserError } from '../../../src/errors/errors.ts';
import { helmProblems } from '../../../src/tools/helm/problems.ts';
import { explain } from '../../../src/tools/problem.ts';
import { recorded } from '../../support/recorded.ts';

/** Fixture -> code, and the sentence that Helm 3 and 4 both come to (`Helm 4` where its text says more). */
const problems: [fixture: string, code: string, message: string, helm4?: string][] = [
  [
    'render-nil',
    'chart-render-failed',
    'The chart does not render: .Values.ingress.host: nil pointer evaluating interface {}.host (web/templates/cm.yaml:5:18)',
  ],
  [
    'render-include',
    'chart-render-failed',
    'The chart does not render: include "web.labels" .: error calling include: template: no template "web.labels" associated with template "gotpl" (web/templates/x.yaml:1:6)',
  ],
  ['render-syntax', 'chart-render-failed', 'The template web/templates/cm.yaml:5 cannot be read: unexpected EOF'],
  [
    'render-function',
    'chart-render-failed',
    'The template web/templates/x.yaml:1 cannot be read: function "nosuchfunc" not defined',
  ],
  [
    'render-fail',
    'chart-render-failed',
    'The chart does not render: image.tag must be set (web/templates/cm.yaml:1:3)',
  ],
  [
    'render-required',
    'chart-render-failed',
    'The chart does not render: image.tag must be set (web/templates/cm.yaml:5:8)',
  ],
  [
    'render-yaml',
    'chart-yaml-invalid',
    'The template web/templates/cm.yaml renders to something that is no YAML: line 5: mapping values are not allowed in this context',
  ],
  [
    'lint-nil',
    'chart-render-failed',
    'The chart does not render: .Values.ingress.host: nil pointer evaluating interface {}.host (web/templates/cm.yaml:5:18)',
  ],
  [
    'lint-yaml',
    'chart-yaml-invalid',
    'The template templates/cm.yaml renders to something that is no YAML: line 5: mapping values are not allowed in this context',
  ],
  [
    'lint-schema',
    'values-invalid',
    "The values do not fit the schema of chart web: at '': missing property 'b'; at '/a': got number, want string",
  ],
  [
    'values-schema',
    'values-invalid',
    "The values do not fit the schema of chart web: at '': missing property 'b'; at '/a': got number, want string",
  ],
  ['values-missing', 'values-missing', 'The values file /home/dev/shop/values-prod.yaml does not exist'],
  ['values-broken', 'values-broken', 'The values file bad.yaml is no YAML: line 1: did not find expected node content'],
  [
    'chart-values-broken',
    'values-broken',
    'The values file values.yaml is no YAML: line 1: did not find expected node content',
  ],
  ['chart-missing', 'chart-missing', 'There is no chart at ./nochart'],
  [
    'dependency-missing',
    'chart-dependency-missing',
    'The chart depends on others that are not in its charts folder: postgresql',
  ],
  ['repo-unreachable', 'chart-repository-unreachable', 'The chart repository https://charts.invalid cannot be reached'],
  [
    'oci-unreachable',
    'chart-repository-unreachable',
    'The chart repository https://registry.invalid/v2/x/manifests/1.0.0 cannot be reached',
  ],
  ['repo-unknown', 'chart-repository-unknown', 'Helm knows no chart repository bitnami'],
  [
    'cluster-unreachable',
    'cluster-unreachable',
    'The Kubernetes API server does not answer (127.0.0.1:1: connection refused)',
  ],
  ['node-port-taken', 'node-port-taken', 'Node port 30777 is used by another Service of this cluster'],
  ['immutable-field', 'immutable-field', 'spec.selector of Deployment.apps backend cannot be changed once it exists'],
  ['name-in-use', 'name-in-use', 'A release of this name exists already'],
  [
    'ownership',
    'foreign-object',
    'ConfigMap x in namespace adapters-helm is there already and belongs to no release, or to another one',
  ],
  [
    'no-such-kind',
    'no-such-kind',
    'This cluster has no kind Widget of example.com/v1: its CustomResourceDefinition is missing',
  ],
  [
    'quota',
    'quota-exceeded',
    'The quota tiny does not allow configmaps settings: it asks for configmaps=1; configmaps=2 of configmaps=1 is used',
  ],
  ['namespace-missing', 'namespace-missing', 'Namespace no-such-namespace does not exist'],
  ['namespace-terminating', 'namespace-terminating', 'Namespace adapters-helm2 is being deleted and takes nothing new'],
  [
    'hook-timeout',
    'hook-timeout',
    'A pre-install hook of the chart did not end in time',
    'A pre-install hook of the chart did not end in time (Job/adapters-helm/migrate)',
  ],
  [
    'hook-failed',
    'hook-failed',
    'A pre-upgrade hook of the chart failed: job migrate failed: BackoffLimitExceeded',
    'A pre-upgrade hook of the chart failed: Job/adapters-helm/migrate: Job Failed. failed: 1/1',
  ],
  [
    'operation-in-progress',
    'operation-in-progress',
    'Another helm works on this release, or was ended in the middle of it',
  ],
  [
    'uninstall-timeout',
    'deletion-blocked',
    'The release is uninstalled, but its objects are not gone yet',
    'The release is uninstalled, but its objects are not gone yet (ConfigMap/adapters-helm3/settings)',
  ],
  ['status-missing', 'release-missing', 'There is no such release'],
  ['uninstall-missing', 'release-missing', 'There is no such release'],
  ['rollback-missing', 'revision-missing', 'The release has no revision 9'],
  ['forbidden', 'forbidden', 'system:serviceaccount:adapters-helm:dev may not list secrets in namespace adapters-helm'],
  [
    'test-failed',
    'test-failed',
    'The test pod t of the chart failed',
    'The test pod adapters-helm/t of the chart failed',
  ],
];

const userErrors: [fixture: string, exitCode: number, message: string][] = [
  ['context-missing', 2, 'The kubeconfig has no context nope'],
  [
    'certificate',
    4,
    'The certificate of the API server does not match the kubeconfig: certificate signed by unknown authority',
  ],
  ['unauthorized', 4, 'The cluster does not accept your login'],
];

describe.each([3, 4])('the problem catalogue, texts of Helm %i', (major) => {
  const folder = new URL(`recorded/helm${major}/`, import.meta.url);
  const explanationOf = (fixture: string): unknown => {
    // stderr and stdout reach the last lines in the order in which they were written; the recording has stderr first.
    const lastLines = recorded(folder, `${fixture}.txt`).lines;
    return explain(new ToolError('helm failed', { argv: ['helm'], status: 1, lastLines }), helmProblems);
  };

  it.each(problems)('%s', (fixture, code, message, helm4) => {
    const error = explanationOf(fixture);
    expect(error).toBeInstanceOf(ToolError);
    expect(error).toMatchObject({ code, message: major === 4 ? (helm4 ?? message) : message });
    expect((error as ToolError).next).not.toEqual([]);
  });

  it.each(userErrors)('%s ends with %i', (fixture, exitCode, message) => {
    const error = explanationOf(fixture);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ exitCode, message });
  });

  it('may be tried again only where waiting heals', () => {
    const transient = problems
      .map(([fixture]) => fixture)
      .filter((fixture) => (explanationOf(fixture) as ToolError).isTransient);
    expect(transient).toEqual(['repo-unreachable', 'oci-unreachable', 'cluster-unreachable', 'namespace-terminating']);
  });

  it('names the field that an object has wrong', () => {
    expect(explanationOf('invalid-object')).toMatchObject({
      code: 'invalid-object',
      message: expect.stringContaining('ConfigMap Not_A_Name: metadata.name: Invalid value') as string,
    });
  });

  it('has an entry for every recording', () => {
    const used = new Set([...problems, ...userErrors].map(([fixture]) => `${fixture}.txt`));
    expect(readdirSync(folder).filter((file) => !used.has(file))).toEqual(['invalid-object.txt', 'status-pending.txt']);
  });
});
