import type { FieldErrors } from './field-errors.ts';
import { qualifiedName } from './names.ts';
import { compareQuantities, formatQuantity, milliValue, parseQuantity, wholeValue } from './quantity.ts';
import type { ResourceRequirements } from './pod/types.ts';
import type { Fields } from './sharing.ts';

/** Names of resources, as limits, quotas and limit ranges use them (pkg/apis/core/helper/helpers.go). */
const containerResources = ['cpu', 'memory', 'ephemeral-storage'];
const integerResources = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
];
const quotaResources = [
  ...integerResources,
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
];
const standardResources = [...quotaResources, 'storage'];

export const isHugePages = (name: string) => name.startsWith('hugepages-');
const isHugePagesInQuota = (name: string) => isHugePages(name) || name.startsWith('requests.hugepages-');
export const isStandardInQuota = (name: string) => quotaResources.includes(name) || isHugePagesInQuota(name);
const isStandard = (name: string) => standardResources.includes(name) || isHugePagesInQuota(name);
const isNative = (name: string) => !name.includes('/') || name.includes('kubernetes.io/');

/** `example.com/gpu` */
export const isExtended = (name: string) =>
  !isNative(name) && !name.startsWith('requests.') && qualifiedName(`requests.${name}`).length === 0;

/** More of it may be promised than there is: everything but huge pages and extended resources. */
const mayBeOvercommitted = (name: string) => isNative(name) && !isHugePages(name);

export const isInteger = (name: string) => integerResources.includes(name) || isExtended(name);

export function checkResourceName(errors: FieldErrors, path: string, name: string): boolean {
  const complaints = qualifiedName(name);
  errors.each(path, name, complaints);
  if (complaints.length > 0) return false;
  if (name.includes('/') || isStandard(name)) return true;
  errors.invalid(path, name, 'must be a standard resource type or fully qualified');
  return false;
}

export function checkContainerResourceName(errors: FieldErrors, path: string, name: string): void {
  checkResourceName(errors, path, name);
  if (!name.includes('/')) {
    if (!containerResources.includes(name) && !isHugePages(name))
      errors.invalid(path, name, 'must be a standard resource for containers');
  } else if (!isNative(name) && !isExtended(name))
    errors.invalid(path, name, "doesn't follow extended resource name standard");
}

function checkPodResourceName(errors: FieldErrors, path: string, name: string): void {
  if (checkResourceName(errors, path, name) && name !== 'cpu' && name !== 'memory' && !isHugePages(name))
    errors.notSupported(path, name, ['cpu', 'hugepages-', 'memory']);
}

/** Not negative, and whole where only whole numbers make sense. */
export function checkAmount(errors: FieldErrors, path: string, name: string, value: string | number): void {
  const quantity = parseQuantity(value);
  if (quantity.nano < 0n) errors.invalid(path, formatQuantity(quantity), 'must be greater than or equal to 0');
  if (isInteger(name) && milliValue(quantity) % 1000n !== 0n)
    errors.invalid(path, formatQuantity(quantity), 'must be an integer');
}

function checkHugePages(errors: FieldErrors, path: string, name: string, value: string | number): void {
  const size = parseQuantity(name.slice('hugepages-'.length));
  const quantity = parseQuantity(value);
  if (size.nano <= 0n || wholeValue(quantity) % wholeValue(size) !== 0n)
    errors.invalid(
      path,
      formatQuantity(quantity),
      `${formatQuantity(quantity)} is not positive integer multiple of ${name}`,
    );
}

/** Limits and requests of a container or a pod (`validateResourceRequirements`). */
export function checkResources(
  errors: FieldErrors,
  path: string,
  { limits = {}, requests = {}, claims = [] }: ResourceRequirements,
  podClaims: readonly string[],
  isOfPod = false,
): void {
  const checkName = isOfPod ? checkPodResourceName : checkContainerResourceName;
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  for (const [name, value] of Object.entries(limits)) {
    const at = `${path}.limits[${name}]`;
    checkName(errors, at, name);
    checkAmount(errors, at, name, value);
    if (isHugePages(name)) checkHugePages(errors, at, name, value);
  }
  for (const [name, value] of Object.entries(requests)) {
    const at = `${path}.requests[${name}]`;
    checkName(errors, at, name);
    checkAmount(errors, at, name, value);
    const limit = limits[name];
    if (limit !== undefined) {
      const order = compareQuantities(parseQuantity(value), parseQuantity(limit));
      const relation = order !== 0 && !mayBeOvercommitted(name) ? 'must be equal to' : 'must be less than or equal to';
      if (order > 0 || (order !== 0 && !mayBeOvercommitted(name)))
        errors.invalid(
          `${path}.requests`,
          formatQuantity(parseQuantity(value)),
          `${relation} ${name} limit of ${formatQuantity(parseQuantity(limit))}`,
        );
    } else if (!mayBeOvercommitted(name))
      errors.required(`${path}.limits`, 'Limit must be set for non overcommitable resources');
    if (isHugePages(name)) checkHugePages(errors, at, name, value);
  }
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory'))
    errors.forbidden(path, 'HugePages require cpu or memory');
  checkClaims(errors, `${path}.claims`, claims, podClaims);
}

function checkClaims(
  errors: FieldErrors,
  path: string,
  claims: readonly { name?: string; request?: string }[],
  podClaims: readonly string[],
): void {
  const seen = new Set<string>();
  for (const [index, { name = '', request = '' }] of claims.entries()) {
    const at = `${path}[${index}]`;
    if (name === '') {
      errors.required(at);
      continue;
    }
    const key = request === '' ? name : `${name}/${request}`;
    if (seen.has(name) || seen.has(key)) errors.duplicate(at, key);
    seen.add(key);
    if (!podClaims.includes(name)) {
      const among = podClaims.length === 0 ? ' which is empty' : `: ${podClaims.toSorted().join(', ')}`;
      errors.notFound(at, name, `must be one of the names in pod.spec.resourceClaims${among}`);
    }
  }
}

/** Names of a pod's resource claims. */
export const claimNames = (claims: readonly Fields[] = []) =>
  claims.map(({ name }) => name).filter((name): name is string => typeof name === 'string' && name !== '');
