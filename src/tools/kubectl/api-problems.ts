import type { KnownProblem } from '../problem.ts';

/**
 * What an API server refuses, in the words that kubectl and helm pass on. Texts: kubernetes/kubernetes
 * (registry/core/service, plugin/pkg/admission, apiserver/pkg/admission); recorded under test/tools/kubectl/recorded.
 */
export const apiProblems: readonly KnownProblem[] = [
  {
    code: 'namespace-terminating',
    says: /unable to create new content in namespace (\S+) because it is being terminated/,
    means: ([, namespace]) => `Namespace ${namespace} is being deleted and takes nothing new`,
    next: ([, namespace]) => [
      'Wait until it is gone, then try again.',
      `What holds it: kubectl get namespace ${namespace} -o yaml (status.conditions)`,
    ],
    isTransient: true,
  },
  {
    code: 'quota-exceeded',
    says: /(\w+) "([^"]+)" is forbidden: exceeded quota: ([^,]+), requested: (.+?), used: (.+?), limited: ([^\n]+)/,
    means: ([, kind, name, quota, requested, used, limited]) =>
      `The quota ${quota} does not allow ${kind} ${name}: it asks for ${requested}; ${used} of ${limited} is used`,
    next: ([, , , quota]) => [
      `See it: kubectl describe quota ${quota}`,
      'Ask for less, remove what is not needed, or have the quota raised.',
    ],
  },
  {
    code: 'pod-security',
    says: /is forbidden: violates PodSecurity "([^"]+)": ([^\n]+)/,
    means: ([, level, reasons]) => `The namespace enforces the Pod Security level ${level}: ${reasons}`,
    next: ['Give the pods that securityContext, or choose a namespace with another level.'],
  },
  {
    code: 'forbidden',
    says: /User "([^"]*)" cannot (\S+) resource "([^"]+)" in API group "([^"]*)"(?: in the namespace "([^"]+)")?/,
    means: ([, user, verb, resource, group, namespace]) =>
      `${user} may not ${verb} ${resourceName(resource, group)}${namespace === undefined ? '' : ` in namespace ${namespace}`}`,
    next: ([, , verb, resource, group, namespace]) => [
      `Ask the administrator of the cluster for the right; this shows it: kubectl auth can-i ${verb} ${resourceName(resource, group)}${namespace === undefined ? '' : ` -n ${namespace}`}`,
    ],
  },
  {
    code: 'node-port-taken',
    says: /nodePort: Invalid value: (\d+): provided port is already allocated|failed to allocate requested port (\d+)/,
    means: ([, port, other]) => `Node port ${port ?? other} is used by another Service of this cluster`,
    next: ['Choose another node port.', 'Who has it: kubectl get services --all-namespaces'],
  },
  {
    code: 'node-port-out-of-range',
    says: /nodePort: Invalid value: (\d+): provided port is not in the valid range\. The range of valid ports is ([\d-]+)/,
    means: ([, port, range]) => `Port ${port} cannot be a node port: this cluster gives ${range}`,
    next: ([, , range]) => [`Choose a port in ${range}.`],
  },
  {
    code: 'immutable-field',
    says: /(\S+) "([^"]+)" is invalid: (\S+): [^\n]*(?:field is immutable|Forbidden: updates to \S+ spec for fields other than)/,
    means: ([, kind, name, field]) => `${field} of ${kind} ${name} cannot be changed once it exists`,
    next: ([, kind, name]) => [
      `Delete it and deploy again (its pods restart): kubectl delete ${kind?.toLowerCase()} ${name}`,
    ],
  },
  {
    code: 'webhook-refused',
    says: /admission webhook "([^"]+)" denied the request: ([^\n]*)/,
    means: ([, webhook, reason]) => `The admission webhook ${webhook} of this cluster refuses it: ${reason}`,
    next: ['Mend what it names, or ask whoever runs the webhook.'],
  },
  {
    code: 'webhook-unreachable',
    says: /failed calling webhook "([^"]+)": (?:[^\n]*: )?([^\n]+)/,
    means: ([, webhook, reason]) => `The admission webhook ${webhook} of this cluster does not answer (${reason})`,
    next: ['It may still be starting; otherwise look at its pods: kubectl get validatingwebhookconfigurations'],
    isTransient: true,
  },
  {
    code: 'no-such-kind',
    says: /no matches for kind "([^"]+)" in version "([^"]+)"/,
    means: ([, kind, version]) =>
      `This cluster has no kind ${kind} of ${version}: its CustomResourceDefinition is missing`,
    next: ['Install the add-on that brings it first.'],
  },
  {
    code: 'unknown-field',
    says: /strict decoding error: (unknown field "[^"]+"[^\n]*)/,
    means: ([, field]) => `The API server does not know a field: ${field}`,
    next: ['Correct the spelling, or remove the field.'],
  },
  {
    code: 'namespace-missing',
    says: /namespaces "([^"]+)" not found/,
    means: ([, namespace]) => `Namespace ${namespace} does not exist`,
    next: ([, namespace]) => [`Create it: kubectl create namespace ${namespace}`],
  },
  {
    code: 'already-exists',
    says: /(\S+) "([^"]+)" already exists/,
    means: ([, kind, name]) => `${kind} ${name} exists already`,
    next: ['Look whose it is before you delete it, or choose another name.'],
  },
  {
    code: 'object-changed',
    says: /Operation cannot be fulfilled on (\S+) "([^"]+)": the object has been modified/,
    means: ([, kind, name]) => `${kind} ${name} was changed by someone else at the same moment`,
    next: ['Try again.'],
    isTransient: true,
  },
  {
    code: 'invalid-object',
    says: /(\S+) "([^"]*)" is invalid: ([^\n]+)/,
    means: ([, kind, name, reason]) => `The API server refuses ${kind} ${name}: ${reason}`,
    next: ['Correct the value that it names.'],
  },
  {
    code: 'api-overloaded',
    says: /TooManyRequests|has received too many requests|ServiceUnavailable|currently unable to handle the request|etcdserver: (?:request timed out|leader changed|too many requests)/,
    means: 'The API server is overloaded or starting',
    next: ['Wait a moment and try again.'],
    isTransient: true,
  },
];

function resourceName(resource: string | undefined, group: string | undefined): string {
  return group === undefined || group === '' ? `${resource}` : `${resource}.${group}`;
}
