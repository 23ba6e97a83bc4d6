import { forbidden, invalid } from '../../api/status-error.ts';
import type { Reader } from '../../controllers/client.ts';
import { FieldErrors } from '../../kinds/field-errors.ts';
import type { PodSpec, PodTemplate } from '../../kinds/pod/types.ts';
import type { StoredObject } from '../../objects.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../admission.ts';
import type { Refusal } from './check.ts';
import { checksOf } from './restricted.ts';

type Mode = 'enforce' | 'audit' | 'warn';

interface Standard {
  level: string;
  version: string;
}

const levels = ['privileged', 'baseline', 'restricted'];
const prefix = 'pod-security.kubernetes.io/';

type Labels = Readonly<Record<string, string>>;

const isVersion = (text: string) => text === 'latest' || /^v1\.(0|[1-9]\d*)$/.test(text);

/** What cannot be read counts as the strictest (`PolicyToEvaluate`). */
function standardOf(labels: Labels, mode: Mode): Standard {
  const [level, version] = [labels[`${prefix}${mode}`], labels[`${prefix}${mode}-version`] ?? 'latest'];
  if (level === undefined && mode === 'warn' && labels[`${prefix}enforce`] !== undefined) {
    const enforced = standardOf(labels, 'enforce');
    return labels[`${prefix}warn-version`] === undefined ? enforced : { ...enforced, version };
  }
  return {
    level: level === undefined ? 'privileged' : levels.includes(level) ? level : 'restricted',
    version: isVersion(version) ? version : 'latest',
  };
}

const textOf = ({ level, version }: Standard) => `"${level}:${version}"`;

function refusals({ level, version }: Standard, spec: PodSpec, annotations: Labels): Refusal[] {
  if (level === 'privileged') return [];
  const minor = version === 'latest' ? Number.POSITIVE_INFINITY : Number(version.slice('v1.'.length));
  return checksOf(level === 'baseline' ? 'baseline' : 'restricted', minor).flatMap(
    (check) => check({ spec, annotations, minor }) ?? [],
  );
}

const listed = (list: readonly Refusal[]) =>
  list.map(({ reason, detail }) => (detail === '' ? reason : `${reason} (${detail})`)).join(', ');

/** Where kinds that make pods keep the template. */
const templates: Record<string, (object: StoredObject) => PodTemplate | undefined> = {
  '/podtemplates': (object) => object['template'] as PodTemplate | undefined,
  '/replicationcontrollers': templateOf,
  'apps/deployments': templateOf,
  'apps/replicasets': templateOf,
  'apps/statefulsets': templateOf,
  'apps/daemonsets': templateOf,
  'batch/jobs': templateOf,
  'batch/cronjobs': (object) => templateOf((object['spec'] as { jobTemplate?: StoredObject } | undefined)?.jobTemplate),
};

function templateOf(object: StoredObject | undefined): PodTemplate | undefined {
  return (object?.['spec'] as { template?: PodTemplate } | undefined)?.template;
}

const labelsOf = (reader: Reader, namespace: string | undefined): Labels =>
  reader.get('v1 Namespace', undefined, namespace ?? '')?.metadata.labels ?? {};

const imagesOf = ({ containers, initContainers }: PodSpec) =>
  [...(containers ?? []), ...(initContainers ?? [])].map(({ image }) => image ?? '').join(' ');

function checkPod({ resource, name, object, old, warn }: AdmissionRequest, labels: Labels): void {
  const spec = (object?.['spec'] ?? {}) as PodSpec;
  // Only another image makes a pod another pod.
  if (old !== undefined && imagesOf(spec) === imagesOf((old['spec'] ?? {}) as PodSpec)) return;
  const annotations = object?.metadata.annotations ?? {};
  const enforced = standardOf(labels, 'enforce');
  const refused = refusals(enforced, spec, annotations);
  if (refused.length > 0)
    throw forbidden(resource, name, `violates PodSecurity ${textOf(enforced)}: ${listed(refused)}`);
  warnOf(spec, annotations, labels, warn);
}

function warnOf(spec: PodSpec, annotations: Labels, labels: Labels, warn: (text: string) => void): void {
  const warned = standardOf(labels, 'warn');
  const found = refusals(warned, spec, annotations);
  if (found.length > 0) warn(`would violate PodSecurity ${textOf(warned)}: ${listed(found)}`);
}

/** Labels of a namespace that set a standard must name one. */
function checkLabels({ object, old, name }: AdmissionRequest): void {
  const labels = object?.metadata.labels ?? {};
  const errors = new FieldErrors();
  for (const mode of ['enforce', 'audit', 'warn'] as const) {
    const [level, version] = [`${prefix}${mode}`, `${prefix}${mode}-version`];
    const given = labels[level];
    if (given !== undefined && !levels.includes(given) && old?.metadata.labels?.[level] !== given)
      errors.invalid(`metadata.labels[${level}]`, given, `must be one of ${levels.join(', ')}`);
    const asked = labels[version];
    if (asked !== undefined && !isVersion(asked) && old?.metadata.labels?.[version] !== asked)
      errors.invalid(`metadata.labels[${version}]`, asked, 'must be "latest" or "v1.x"');
  }
  if (errors.list.length > 0) throw invalid({ group: '', kind: 'Namespace' }, name, errors.list);
}

/** Pods that are there and would not be let in any more are told of when a standard becomes stricter. */
function warnOfPods({ object, old, name, warn }: AdmissionRequest, reader: Reader): void {
  const [now, before] = [
    standardOf(object?.metadata.labels ?? {}, 'enforce'),
    standardOf(old?.metadata.labels ?? {}, 'enforce'),
  ];
  const isStricter = levels.indexOf(now.level) > levels.indexOf(before.level);
  if (now.level === 'privileged' || (!isStricter && now.version === before.version)) return;
  const byReason = new Map<string, string[]>();
  for (const pod of reader.list('v1 Pod', { namespace: name })) {
    const found = refusals(now, (pod['spec'] ?? {}) as PodSpec, pod.metadata.annotations ?? {});
    if (found.length === 0) continue;
    const reason = found.map((refusal) => refusal.reason).join(', ');
    byReason.set(reason, [...(byReason.get(reason) ?? []), pod.metadata.name]);
  }
  if (byReason.size === 0) return;
  warn(`existing pods in namespace "${name}" violate the new PodSecurity enforce level ${textOf(now)}`);
  const texts = [...byReason].map(([reason, names]) => {
    const [first = '', ...others] = names.sort();
    const more =
      others.length === 0 ? '' : others.length === 1 ? ' (and 1 other pod)' : ` (and ${others.length} other pods)`;
    return `${first}${more}: ${reason}`;
  });
  for (const text of texts.sort()) warn(text);
}

/** Holds pods to the Pod Security Standards that their namespace names (k8s.io/pod-security-admission). */
export const podSecurity: AdmissionPlugin = {
  name: 'PodSecurity',
  validate(request, reader) {
    const { operation, resource, subresource, object, namespace, warn } = request;
    if (operation === 'DELETE' || subresource !== undefined || object === undefined) return;
    if (resource.storage === '/namespaces') {
      checkLabels(request);
      if (operation === 'UPDATE') warnOfPods(request, reader);
      return;
    }
    const template = templates[resource.storage];
    if (resource.storage !== '/pods' && template === undefined) return;
    const labels = labelsOf(reader, namespace);
    if (labels[`${prefix}enforce`] === undefined && labels[`${prefix}warn`] === undefined) return;
    if (template === undefined) return checkPod(request, labels);
    const { spec = {}, metadata } = template(object) ?? {};
    warnOf(spec, metadata?.annotations ?? {}, labels, warn);
  },
};
