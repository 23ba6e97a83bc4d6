import { StatusError, type StatusCause } from '../api/status-error.ts';
import type { KindName, Reader } from '../controllers/client.ts';
import { selects } from '../kinds/selectors.ts';
import { webhooksOf, type Webhook, type WebhookRule } from '../kinds/webhooks.ts';
import type { StoredObject } from '../objects.ts';
import type { AdmissionPlugin, AdmissionRequest } from './admission.ts';

/** What a webhook that can be reached says. */
type WebhookAnswer =
  | { allowed: true; object?: StoredObject; warnings?: readonly string[] }
  | { allowed: false; message?: string; reason?: string; code?: number };

/** Speaks for the webhooks of the cluster: no program runs that could be asked. */
export type AnswerWebhook = (webhook: Webhook, request: AdmissionRequest) => WebhookAnswer;

const includes = (list: readonly string[] | undefined, value: string) =>
  list?.includes('*') === true || list?.includes(value) === true;

function namesResource(resources: readonly string[] = [], plural: string, subresource: string | undefined): boolean {
  return resources.some((pattern) => {
    const [resource, sub] = pattern.split('/');
    if (resource !== '*' && resource !== plural) return false;
    return subresource === undefined
      ? sub === undefined || (sub === '*' && resource === '*')
      : sub === '*' || sub === subresource;
  });
}

function matchesRule(
  rule: WebhookRule,
  { operation, resource, subresource, namespace }: AdmissionRequest,
  isExact: boolean,
): boolean {
  const { scope = '*' } = rule;
  const isOfNamespace = namespace !== undefined && resource.storage !== '/namespaces';
  return (
    includes(rule.operations, operation) &&
    includes(rule.apiGroups, resource.group) &&
    // Rules match equivalent versions unless the webhook wants exact ones.
    (!isExact || includes(rule.apiVersions, resource.version)) &&
    namesResource(rule.resources, resource.plural, subresource) &&
    (scope === '*' || (scope === 'Namespaced') === isOfNamespace)
  );
}

function isInNamespace(
  { namespaceSelector }: Webhook,
  { resource, namespace, object, old }: AdmissionRequest,
  reader: Reader,
): boolean {
  if (namespaceSelector === undefined) return true;
  if (resource.storage === '/namespaces') return selects(namespaceSelector, (object ?? old)?.metadata.labels ?? {});
  if (namespace === undefined) return true;
  return selects(namespaceSelector, reader.get('v1 Namespace', undefined, namespace)?.metadata.labels ?? {});
}

function concerns(webhook: Webhook, request: AdmissionRequest, reader: Reader): boolean {
  const { objectSelector, matchPolicy, rules = [] } = webhook;
  if (!rules.some((rule) => matchesRule(rule, request, matchPolicy === 'Exact'))) return false;
  if (!isInNamespace(webhook, request, reader)) return false;
  return (
    objectSelector === undefined ||
    [request.object, request.old].some(
      (object) => object !== undefined && selects(objectSelector, object.metadata.labels ?? {}),
    )
  );
}

/** Why the webhook cannot be called; undefined when it can. */
function unreachable({ clientConfig = {}, timeoutSeconds = 10 }: Webhook, reader: Reader): string | undefined {
  const { service } = clientConfig;
  if (service === undefined) return undefined;
  const { name = '', namespace = '', path = '', port = 443 } = service;
  const url = `https://${name}.${namespace}.svc:${port}${path.startsWith('/') || path === '' ? path : `/${path}`}?timeout=${timeoutSeconds}s`;
  const why = serviceComplaint(reader, namespace, name);
  return why === undefined ? undefined : `failed to call webhook: Post "${url}": ${why}`;
}

function serviceComplaint(reader: Reader, namespace: string, name: string): string | undefined {
  const found = reader.get('v1 Service', namespace, name);
  if (found === undefined) return `service "${name}" not found`;
  const slices = reader.list('discovery.k8s.io/v1 EndpointSlice', {
    namespace,
    labels: { 'kubernetes.io/service-name': name },
  });
  const isServed = slices.some((slice) =>
    ((slice['endpoints'] as { conditions?: { ready?: boolean } }[] | null | undefined) ?? []).some(
      ({ conditions }) => conditions?.ready !== false,
    ),
  );
  return isServed ? undefined : `no endpoints available for service "${name}"`;
}

const failed = (name: string, why: string) => {
  const message = `failed calling webhook "${name}": ${why}`;
  return new StatusError(500, 'InternalError', `Internal error occurred: ${message}`, {
    causes: [{ message } as StatusCause],
  });
};

function refused(
  name: string,
  { message, reason = '', code = 403 }: Extract<WebhookAnswer, { allowed: false }>,
): StatusError {
  const start = `admission webhook "${name}" denied the request`;
  return new StatusError(code, reason, message === undefined ? `${start} without explanation` : `${start}: ${message}`);
}

interface Call {
  kind: KindName;
  request: AdmissionRequest;
  reader: Reader;
  answer: AnswerWebhook;
}

/** Asks every webhook of a kind that the request concerns. Returns the object, changed or not. */
function call({ kind, request, reader, answer }: Call): StoredObject | undefined {
  let { object } = request;
  const { group, plural } = request.resource;
  // Webhooks are not asked about themselves: a broken one could not be taken away.
  if (group === 'admissionregistration.k8s.io' && /webhookconfigurations$|admissionpolic/.test(plural)) return object;
  for (const configuration of reader.list(kind))
    for (const webhook of webhooksOf(configuration)) {
      const current = { ...request, ...(object === undefined ? {} : { object }) };
      if (!concerns(webhook, current, reader)) continue;
      const { name = '', failurePolicy } = webhook;
      const why = unreachable(webhook, reader);
      if (why !== undefined) {
        if (failurePolicy === 'Ignore') continue;
        throw failed(name, why);
      }
      const said = answer(webhook, current);
      if (!said.allowed) throw refused(name, said);
      for (const text of said.warnings ?? []) request.warn(text);
      object = said.object ?? object;
    }
  return object;
}

const configurations = 'admissionregistration.k8s.io/v1';

export const mutatingWebhooks = (answer: AnswerWebhook): AdmissionPlugin => ({
  name: 'MutatingAdmissionWebhook',
  mutate: (request, reader) =>
    call({ kind: `${configurations} MutatingWebhookConfiguration`, request, reader, answer }),
});

export const validatingWebhooks = (answer: AnswerWebhook): AdmissionPlugin => ({
  name: 'ValidatingAdmissionWebhook',
  validate: (request, reader) => {
    call({ kind: `${configurations} ValidatingWebhookConfiguration`, request, reader, answer });
  },
});
