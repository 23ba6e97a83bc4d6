import type { FieldErrors } from '../field-errors.ts';
import { dnsLabel, portName, portNumber } from '../names.ts';
import { checkResources } from '../resource-names.ts';
import { checkEnvironment } from './environment.ts';
import { checkLifecycle, checkProbes } from './probes.ts';
import { checkSecurityContext } from './security.ts';
import type { Container, ContainerPort, PodSpec, Volume } from './types.ts';
import { checkMounts } from './mounts.ts';

export const protocols = ['SCTP', 'TCP', 'UDP'];

/** What containers are checked against: the rest of their pod. */
interface PodScene {
  spec: PodSpec;
  volumes: ReadonlyMap<string, Volume>;
  claims: readonly string[];
}

function checkPorts(errors: FieldErrors, path: string, ports: readonly ContainerPort[] = []): void {
  const names = new Set<string>();
  for (const [index, { name = '', containerPort = 0, hostPort = 0, protocol }] of ports.entries()) {
    const at = `${path}[${index}]`;
    if (name !== '') {
      const complaints = portName(name);
      errors.each(`${at}.name`, name, complaints);
      if (complaints.length === 0 && names.has(name)) errors.duplicate(`${at}.name`, name);
      names.add(name);
    }
    if (containerPort === 0) errors.required(`${at}.containerPort`);
    else errors.each(`${at}.containerPort`, containerPort, portNumber(containerPort));
    if (hostPort !== 0) errors.each(`${at}.hostPort`, hostPort, portNumber(hostPort));
    errors.oneOf(`${at}.protocol`, protocol, protocols);
  }
}

function checkResizePolicy(
  errors: FieldErrors,
  path: string,
  container: Container,
  podPolicy: string | undefined,
): void {
  const seen = new Set<string>();
  for (const [index, { resourceName = '', restartPolicy = '' }] of (container.resizePolicy ?? []).entries()) {
    if (seen.has(resourceName)) errors.duplicate(`${path}[${index}]`, resourceName);
    seen.add(resourceName);
    errors.oneOf(path, resourceName, ['cpu', 'memory']);
    errors.oneOf(path, restartPolicy, ['NotRequired', 'RestartContainer']);
    if (podPolicy === 'Never' && restartPolicy !== 'NotRequired')
      errors.invalid(path, restartPolicy, "must be 'NotRequired' when `restartPolicy` is 'Never'");
  }
}

function checkCommon(
  errors: FieldErrors,
  path: string,
  container: Container,
  { spec, volumes, claims }: PodScene,
): void {
  const { name = '', image = '', terminationMessagePolicy } = container;
  if (name === '') errors.required(`${path}.name`);
  else errors.each(`${path}.name`, name, dnsLabel(name));
  if (image === '') errors.required(`${path}.image`);
  errors.oneOf(`${path}.terminationMessagePolicy`, terminationMessagePolicy, ['File', 'FallbackToLogsOnError']);
  checkPorts(errors, `${path}.ports`, container.ports);
  checkEnvironment(errors, path, container);
  checkMounts(errors, path, container, volumes);
  errors.oneOf(`${path}.imagePullPolicy`, container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never']);
  checkResources(errors, `${path}.resources`, container.resources ?? {}, claims);
  checkResizePolicy(errors, `${path}.resizePolicy`, container, spec.restartPolicy);
  checkSecurityContext(errors, `${path}.securityContext`, container.securityContext, spec.hostUsers !== false);
}

function checkHostPorts(errors: FieldErrors, path: string, containers: readonly Container[], first = 0): void {
  const seen = new Set<string>();
  for (const [index, { ports = [] }] of containers.entries())
    for (const [position, { protocol = '', hostIP = '', hostPort = 0 }] of ports.entries()) {
      if (hostPort === 0) continue;
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (seen.has(key)) errors.duplicate(`${path}[${first + index}].ports[${position}].hostPort`, key);
      seen.add(key);
    }
}

export function checkContainers(errors: FieldErrors, path: string, scene: PodScene): void {
  const { terminationGracePeriodSeconds: grace, os } = scene.spec;
  // An absent list that must be there is written as null.
  const containers = scene.spec.containers ?? [];
  if (containers.length === 0) return errors.required(path);
  const names = new Set<string>();
  for (const [index, container] of containers.entries()) {
    const at = `${path}[${index}]`;
    const { name = '', lifecycle } = container;
    checkCommon(errors, at, container, scene);
    if (names.has(name)) errors.duplicate(`${at}.name`, name);
    names.add(name);
    if (lifecycle !== undefined) checkLifecycle(errors, `${at}.lifecycle`, lifecycle, grace, os?.name);
    checkProbes(errors, at, container, grace);
  }
  checkHostPorts(errors, path, containers);
}

export function checkInitContainers(errors: FieldErrors, path: string, scene: PodScene): void {
  const { initContainers = [], terminationGracePeriodSeconds: grace, os } = scene.spec;
  const names = new Set((scene.spec.containers ?? []).map(({ name = '' }) => name));
  for (const [index, container] of initContainers.entries()) {
    const at = `${path}[${index}]`;
    const { name = '', restartPolicy, lifecycle } = container;
    checkCommon(errors, at, container, scene);
    if (names.has(name)) errors.duplicate(`${at}.name`, name);
    else if (name !== '') names.add(name);
    checkHostPorts(errors, path, [container]);
    if (restartPolicy === 'Always') {
      if (lifecycle !== undefined) checkLifecycle(errors, `${at}.lifecycle`, lifecycle, grace, os?.name);
      checkProbes(errors, at, container, grace);
      continue;
    }
    for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const)
      if (container[field] !== undefined)
        errors.forbidden(`${at}.${field}`, 'may not be set for init containers without restartPolicy=Always');
  }
}

/** Fields that a container for debugging may not have. */
const notEphemeral = [
  'ports',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
  'resizePolicy',
  'restartPolicy',
] as const;

export function checkEphemeralContainers(errors: FieldErrors, path: string, scene: PodScene): void {
  const { initContainers = [], ephemeralContainers = [] } = scene.spec;
  const others = new Set([...(scene.spec.containers ?? []), ...initContainers].map(({ name }) => name));
  const names = new Set(others);
  for (const [index, container] of ephemeralContainers.entries()) {
    const at = `${path}[${index}]`;
    const { name, targetContainerName = '' } = container;
    checkCommon(errors, at, container, scene);
    if (names.has(name)) errors.duplicate(`${at}.name`, name);
    names.add(name);
    if (targetContainerName !== '' && !others.has(targetContainerName))
      errors.notFound(`${at}.targetContainerName`, targetContainerName);
    for (const field of notEphemeral)
      if (container[field] !== undefined)
        errors.forbidden(`${at}.${field}`, 'cannot be set for an Ephemeral Container');
    if (Object.keys(container.resources ?? {}).length > 0)
      errors.forbidden(`${at}.resources`, 'cannot be set for an Ephemeral Container');
  }
}
