import { exitCodes } from '../../errors/exit-codes.ts';
import { ForbiddenError, ToolError, UserError } from '../../errors/errors.ts';
import { sanitiseLine } from '../../secrets/sanitise.ts';
import type { ApiAnswer } from './transport.ts';

/** What was asked, in the words of Kubernetes access rules. */
export interface Request {
  verb: 'get' | 'list' | 'watch';
  /** Plural, with a subresource after a slash: `pods`, `pods/log`; a path for what is no resource. */
  resource: string;
  namespace?: string | undefined;
  /** The command by which a person can ask the same. */
  argv: readonly string[];
}

/** No answer: the cluster is down, restarting, or out of reach. Waiting may heal it. */
export function unreachable(argv: readonly string[], why: string): ToolError {
  const line = sanitiseLine(why);
  return new ToolError('The Kubernetes API server does not answer', {
    argv,
    status: null,
    lastLines: [line],
    why: line,
    next: ['Check that the cluster runs and that this machine reaches it (VPN, proxy).'],
    isTransient: true,
    code: 'cluster-unreachable',
  });
}

/**
 * What an answer that is not a success means to a person. `kubectl proxy` answers transport and login errors itself, with
 * plain text and status 500 or 502, where the API server sends a `Status` object: the text tells them apart.
 */
export function failureOf(answer: ApiAnswer, request: Request): UserError | ToolError {
  const message = statusMessage(answer.body);
  if (answer.status === 401) return loginRefused(message ?? 'Unauthorized', request);
  if (answer.status === 403) return notAllowed(message ?? sanitiseLine(answer.body), request);
  if (message === undefined) return proxyFailure(answer, request);
  return new ToolError(`The Kubernetes API server refused to ${request.verb} ${request.resource}`, {
    argv: request.argv,
    status: null,
    lastLines: [message],
    why: message,
    isTransient: answer.status === 429 || answer.status >= 500,
    code: 'api-error',
  });
}

/** The sentence of a `Status` object; undefined when the text is none. */
function statusMessage(body: string): string | undefined {
  try {
    const status: unknown = JSON.parse(body);
    if (typeof status !== 'object' || status === null || (status as { kind?: unknown }).kind !== 'Status')
      return undefined;
    const { message, reason } = status as { message?: string; reason?: string };
    return sanitiseLine(message ?? reason ?? 'no reason given');
  } catch {
    return undefined; // Not JSON at all: no Status.
  }
}

function loginRefused(why: string, request: Request): UserError {
  return new UserError('The cluster does not accept your login', {
    why,
    next: ['Log in to the cluster again, then repeat.', `Try: ${request.argv.join(' ')}`],
    exitCode: exitCodes.preflight,
  });
}

function notAllowed(why: string, { verb, resource, namespace }: Request): ForbiddenError {
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  const flag = namespace === undefined ? '' : ` --namespace ${namespace}`;
  return new ForbiddenError(`You may not ${verb} ${resource}${where}`, {
    why,
    next: [
      `Ask the administrator of the cluster for the right; this shows it: kubectl auth can-i ${verb} ${resource}${flag}`,
    ],
    exitCode: exitCodes.preflight,
  });
}

interface ProxyFailure {
  says: RegExp;
  make(text: string, request: Request): UserError;
}

/** Texts of client-go that no waiting heals. Anything else is an API server out of reach. */
const lasting: ProxyFailure[] = [
  {
    says: /getting credentials: exec|Unauthorized|must be logged in/i,
    make: loginRefused,
  },
  {
    says: /x509:|certificate (?:signed by unknown authority|is valid for|has expired)/i,
    make: (why) =>
      new UserError('The certificate of the API server does not match your kubeconfig', {
        why,
        next: ['The cluster was probably made anew, or this machine’s clock is wrong: fetch its kubeconfig again.'],
        exitCode: exitCodes.preflight,
      }),
  },
  {
    says: /context "?[^" ]*"? does not exist|context was not found|no configuration has been provided/i,
    make: (why) =>
      new UserError('The kubeconfig has no such context', {
        why,
        next: ['List them: kubectl config get-contexts'],
        exitCode: exitCodes.usage,
      }),
  },
];

function proxyFailure(answer: ApiAnswer, request: Request): UserError | ToolError {
  const text = sanitiseLine(answer.body).slice(0, 500);
  const known = lasting.find((failure) => failure.says.test(text));
  if (known !== undefined) return known.make(text, request);
  return unreachable(request.argv, text === '' ? `HTTP ${answer.status}` : text);
}
