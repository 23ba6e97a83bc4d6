import { exitCodes } from '../../errors/exit-codes.ts';
import type { KnownProblem } from '../problem.ts';
import { apiProblems } from './api-problems.ts';

const startOrCheck = ['Start the cluster, or check VPN, proxy and the server of the context.'];

/**
 * What keeps a client from the API server: client-go and clientcmd. helm prints the same texts. An unreachable server is a
 * `ToolError` (a step may try again); what no waiting heals is a `UserError`.
 */
export const connectionProblems: readonly KnownProblem[] = [
  {
    code: 'context-missing',
    says: /context was not found for specified context: (\S+)|cannot locate context (\S+)|context "([^"]+)" does not exist/,
    means: (match) => `The kubeconfig has no context ${match[1] ?? match[2] ?? match[3]}`,
    next: ['List them: kubectl config get-contexts'],
    exitCode: exitCodes.usage,
  },
  {
    code: 'context-incomplete',
    says: /cannot locate (cluster|user) (\S+)/,
    means: ([, what, name]) => `The context names the ${what} ${name}, which is not in the kubeconfig`,
    next: ['Correct the kubeconfig, or choose another context.'],
    exitCode: exitCodes.usage,
  },
  {
    code: 'kubeconfig-broken',
    says: /error loading config file "([^"]+)": ([^\n]+)/,
    means: ([, file]) => `The kubeconfig ${file} cannot be read`,
    next: ['Correct the file; kubectl config view shows when it is right.'],
    exitCode: exitCodes.usage,
  },
  {
    code: 'kubeconfig-file-missing',
    says: /unable to read (certificate-authority|client-cert|client-key) (\S+) for/,
    means: ([, what, file]) => `The kubeconfig names the file ${file} (${what}), which cannot be read`,
    next: ['Fetch the kubeconfig of this cluster again.'],
    exitCode: exitCodes.usage,
  },
  {
    code: 'exec-plugin-missing',
    says: /getting credentials: exec: executable (\S+) not found/,
    means: ([, plugin]) => `The login of this context needs the program ${plugin}, which is not installed`,
    next: ([, plugin]) => [`Install ${plugin} and put it on the PATH.`],
    exitCode: exitCodes.preflight,
  },
  {
    code: 'login-failed',
    says: /getting credentials: (?:exec: executable (\S+) failed with exit code (\d+))?/,
    means: ([, plugin]) => `The login of this context failed${plugin === undefined ? '' : ` (${plugin})`}`,
    next: ['Log in to the cluster again, then repeat.'],
    exitCode: exitCodes.preflight,
  },
  {
    code: 'unauthorized',
    says: /You must be logged in to the server|asked for the client to provide credentials|: Unauthorized\b/,
    means: 'The cluster does not accept your login',
    next: ['Log in to the cluster again, then repeat.'],
    exitCode: exitCodes.preflight,
  },
  {
    code: 'certificate',
    says: /x509: ([^\n"]+)/,
    means: ([, reason]) => `The certificate of the API server does not match the kubeconfig: ${reason}`,
    next: ['The cluster was probably made anew, or the clock of this machine is wrong: fetch its kubeconfig again.'],
    exitCode: exitCodes.preflight,
  },
  {
    code: 'not-a-cluster',
    says: /invalid character '<' looking for beginning of value/,
    means: 'The server of this context answers with a web page: it is no Kubernetes API server',
    next: ['Check the server of the context and HTTPS_PROXY, NO_PROXY.'],
    exitCode: exitCodes.preflight,
  },
  {
    code: 'cluster-unreachable',
    says: /dial tcp:? (?:lookup )?(\S+?)(?: on \S+)?: (?:connect: )?(connection refused|no such host|i\/o timeout|no route to host|network is unreachable)/,
    means: ([, address, reason]) => `The Kubernetes API server does not answer (${address}: ${reason})`,
    next: startOrCheck,
    isTransient: true,
  },
  {
    code: 'cluster-unreachable',
    says: /The connection to the server (\S+) was refused/,
    means: ([, server]) => `The Kubernetes API server does not answer (${server}: connection refused)`,
    next: startOrCheck,
    isTransient: true,
  },
  {
    code: 'cluster-unreachable',
    says: /(?:Client\.Timeout|context deadline) exceeded|TLS handshake timeout/,
    means: 'The Kubernetes API server does not answer in time',
    next: startOrCheck,
    isTransient: true,
  },
  {
    code: 'cluster-unreachable',
    says: /Unable to connect to the server: ([^\n]+)|(connection reset by peer|unexpected EOF|http2: client connection lost)/,
    means: ([, reason, other]) => `The connection to the Kubernetes API server broke (${reason ?? other})`,
    next: startOrCheck,
    isTransient: true,
  },
];

/** The problem catalogue of kubectl. */
export const kubectlProblems: readonly KnownProblem[] = [
  // A webhook's connection fails in the words of our own, so the API server's answers are looked at first.
  ...apiProblems,
  ...connectionProblems,
  {
    code: 'pod-not-running',
    says: /unable to forward port because pod is not running\. Current status=(\S+)/,
    means: ([, status]) => `No port can be forwarded while the pod is ${status}`,
    next: ['Wait until it runs.'],
    isTransient: true,
  },
  {
    code: 'no-such-resource',
    says: /the server doesn't have a resource type "([^"]+)"/,
    means: ([, resource]) => `This cluster has no ${resource}`,
    next: ['Install the add-on that brings it first.'],
  },
  {
    code: 'not-found',
    says: /Error from server \(NotFound\): (?:[^\n]*: )?(\S+) "([^"]+)" not found/,
    means: ([, kind, name]) => `There is no ${kind} ${name}`,
    next: ['Check the name and the namespace.'],
  },
];
