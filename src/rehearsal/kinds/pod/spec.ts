import { checkAddress } from '../addresses.ts';
import { FieldErrors } from '../field-errors.ts';
import { dnsLabel, dnsSubdomain, inclusiveRange, qualifiedName, underscoredSubdomainName } from '../names.ts';
import { checkAnnotations } from '../object-meta.ts';
import { addQuantities, compareQuantities, formatQuantity, parseQuantity, type Quantity } from '../quantity.ts';
import { checkResources, claimNames } from '../resource-names.ts';
import { checkLabels } from '../selectors.ts';
import { checkContainers, checkEphemeralContainers, checkInitContainers } from './containers.ts';
import { checkAffinity, checkTolerations, checkTopologySpread } from './placement.ts';
import { checkPodSecurityContext } from './security.ts';
import type { PodSpec, PodTemplate } from './types.ts';
import { checkVolumes } from './volumes.ts';

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const preemptionPolicies = ['PreemptLowerPriority', 'Never'];

/** Specs without an error, by the kind of thing they belong to: what was checked once is not checked again. */
const valid = { pod: new WeakSet<object>(), template: new WeakSet<object>() };

export function checkPreemptionPolicy(errors: FieldErrors, path: string, policy: string | undefined): void {
  errors.oneOf(path, policy, preemptionPolicies, true);
}

function checkDns(errors: FieldErrors, path: string, { dnsPolicy, dnsConfig }: PodSpec): void {
  if (dnsPolicy === 'None') {
    if (dnsConfig === undefined) return errors.required(path, 'must provide `dnsConfig` when `dnsPolicy` is None');
    if ((dnsConfig.nameservers ?? []).length === 0)
      return errors.required(
        `${path}.nameservers`,
        'must provide at least one DNS nameserver when `dnsPolicy` is None',
      );
  }
  const { nameservers = [], searches = [], options = [] } = dnsConfig ?? {};
  if (nameservers.length > 3)
    errors.invalid(`${path}.nameservers`, nameservers, 'must not have more than 3 nameservers');
  for (const [index, server] of nameservers.entries()) checkAddress(errors, `${path}.nameservers[${index}]`, server);
  if (searches.length > 32) errors.invalid(`${path}.searches`, searches, 'must not have more than 32 search paths');
  if (searches.join(' ').length > 2048)
    errors.invalid(
      `${path}.searches`,
      searches,
      'must not have more than 2048 characters (including spaces) in the search list',
    );
  for (const [index, search] of searches.entries()) {
    const name = search.replace(/\.$/, '');
    if (search !== '.') errors.each(`${path}.searches[${index}]`, name, underscoredSubdomainName(name));
  }
  for (const [index, { name = '' }] of options.entries())
    if (name === '') errors.required(`${path}.options[${index}]`, 'must not be empty');
}

function checkHost(errors: FieldErrors, path: string, spec: PodSpec, isPod: boolean): void {
  if (spec.hostNetwork === true)
    for (const [index, { ports = [] }] of (spec.containers ?? []).entries())
      for (const [position, { hostPort = 0, containerPort = 0 }] of ports.entries())
        if ((isPod || hostPort !== 0) && hostPort !== containerPort)
          errors.invalid(
            `${path}.containers[${index}].ports[${position}].hostPort`,
            hostPort,
            'must match `containerPort` when `hostNetwork` is true',
          );
}

function checkHostUsers(
  errors: FieldErrors,
  path: string,
  { hostUsers, hostNetwork, hostPID, hostIPC }: PodSpec,
): void {
  if (hostUsers !== false) return;
  if (hostNetwork === true) errors.forbidden(`${path}.hostNetwork`, 'when `hostUsers` is false');
  if (hostPID === true) errors.forbidden(`${path}.HostPID`, 'when `hostUsers` is false');
  if (hostIPC === true) errors.forbidden(`${path}.HostIPC`, 'when `hostUsers` is false');
}

function checkGates(errors: FieldErrors, path: string, { readinessGates = [], schedulingGates = [] }: PodSpec): void {
  for (const [index, { conditionType = '' }] of readinessGates.entries())
    errors.each(`${path}.readinessGates[${index}].conditionType`, conditionType, qualifiedName(conditionType));
  const seen = new Set<string>();
  for (const [index, { name = '' }] of schedulingGates.entries()) {
    const at = `${path}.schedulingGates[${index}]`;
    errors.each(at, name, qualifiedName(name));
    if (seen.has(name)) errors.duplicate(at, name);
    seen.add(name);
  }
}

/** Resources of the pod as a whole against those of its containers. */
function checkPodResources(errors: FieldErrors, path: string, spec: PodSpec, claims: readonly string[]): void {
  const { resources } = spec;
  if (resources === undefined) return;
  const at = `${path}.resources`;
  if (resources.claims !== undefined)
    errors.forbidden(`${at}.claims`, 'claims may not be set for Resources at pod-level');
  checkResources(errors, at, { ...resources, claims: [] }, claims, true);
  for (const [name, value] of Object.entries(resources.requests ?? {})) {
    let sum: Quantity | undefined;
    for (const { resources: own } of spec.containers ?? []) {
      const request = own?.requests?.[name];
      if (request !== undefined)
        sum = sum === undefined ? parseQuantity(request) : addQuantities(sum, parseQuantity(request));
    }
    if (sum !== undefined && compareQuantities(sum, parseQuantity(value)) > 0)
      errors.invalid(
        `${at}.requests[${name}]`,
        formatQuantity(parseQuantity(value)),
        `must be greater than or equal to aggregate container requests of ${formatQuantity(sum)}`,
      );
  }
  for (const [index, { resources: own }] of (spec.containers ?? []).entries())
    for (const [name, limit] of Object.entries(own?.limits ?? {})) {
      const most = resources.limits?.[name];
      if (most !== undefined && compareQuantities(parseQuantity(limit), parseQuantity(most)) > 0)
        errors.invalid(
          `${at}.containers[${index}][${name}].limits`,
          formatQuantity(parseQuantity(limit)),
          `must be less than or equal to pod limits of ${formatQuantity(parseQuantity(most))}`,
        );
    }
}

function checkNames(errors: FieldErrors, path: string, spec: PodSpec): void {
  const { serviceAccountName = '', nodeName = '', activeDeadlineSeconds, hostname = '', subdomain = '' } = spec;
  if (serviceAccountName !== '')
    errors.each(`${path}.serviceAccountName`, serviceAccountName, dnsSubdomain(serviceAccountName));
  if (nodeName !== '') errors.each(`${path}.nodeName`, nodeName, dnsSubdomain(nodeName));
  if (activeDeadlineSeconds !== undefined && (activeDeadlineSeconds < 1 || activeDeadlineSeconds > 2_147_483_647))
    errors.invalid(`${path}.activeDeadlineSeconds`, activeDeadlineSeconds, inclusiveRange(1, 2_147_483_647));
  if (hostname !== '') errors.each(`${path}.hostname`, hostname, dnsLabel(hostname));
  if (subdomain !== '') errors.each(`${path}.subdomain`, subdomain, dnsLabel(subdomain));
  checkTolerations(errors, `${path}.tolerations`, spec.tolerations);
  for (const [index, { ip = '', hostnames = [] }] of (spec.hostAliases ?? []).entries()) {
    const at = `${path}.hostAliases[${index}]`;
    checkAddress(errors, `${at}.ip`, ip);
    for (const [position, name] of hostnames.entries())
      errors.each(`${at}.hostnames[${position}]`, name, dnsSubdomain(name));
  }
  const { priorityClassName = '', runtimeClassName, preemptionPolicy, overhead, os } = spec;
  if (priorityClassName !== '')
    errors.each(`${path}.priorityClassName`, priorityClassName, dnsSubdomain(priorityClassName));
  if (runtimeClassName !== undefined)
    errors.each(`${path}.runtimeClassName`, runtimeClassName, dnsSubdomain(runtimeClassName));
  checkPreemptionPolicy(errors, `${path}.preemptionPolicy`, preemptionPolicy);
  if (overhead !== undefined) checkResources(errors, `${path}.overhead`, { limits: overhead }, []);
  if (os === undefined) return;
  if ((os.name ?? '') === '') errors.required(`${path}.os.name`);
  else if (os.name !== 'linux' && os.name !== 'windows')
    errors.notSupported(`${path}.os`, os.name, ['linux', 'windows']);
}

/** `ValidatePodSpec`. `podName` is that of a pod; templates have none. */
export function checkPodSpec(errors: FieldErrors, path: string, spec: PodSpec, podName?: string): void {
  const known = podName === undefined ? valid.template : valid.pod;
  if (known.has(spec)) return;
  const own = new FieldErrors();
  if (spec.terminationGracePeriodSeconds === undefined) own.required(`${path}.terminationGracePeriodSeconds`);
  const volumes = checkVolumes(own, `${path}.volumes`, spec.volumes, podName);
  const claims = claimNames(spec.resourceClaims);
  const scene = { spec, volumes, claims };
  checkContainers(own, `${path}.containers`, scene);
  checkInitContainers(own, `${path}.initContainers`, scene);
  checkEphemeralContainers(own, `${path}.ephemeralContainers`, scene);
  checkPodResources(own, path, spec, claims);
  checkHost(own, path, spec, podName !== undefined);
  own.oneOf(`${path}.restartPolicy`, spec.restartPolicy, restartPolicies);
  own.oneOf(`${path}.dnsPolicy`, spec.dnsPolicy, dnsPolicies);
  checkLabels(own, `${path}.nodeSelector`, spec.nodeSelector);
  checkPodSecurityContext(own, `${path}.securityContext`, spec.securityContext, spec);
  checkAffinity(own, `${path}.affinity`, spec.affinity);
  checkDns(own, `${path}.dnsConfig`, spec);
  checkGates(own, path, spec);
  checkTopologySpread(own, `${path}.topologySpreadConstraints`, spec.topologySpreadConstraints);
  checkHostUsers(own, path, spec);
  checkNames(own, path, spec);
  if (own.list.length === 0) known.add(spec);
  errors.list.push(...own.list);
}

/** Annotations that mean something to pods (`ValidatePodSpecificAnnotations`). */
export function checkPodAnnotations(
  errors: FieldErrors,
  path: string,
  annotations: Record<string, string> | undefined,
  spec: PodSpec,
): void {
  if (annotations === undefined) return;
  const mirror = annotations['kubernetes.io/config.mirror'];
  if (mirror !== undefined && (spec.nodeName ?? '') === '')
    errors.invalid(
      `${path}[kubernetes.io/config.mirror]`,
      mirror,
      'must set spec.nodeName if mirror pod annotation is set',
    );
  const cost = annotations['controller.kubernetes.io/pod-deletion-cost'];
  if (cost !== undefined && !isInt32(cost))
    errors.invalid(`${path}[controller.kubernetes.io/pod-deletion-cost]`, cost, 'must be a 32bit integer');
}

const isInt32 = (text: string) =>
  /^(0|-?[1-9]\d*)$/.test(text) && Number(text) >= -2_147_483_648 && Number(text) <= 2_147_483_647;

/** `ValidatePodTemplateSpec` */
export function checkTemplate(errors: FieldErrors, path: string, template: PodTemplate): void {
  const { metadata = {}, spec = {} } = template;
  checkLabels(errors, `${path}.labels`, metadata.labels);
  checkAnnotations(errors, `${path}.annotations`, metadata.annotations);
  checkPodAnnotations(errors, `${path}.annotations`, metadata.annotations, spec);
  checkPodSpec(errors, `${path}.spec`, spec);
  if ((spec.ephemeralContainers ?? []).length > 0)
    errors.forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template');
}
