import type { StoredObject } from '../objects.ts';
import { FieldErrors } from './field-errors.ts';
import type { KindRules } from './kind-rules.ts';
import { dns1035Label, dnsSubdomain, portNumber } from './names.ts';
import { checkSelector, type LabelSelector } from './selectors.ts';
import { fill, isAbsent, within, withinEach, type Fields } from './sharing.ts';

/** A rule of a webhook: which requests it is asked about. */
export interface WebhookRule {
  operations?: string[];
  apiGroups?: string[];
  apiVersions?: string[];
  resources?: string[];
  scope?: string;
}

export interface Webhook {
  name?: string;
  clientConfig?: { url?: string; service?: { namespace?: string; name?: string; path?: string; port?: number } };
  rules?: WebhookRule[];
  failurePolicy?: string;
  matchPolicy?: string;
  namespaceSelector?: LabelSelector;
  objectSelector?: LabelSelector;
  sideEffects?: string;
  timeoutSeconds?: number;
  admissionReviewVersions?: string[];
}

const withWebhook = (isMutating: boolean) => (webhook: Fields) => {
  let result = fill(webhook, {
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: 10,
    clientConfig: {},
    admissionReviewVersions: null,
  });
  if (isMutating) result = fill(result, { reinvocationPolicy: 'Never' });
  result = withinEach(result, 'rules', (rule) => fill(rule, { scope: '*' }));
  return within(result, 'clientConfig', (config) =>
    within(config, 'service', (service) => fill(service, { port: 443 })),
  );
};

function checkName(errors: FieldErrors, path: string, name: string): void {
  if (name === '') return errors.required(path);
  const complaints = dnsSubdomain(name);
  if (complaints.length > 0) errors.invalid(path, name, complaints.join(','));
  else if (name.split('.').length < 3)
    errors.invalid(path, name, 'should be a domain with at least three segments separated by dots');
}

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];

function checkRule(errors: FieldErrors, path: string, rule: WebhookRule): void {
  const { operations: own = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  if (own.length === 0) errors.required(`${path}.operations`);
  if (own.length > 1 && own.includes('*'))
    errors.invalid(`${path}.operations`, own, "if '*' is present, must not specify other operations");
  for (const [index, operation] of own.entries())
    if (!operations.includes(operation)) errors.notSupported(`${path}.operations[${index}]`, operation, operations);
  for (const [field, list, noun] of [
    ['apiGroups', apiGroups, 'API groups'],
    ['apiVersions', apiVersions, 'API versions'],
  ] as const) {
    if (list.length === 0) errors.required(`${path}.${field}`);
    if (list.length > 1 && list.includes('*'))
      errors.invalid(`${path}.${field}`, list, `if '*' is present, must not specify other ${noun}`);
  }
  if (resources.length === 0) errors.required(`${path}.resources`);
  for (const [index, resource] of resources.entries())
    if (resource === '') errors.required(`${path}.resources[${index}]`);
  if (resources.length > 1 && resources.includes('*/*'))
    errors.invalid(`${path}.resources`, resources, "if '*/*' is present, must not specify other resources");
  errors.oneOf(`${path}.scope`, scope, ['*', 'Cluster', 'Namespaced'], true);
}

function checkClient(errors: FieldErrors, path: string, { url, service }: NonNullable<Webhook['clientConfig']>): void {
  if ((url === undefined) === (service === undefined))
    return errors.required(path, 'exactly one of url or service is required');
  if (url !== undefined) return checkUrl(errors, `${path}.url`, url);
  const { name = '', namespace = '', port = 0 } = service ?? {};
  if (name === '') errors.required(`${path}.service.name`, 'service name is required');
  if (namespace === '') errors.required(`${path}.service.namespace`, 'service namespace is required');
  const complaints = portNumber(port);
  if (complaints.length > 0) errors.invalid(`${path}.service.port`, port, `port is not valid: ${complaints.join(',')}`);
}

function checkUrl(errors: FieldErrors, path: string, text: string): void {
  const form = '; desired format: https://host[/path]';
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/i.exec(text);
  const [, scheme = '', authority = '', , query, fragment] = match ?? [];
  if (scheme !== 'https') errors.invalid(path, scheme, `'https' is the only allowed URL scheme${form}`);
  if (authority === '') errors.invalid(path, '', `host must be specified${form}`);
  if (authority.includes('@'))
    errors.invalid(path, authority.split('@')[0], 'user information is not permitted in the URL');
  if (fragment !== undefined) errors.invalid(path, fragment.slice(1), 'fragments are not permitted in the URL');
  if (query !== undefined) errors.invalid(path, query.slice(1), 'query parameters are not permitted in the URL');
}

function checkVersions(errors: FieldErrors, path: string, versions: readonly string[]): void {
  if (versions.length === 0) return errors.required(path, 'must specify one of v1, v1beta1');
  for (const [index, version] of versions.entries()) {
    if (versions.indexOf(version) < index) errors.invalid(`${path}[${index}]`, version, 'duplicate version');
    else errors.each(`${path}[${index}]`, version, dns1035Label(version));
  }
  if (!versions.includes('v1') && !versions.includes('v1beta1'))
    errors.invalid(path, versions, 'must include at least one of v1, v1beta1');
}

function checkWebhook(errors: FieldErrors, path: string, webhook: Webhook): void {
  const { name = '', rules = [], sideEffects, timeoutSeconds, clientConfig = {} } = webhook;
  checkName(errors, `${path}.name`, name);
  for (const [index, rule] of rules.entries()) checkRule(errors, `${path}.rules[${index}]`, rule);
  errors.oneOf(`${path}.failurePolicy`, webhook.failurePolicy, ['Fail', 'Ignore'], true);
  errors.oneOf(`${path}.matchPolicy`, webhook.matchPolicy, ['Equivalent', 'Exact'], true);
  if (isAbsent(sideEffects)) errors.required(`${path}.sideEffects`, 'must specify one of None, NoneOnDryRun');
  else if (sideEffects !== 'None' && sideEffects !== 'NoneOnDryRun')
    errors.notSupported(`${path}.sideEffects`, sideEffects, ['None', 'NoneOnDryRun']);
  if (timeoutSeconds !== undefined && (timeoutSeconds > 30 || timeoutSeconds < 1))
    errors.invalid(`${path}.timeoutSeconds`, timeoutSeconds, 'the timeout value must be between 1 and 30 seconds');
  checkSelector(errors, `${path}.namespaceSelector`, webhook.namespaceSelector);
  checkSelector(errors, `${path}.objectSelector`, webhook.objectSelector);
  checkClient(errors, `${path}.clientConfig`, clientConfig);
}

export const webhooksOf = (object: StoredObject) => (object['webhooks'] as Webhook[] | null | undefined) ?? [];

const configurationRules = (isMutating: boolean): KindRules => ({
  defaults: (object) => withinEach(object, 'webhooks', withWebhook(isMutating)),
  validate: (object) => {
    const errors = new FieldErrors();
    const names = new Set<string>();
    for (const [index, webhook] of webhooksOf(object).entries()) {
      const path = `webhooks[${index}]`;
      checkWebhook(errors, path, webhook);
      checkVersions(errors, `${path}.admissionReviewVersions`, webhook.admissionReviewVersions ?? []);
      const { name = '' } = webhook;
      if (name !== '' && names.has(name)) errors.duplicate(`${path}.name`, name);
      names.add(name);
    }
    return errors.list;
  },
});

export const mutatingWebhookRules = configurationRules(true);
export const validatingWebhookRules = configurationRules(false);

const withMatch = (match: Fields) =>
  fill(match, { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} });

/** Policies are kept with their defaults; what they say about requests is not evaluated. */
export const validatingPolicyRules: KindRules = {
  defaults: (object) =>
    within(fill(object, { spec: {}, status: {} }), 'spec', (spec) =>
      within(fill(spec, { failurePolicy: 'Fail' }), 'matchConstraints', (match) =>
        withinEach(withMatch(match), 'resourceRules', (rule) => fill(rule, { scope: '*' })),
      ),
    ),
  prepareCreate: (object) => ({ ...object, status: {} }),
};

export const validatingPolicyBindingRules: KindRules = {
  defaults: (object) => within(fill(object, { spec: {} }), 'spec', (spec) => within(spec, 'matchResources', withMatch)),
};
