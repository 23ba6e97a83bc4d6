import type { Container, ContainerPort, PodSpec } from './types.ts';
import { milliValue, parseQuantity } from '../quantity.ts';

const deprecatedLabels: Record<string, string> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};

/** Containers with the paths by which warnings name them. */
function* visited(spec: PodSpec, path: string): Generator<[Container, string]> {
  for (const field of ['initContainers', 'containers', 'ephemeralContainers'] as const)
    for (const [index, container] of (spec[field] ?? []).entries()) yield [container, `${path}.${field}[${index}]`];
}

/**
 * What the server accepts but warns of (pkg/api/pod/warnings.go): duplicate variables and ports, labels by their old
 * names. `path` is empty for a pod and that of the template otherwise.
 */
export function podWarnings(spec: PodSpec, path = ''): string[] {
  const at = path === '' ? 'spec' : `${path}.spec`;
  const warnings: string[] = [];
  for (const key in spec.nodeSelector)
    if (deprecatedLabels[key] !== undefined) warnings.push(`${at}.nodeSelector[${key}]: ${deprecatedLabels[key]}`);
  for (const [index, { labelSelector }] of (spec.topologySpreadConstraints ?? []).entries())
    if (labelSelector === undefined)
      warnings.push(
        `${at}.topologySpreadConstraints[${index}].labelSelector: a null labelSelector results in matching no pod`,
      );
  repeated(
    spec.hostAliases ?? [],
    ({ ip }) => ip,
    (index, ip) => `${at}.hostAliases[${index}].ip: duplicate ip "${ip}"`,
    warnings,
  );
  repeated(
    spec.imagePullSecrets ?? [],
    ({ name }) => name,
    (index, name) => `${at}.imagePullSecrets[${index}].name: duplicate name "${name}"`,
    warnings,
  );
  for (const [index, { name = '' }] of (spec.imagePullSecrets ?? []).entries())
    if (name === '') warnings.push(`${at}.imagePullSecrets[${index}].name: invalid empty name ""`);
  for (const [container, place] of visited(spec, at)) warnings.push(...ofContainer(container, place));
  warnings.push(...ofPorts(spec, at));
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0)
    warnings.push(
      `${at}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`,
    );
  return warnings;
}

function repeated<T>(
  list: readonly T[],
  keyOf: (element: T) => string | undefined,
  textOf: (index: number, key: string) => string,
  warnings: string[],
): void {
  const seen = new Set<string>();
  for (const [index, element] of list.entries()) {
    const key = keyOf(element) ?? '';
    if (seen.has(key)) warnings.push(textOf(index, key));
    seen.add(key);
  }
}

function ofContainer({ resources = {}, env = [] }: Container, path: string): string[] {
  const warnings: string[] = [];
  for (const name of ['memory', 'ephemeral-storage'])
    for (const field of ['limits', 'requests'] as const) {
      const value = resources[field]?.[name];
      if (value !== undefined && milliValue(parseQuantity(value)) % 1000n !== 0n)
        warnings.push(
          `${path}.resources.${field}[${name}]: fractional byte value "${value}" is invalid, must be an integer`,
        );
    }
  const seen = new Set<string>();
  for (const [index, { name = '', value = '', valueFrom }] of env.entries()) {
    const own = `$(${name})`;
    if (seen.has(name) && (valueFrom !== undefined || value === own || !value.includes(own)))
      warnings.push(
        `${path}.env[${index}]: hides previous definition of "${name}", which may be dropped when using apply`,
      );
    seen.add(name);
  }
  return warnings;
}

function ofPorts(spec: PodSpec, at: string): string[] {
  const warnings: string[] = [];
  const known = new Map<string, { port: ContainerPort; place: string }[]>();
  const names = new Map<string, string>();
  const duplicateNames: string[] = [];
  for (const [{ ports = [] }, path] of visited(spec, at))
    for (const [index, port] of ports.entries()) {
      const place = `${path}.ports[${index}]`;
      const key = `${port.containerPort}/${port.protocol}`;
      const others = known.get(key) ?? [];
      for (const other of others) {
        const text = overlap(port, other.port);
        if (text !== undefined) warnings.push(`${place}: ${text} port definition with ${other.place}`);
      }
      known.set(key, [...others, { port, place }]);
      if (port.name === undefined || port.name === '') continue;
      const first = names.get(port.name);
      if (first === undefined) names.set(port.name, place);
      else
        duplicateNames.push(
          `${place}: duplicate port name "${port.name}" with ${first}, services and probes that select ports by name will use ${first}`,
        );
    }
  return [...warnings, ...duplicateNames];
}

function overlap(one: ContainerPort, other: ContainerPort): string | undefined {
  const { hostIP: ip = '', hostPort: port = 0 } = one;
  const { hostIP: otherIp = '', hostPort: otherPort = 0 } = other;
  if (ip === otherIp && port === otherPort) return 'duplicate';
  if (port === 0 || otherPort === 0) return 'overlapping';
  return port === otherPort && (ip === '') !== (otherIp === '') ? 'dangerously ambiguous' : undefined;
}
