import type { KubernetesObject } from '../../kubernetes/objects.ts';
import { age, count, type Cell, type CellsOf } from './cell.ts';
import { humanDuration } from './elapsed.ts';
import type { LabelSelector } from './label-text.ts';

/** Kinds about who may do what, and what is done to requests, by group and resource. */
export const accessCells: Readonly<Record<string, CellsOf>> = {
  '/serviceaccounts': (object, now) => [object.metadata.name, lengthOf(object['secrets']), age(object, now)],
  'rbac.authorization.k8s.io/rolebindings': bindingCells,
  'rbac.authorization.k8s.io/clusterrolebindings': bindingCells,
  'certificates.k8s.io/certificatesigningrequests': (object, now) => [
    object.metadata.name,
    age(object, now),
    object.spec.signerName || '<none>',
    object.spec.username ?? '',
    object.spec.expirationSeconds === undefined ? '<none>' : humanDuration(object.spec.expirationSeconds * 1000),
    requestWord(object),
  ],
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': webhookCells,
  'admissionregistration.k8s.io/validatingwebhookconfigurations': webhookCells,
  'admissionregistration.k8s.io/validatingadmissionpolicies': (object, now) => [
    object.metadata.name,
    lengthOf(object.spec.validations),
    object.spec.paramKind === undefined
      ? '<unset>'
      : `${object.spec.paramKind.apiVersion}/${object.spec.paramKind.kind}`,
    age(object, now),
  ],
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': (object, now) => [
    object.metadata.name,
    object.spec.policyName ?? '',
    parameterText(object),
    age(object, now),
  ],
  'apiregistration.k8s.io/apiservices': (object, now) => [
    object.metadata.name,
    object.spec.service ? `${object.spec.service.namespace}/${object.spec.service.name}` : 'Local',
    availability(object),
    age(object, now),
  ],
  'flowcontrol.apiserver.k8s.io/flowschemas': (object, now) => [
    object.metadata.name,
    object.spec.priorityLevelConfiguration?.name ?? '',
    count(object.spec.matchingPrecedence),
    object.spec.distinguisherMethod?.type ?? '<none>',
    age(object, now),
    conditionOf(object, 'Dangling')?.status ?? '?',
  ],
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations': priorityLevelCells,
};

const lengthOf = (list: unknown) => (Array.isArray(list) ? list.length : 0);

interface Condition {
  type: string;
  status: string;
  reason?: string;
}

const conditionOf = ({ status }: KubernetesObject, wanted: string) =>
  ((status?.conditions ?? []) as Condition[]).find(({ type }) => type === wanted);

function bindingCells(object: KubernetesObject, now: number): Cell[] {
  const subjects = (object['subjects'] ?? []) as { kind: string; name: string; namespace?: string }[];
  const of = (wanted: string) => subjects.filter(({ kind }) => kind === wanted);
  const { kind = '', name = '' } = (object['roleRef'] ?? {}) as { kind?: string; name?: string };
  return [
    object.metadata.name,
    `${kind}/${name}`,
    age(object, now),
    of('User')
      .map((subject) => subject.name)
      .join(', '),
    of('Group')
      .map((subject) => subject.name)
      .join(', '),
    of('ServiceAccount')
      .map((subject) => `${subject.namespace ?? ''}/${subject.name}`)
      .join(', '),
  ];
}

function webhookCells(object: KubernetesObject, now: number): Cell[] {
  return [object.metadata.name, lengthOf(object['webhooks']), age(object, now)];
}

function requestWord(request: KubernetesObject): string {
  const word =
    conditionOf(request, 'Denied') !== undefined
      ? 'Denied'
      : conditionOf(request, 'Approved') !== undefined
        ? 'Approved'
        : 'Pending';
  const failed = conditionOf(request, 'Failed') === undefined ? '' : ',Failed';
  return `${word}${failed}${request['status']?.certificate ? ',Issued' : ''}`;
}

function parameterText(binding: KubernetesObject): string {
  const reference = binding.spec.paramRef as
    { name?: string; namespace?: string; selector?: LabelSelector } | undefined;
  if (reference?.name) return `${reference.namespace || '*'}/${reference.name}`;
  return reference?.selector === undefined ? '<unset>' : goSelector(reference.selector);
}

/** Go's own print of a `*LabelSelector` (`String()` of its generated code). */
function goSelector(selector: LabelSelector): string {
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const labels = Object.keys(matchLabels)
    .sort()
    .map((key) => `${key}: ${matchLabels[key]},`)
    .join('');
  const expressions = matchExpressions
    .map(
      ({ key, operator, values = [] }) =>
        `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],},`,
    )
    .join('');
  return `&LabelSelector{MatchLabels:map[string]string{${labels}},MatchExpressions:[]LabelSelectorRequirement{${expressions}},}`;
}

function availability(service: KubernetesObject): string {
  const condition = conditionOf(service, 'Available');
  if (condition === undefined) return 'Unknown';
  return condition.status === 'True' || !condition.reason
    ? condition.status
    : `${condition.status} (${condition.reason})`;
}

function priorityLevelCells(object: KubernetesObject, now: number): Cell[] {
  const limited = object.spec.limited as
    | {
        nominalConcurrencyShares?: number;
        limitResponse?: { queuing?: { queues: number; handSize: number; queueLengthLimit: number } };
      }
    | undefined;
  const queuing = limited?.limitResponse?.queuing;
  return [
    object.metadata.name,
    object.spec.type ?? '',
    limited?.nominalConcurrencyShares ?? '<none>',
    queuing?.queues ?? '<none>',
    queuing?.handSize ?? '<none>',
    queuing?.queueLengthLimit ?? '<none>',
    age(object, now),
  ];
}
