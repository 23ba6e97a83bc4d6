import type { FieldErrors } from '../field-errors.ts';
import { configMapKey, dnsSubdomain, environmentName, qualifiedName } from '../names.ts';
import { formatQuantity, parseQuantity } from '../quantity.ts';
import type { Container, EnvVar, FieldRef, ResourceFieldRef } from './types.ts';

const fieldsOfPods = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.serviceAccountName',
  'spec.schedulerName',
  'status.phase',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
const fieldsOfEnvironment = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
const resources = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const bytes = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

const divisors: Record<string, { values: readonly string[]; of: string }> = {
  cpu: { values: ['1m', '1'], of: 'cpu' },
  memory: { values: bytes, of: 'memory' },
  'ephemeral-storage': { values: bytes, of: 'local ephemeral storage' },
};

/** A field of the pod that a variable or a file takes its value from. */
export function checkFieldRef(
  errors: FieldErrors,
  path: string,
  { apiVersion = '', fieldPath = '' }: FieldRef,
  supported: readonly string[] = fieldsOfEnvironment,
): void {
  if (apiVersion === '') return errors.required(`${path}.apiVersion`);
  if (fieldPath === '') return errors.required(`${path}.fieldPath`);
  const subscript = /^([^[]+)\['(.*)'\]$/.exec(fieldPath);
  const complaint =
    apiVersion !== 'v1'
      ? `unsupported pod version: ${apiVersion}`
      : subscript === null
        ? fieldsOfPods.includes(fieldPath)
          ? undefined
          : `field label not supported: ${fieldPath}`
        : subscript[1] === 'metadata.annotations' || subscript[1] === 'metadata.labels'
          ? undefined
          : `field label does not support subscript: ${fieldPath}`;
  if (complaint !== undefined)
    return errors.invalid(`${path}.fieldPath`, fieldPath, `error converting fieldPath: ${complaint}`);
  if (subscript === null) {
    if (!supported.includes(fieldPath)) errors.notSupported(`${path}.fieldPath`, fieldPath, supported.toSorted());
    return;
  }
  const key = subscript[1] === 'metadata.annotations' ? (subscript[2] ?? '').toLowerCase() : (subscript[2] ?? '');
  errors.each(path, key, qualifiedName(key));
}

/** A limit or request of a container that a variable or a file takes its value from. */
export function checkResourceFieldRef(
  errors: FieldErrors,
  path: string,
  { containerName = '', resource = '', divisor = '0' }: ResourceFieldRef,
  isInVolume: boolean,
): void {
  if (isInVolume && containerName === '') errors.required(`${path}.containerName`);
  else if (resource === '') errors.required(`${path}.resource`);
  else if (!resources.includes(resource) && !/^(requests|limits)\.hugepages-/.test(resource))
    errors.notSupported(`${path}.resource`, resource, resources);
  const quantity = parseQuantity(divisor);
  if (quantity.nano === 0n) return;
  const kind = resource.slice(resource.indexOf('.') + 1);
  const rule = kind.startsWith('hugepages-') ? { values: bytes, of: 'hugepages' } : divisors[kind];
  if (rule === undefined || rule.values.includes(formatQuantity(quantity))) return;
  const among = rule.of === 'cpu' ? '1m and 1' : bytes.join(', ');
  errors.invalid(
    `${path}.divisor`,
    resource,
    `only divisor's values ${among} are supported with the ${rule.of} resource`,
  );
}

function checkKeyRef(
  errors: FieldErrors,
  path: string,
  { name = '', key = '' }: { name?: string; key?: string },
): void {
  errors.each(`${path}.name`, name, dnsSubdomain(name));
  if (key === '') errors.required(`${path}.key`);
  else errors.each(`${path}.key`, key, configMapKey(key));
}

function checkValueFrom(errors: FieldErrors, path: string, { value = '', valueFrom }: EnvVar): void {
  if (valueFrom === undefined) return;
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  if (fieldRef !== undefined) checkFieldRef(errors, `${path}.fieldRef`, fieldRef);
  if (resourceFieldRef !== undefined)
    checkResourceFieldRef(errors, `${path}.resourceFieldRef`, resourceFieldRef, false);
  if (configMapKeyRef !== undefined) checkKeyRef(errors, `${path}.configMapKeyRef`, configMapKeyRef);
  if (secretKeyRef !== undefined) checkKeyRef(errors, `${path}.secretKeyRef`, secretKeyRef);
  const count = Object.values(valueFrom).filter((source) => source !== undefined).length;
  if (count === 0)
    errors.invalid(
      path,
      '',
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
    );
  else if (value !== '') errors.invalid(path, '', 'may not be specified when `value` is not empty');
  else if (count > 1) errors.invalid(path, '', 'may not have more than one field specified at a time');
}

export function checkEnvironment(errors: FieldErrors, path: string, { env = [], envFrom = [] }: Container): void {
  for (const [index, variable] of env.entries()) {
    const at = `${path}.env[${index}]`;
    const { name = '' } = variable;
    if (name === '') errors.required(`${at}.name`);
    else errors.each(`${at}.name`, name, environmentName(name));
    checkValueFrom(errors, `${at}.valueFrom`, variable);
  }
  for (const [index, { prefix = '', configMapRef, secretRef }] of envFrom.entries()) {
    const at = `${path}.envFrom[${index}]`;
    if (prefix !== '') errors.each(`${at}.prefix`, prefix, environmentName(prefix));
    for (const [field, ref] of [
      ['configMapRef', configMapRef],
      ['secretRef', secretRef],
    ] as const) {
      if (ref === undefined) continue;
      const { name = '' } = ref;
      if (name === '') errors.required(`${at}.${field}.name`);
      else errors.each(`${at}.${field}.name`, name, dnsSubdomain(name, true));
    }
    if (configMapRef === undefined && secretRef === undefined)
      errors.invalid(`${path}.envFrom`, '', 'must specify one of: `configMapRef` or `secretRef`');
    else if (configMapRef !== undefined && secretRef !== undefined)
      errors.invalid(`${path}.envFrom`, '', 'may not have more than one field specified at a time');
  }
}
