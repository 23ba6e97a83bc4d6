import { FieldErrors } from '../field-errors.ts';
import type { KindRules } from '../kind-rules.ts';
import { dnsLabel, dnsSubdomain, httpPathComplaint, isHttpPath } from '../names.ts';
import { fill, within } from '../sharing.ts';
import { checkReference, type Reference } from './ingress.ts';

interface IngressClassSpec {
  controller?: string;
  parameters?: Reference & { scope?: string; namespace?: string };
}

function checkController(errors: FieldErrors, controller: string): void {
  const path = 'spec.controller';
  if (controller.length > 250) errors.tooLong(path, 250);
  const slash = controller.indexOf('/');
  const [host, rest] = [controller.slice(0, slash), controller.slice(slash + 1)];
  if (controller === '') errors.required(path);
  else if (slash <= 0 || rest === '')
    errors.invalid(path, controller, 'must be a domain-prefixed path (such as "acme.io/foo")');
  else {
    errors.each(path, host, dnsSubdomain(host));
    if (!isHttpPath(rest)) errors.invalid(path, rest, httpPathComplaint);
  }
}

export const ingressClassRules: KindRules = {
  defaults: (object) =>
    within(fill(object, { spec: {} }), 'spec', (spec) =>
      within(spec, 'parameters', (parameters) => fill(parameters, { scope: 'Cluster' })),
    ),
  validate: (object) => {
    const errors = new FieldErrors();
    const { controller = '', parameters } = (object['spec'] ?? {}) as IngressClassSpec;
    checkController(errors, controller);
    if (parameters === undefined) return errors.list;
    const path = 'spec.parameters';
    checkReference(errors, path, parameters);
    const { scope, namespace } = parameters;
    errors.oneOf(`${path}.scope`, scope, ['Cluster', 'Namespace']);
    if (scope === 'Namespace' && namespace === undefined)
      errors.required(`${path}.namespace`, "`parameters.scope` is set to 'Namespace'");
    if (scope === 'Namespace' && namespace !== undefined)
      errors.each(`${path}.namespace`, namespace, dnsLabel(namespace));
    if (scope === 'Cluster' && namespace !== undefined)
      errors.forbidden(`${path}.namespace`, "`parameters.scope` is set to 'Cluster'");
    return errors.list;
  },
  validateUpdate: (object, old) => {
    const errors = new FieldErrors();
    const [now, before] = [
      (object['spec'] as IngressClassSpec).controller,
      (old['spec'] as IngressClassSpec).controller,
    ];
    errors.immutable('spec.controller', now, now !== before);
    return errors.list;
  },
};
