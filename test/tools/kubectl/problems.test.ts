import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ToolError, UserError } from '../../../src/errors/errors.ts';
import { explain } from '../../../src/tools/problem.ts';
import { kubectlProblems } from '../../../src/tools/kubectl/problems.ts';
import { recorded } from '../../support/recorded.ts';

const folder = new URL('recorded/', import.meta.url);

function explanationOf(fixture: string): unknown {
  const lastLines = recorded(folder, `${fixture}.txt`).lines.slice(-20);
  return explain(new ToolError('kubectl failed', { argv: ['kubectl'], status: 1, lastLines }), kubectlProblems);
}

/** Fixture -> code and sentence; `transient` where the engine may try again. */
const toolErrors: [fixture: string, code: string, message: string, transient?: 'transient'][] = [
  [
    'connection-refused',
    'cluster-unreachable',
    'The Kubernetes API server does not answer (127.0.0.1:1: connection refused)',
    'transient',
  ],
  [
    'dial-timeout',
    'cluster-unreachable',
    'The Kubernetes API server does not answer (127.0.0.1:16447: i/o timeout)',
    'transient',
  ],
  ['request-timeout', 'cluster-unreachable', 'The Kubernetes API server does not answer in time', 'transient'],
  [
    'no-such-host',
    'cluster-unreachable',
    'The Kubernetes API server does not answer (cluster.invalid: no such host)',
    'transient',
  ],
  ['forbidden-cluster', 'forbidden', 'system:serviceaccount:adapters-rec:dev may not create namespaces'],
  [
    'forbidden-namespace',
    'forbidden',
    'system:serviceaccount:adapters-rec:dev may not create configmaps in namespace adapters-rec',
  ],
  ['already-exists', 'already-exists', 'namespaces adapters-rec exists already'],
  ['not-found-namespace', 'namespace-missing', 'Namespace no-such does not exist'],
  [
    'quota-exceeded',
    'quota-exceeded',
    'The quota tiny does not allow pods web: it asks for pods=1; pods=0 of pods=0 is used',
  ],
  ['node-port-taken', 'node-port-taken', 'Node port 30777 is used by another Service of this cluster'],
  ['node-port-range', 'node-port-out-of-range', 'Port 80 cannot be a node port: this cluster gives 30000-32767'],
  ['strict-field', 'unknown-field', 'The API server does not know a field: unknown field "dta"'],
  [
    'no-such-kind',
    'no-such-kind',
    'This cluster has no kind Widget of example.com/v1: its CustomResourceDefinition is missing',
  ],
  ['no-such-resource', 'no-such-resource', 'This cluster has no widgets'],
  ['immutable-field', 'immutable-field', 'spec.selector of Deployment web cannot be changed once it exists'],
  [
    'conflict-version',
    'object-changed',
    'configmaps shared was changed by someone else at the same moment',
    'transient',
  ],
  [
    'webhook-no-service',
    'webhook-unreachable',
    'The admission webhook validate.example.com of this cluster does not answer (service "none" not found)',
    'transient',
  ],
  [
    'webhook-refused-connection',
    'webhook-unreachable',
    'The admission webhook validate.example.com of this cluster does not answer (connection refused)',
    'transient',
  ],
  [
    'webhook-timeout',
    'webhook-unreachable',
    'The admission webhook validate.example.com of this cluster does not answer (context deadline exceeded)',
    'transient',
  ],
  [
    'webhook-denied',
    'webhook-refused',
    'The admission webhook validate.example.com of this cluster refuses it: secrets need the label team',
  ],
  ['service-unavailable', 'api-overloaded', 'The API server is overloaded or starting', 'transient'],
  ['too-many-requests', 'api-overloaded', 'The API server is overloaded or starting', 'transient'],
  [
    'namespace-terminating',
    'namespace-terminating',
    'Namespace adapters-rec is being deleted and takes nothing new',
    'transient',
  ],
  ['not-found-get', 'not-found', 'There is no configmaps none'],
  ['delete-raw-missing', 'not-found', 'There is no configmaps none'],
  ['port-forward-no-service', 'not-found', 'There is no services none'],
];

/** Fixture -> what the person can mend, and the exit code. */
const userErrors: [fixture: string, exitCode: number, message: string][] = [
  ['context-missing', 2, 'The kubeconfig has no context nope'],
  ['kubeconfig-broken', 2, 'The kubeconfig /home/dev/.kube/bad cannot be read'],
  [
    'ca-file-missing',
    2,
    'The kubeconfig names the file /home/dev/.kube/missing.crt (certificate-authority), which cannot be read',
  ],
  [
    'exec-plugin-missing',
    4,
    'The login of this context needs the program gke-gcloud-auth-plugin-missing, which is not installed',
  ],
  ['exec-plugin-failed', 4, 'The login of this context failed (sh)'],
  ['unauthorized', 4, 'The cluster does not accept your login'],
  ['unauthorized-discovery', 4, 'The cluster does not accept your login'],
  [
    'x509',
    4,
    'The certificate of the API server does not match the kubeconfig: certificate signed by unknown authority',
  ],
  ['not-an-api', 4, 'The server of this context answers with a web page: it is no Kubernetes API server'],
];

describe('the problem catalogue of kubectl', () => {
  it.each(toolErrors)('%s', (fixture, code, message, transient) => {
    const error = explanationOf(fixture);
    expect(error).toBeInstanceOf(ToolError);
    expect(error).toMatchObject({ code, message, isTransient: transient === 'transient', status: 1 });
    expect((error as ToolError).next).not.toEqual([]);
    expect((error as ToolError).why).not.toBe('');
  });

  it.each(userErrors)('%s ends with %i', (fixture, exitCode, message) => {
    const error = explanationOf(fixture);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ exitCode, message });
    expect((error as UserError).next).not.toEqual([]);
  });

  it('names the field that an object has wrong, and the reasons of the Pod Security level', () => {
    expect(explanationOf('invalid-object')).toMatchObject({
      code: 'invalid-object',
      message: expect.stringContaining('ConfigMap Not_A_Name: metadata.name: Invalid value: "Not_A_Name"') as string,
    });
    expect(explanationOf('pod-security')).toMatchObject({
      code: 'pod-security',
      message: expect.stringContaining('runAsNonRoot != true') as string,
    });
  });

  it('shows the command by which a missing right can be seen', () => {
    expect((explanationOf('forbidden-namespace') as ToolError).next.join()).toContain(
      'kubectl auth can-i create configmaps -n adapters-rec',
    );
  });

  it('leaves out the attempts that client-go logs before the program says what went wrong', () => {
    expect((explanationOf('connection-refused') as ToolError).lastLines).toEqual([
      'The connection to the server 127.0.0.1:1 was refused - did you specify the right host or port?',
    ]);
  });

  it('passes on what it does not know', () => {
    const unknown = new ToolError('kubectl failed', { argv: [], status: 1, lastLines: ['error: something new'] });
    expect(explain(unknown, kubectlProblems)).toBe(unknown);
  });

  it('has a fixture for everything that was recorded', () => {
    const used = new Set([...toolErrors, ...userErrors].map(([fixture]) => `${fixture}.txt`));
    const elsewhere = [
      'can-i-',
      'conflict-',
      'delete-raw.txt',
      'delete-wrong-uid',
      'wait-',
      'invalid-object',
      'pod-security',
      'port-forward-no-pods',
      'forbidden-get',
    ];
    const unused = readdirSync(folder).filter(
      (name) => !used.has(name) && !elsewhere.some((start) => name.startsWith(start)),
    );
    expect(unused).toEqual([]);
  });
});
