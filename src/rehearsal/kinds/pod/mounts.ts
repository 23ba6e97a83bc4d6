import type { FieldErrors } from '../field-errors.ts';
import { checkNoBacksteps } from '../paths.ts';
import type { Container, Volume, VolumeMount } from './types.ts';

const propagations = ['Bidirectional', 'HostToContainer', 'None'];

/** Mounts and devices of a container. */
export function checkMounts(
  errors: FieldErrors,
  path: string,
  container: Container,
  volumes: ReadonlyMap<string, Volume>,
): void {
  const { volumeMounts = [], volumeDevices = [] } = container;
  const devices = new Set(volumeDevices.map(({ name }) => name));
  const devicePaths = new Set(volumeDevices.map(({ devicePath }) => devicePath));
  const points = new Set<string>();
  for (const [index, mount] of volumeMounts.entries()) {
    const at = `${path}.volumeMounts[${index}]`;
    const { name = '', mountPath = '' } = mount;
    if (name === '') errors.required(`${at}.name`);
    if (!volumes.has(name)) errors.notFound(`${at}.name`, name);
    if (mountPath === '') errors.required(`${at}.mountPath`);
    if (points.has(mountPath)) errors.invalid(`${at}.mountPath`, mountPath, 'must be unique');
    points.add(mountPath);
    if (devices.has(name)) errors.invalid(`${at}.name`, name, 'must not already exist in volumeDevices');
    if (devicePaths.has(mountPath))
      errors.invalid(`${at}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices');
    checkMountOptions(errors, `${path}.volumeMounts`, at, mount, container.securityContext?.privileged === true);
  }
  checkDevices(errors, `${path}.volumeDevices`, container, volumes);
}

/** Some paths lack the index, as on the server. */
function checkMountOptions(
  errors: FieldErrors,
  path: string,
  at: string,
  mount: VolumeMount,
  isPrivileged: boolean,
): void {
  const { subPath = '', subPathExpr = '', mountPropagation, recursiveReadOnly } = mount;
  if (subPath !== '') checkRelative(errors, `${path}.subPath`, subPath);
  if (subPathExpr !== '') {
    if (subPath !== '')
      errors.invalid(`${at}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive');
    checkRelative(errors, `${path}.subPathExpr`, subPathExpr);
  }
  if (mountPropagation !== undefined) {
    if (!propagations.includes(mountPropagation))
      errors.notSupported(`${path}.mountPropagation`, mountPropagation, propagations);
    if (mountPropagation === 'Bidirectional' && !isPrivileged)
      errors.forbidden(
        `${path}.mountPropagation`,
        'Bidirectional mount propagation is available only to privileged containers',
      );
  }
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return;
  const field = `${path}.recursiveReadOnly`;
  if (recursiveReadOnly !== 'Enabled' && recursiveReadOnly !== 'IfPossible')
    return errors.notSupported(field, recursiveReadOnly, ['Disabled', 'Enabled', 'IfPossible']);
  if (mount.readOnly !== true) errors.forbidden(field, 'may only be specified when readOnly is true');
  if (mountPropagation !== undefined && mountPropagation !== 'None')
    errors.forbidden(field, 'may only be specified when mountPropagation is None or not specified');
}

function checkRelative(errors: FieldErrors, path: string, value: string): void {
  if (value.startsWith('/')) errors.invalid(path, value, 'must be a relative path');
  checkNoBacksteps(errors, path, value);
}

function checkDevices(
  errors: FieldErrors,
  path: string,
  container: Container,
  volumes: ReadonlyMap<string, Volume>,
): void {
  const { volumeMounts = [], volumeDevices = [] } = container;
  const mounts = new Set(volumeMounts.map(({ name }) => name));
  const mountPaths = new Set(volumeMounts.map(({ mountPath }) => mountPath));
  const names = new Set<string>();
  const paths = new Set<string>();
  for (const [index, { name = '', devicePath = '' }] of volumeDevices.entries()) {
    const at = `${path}[${index}]`;
    const volume = volumes.get(name);
    if (name === '') errors.required(`${at}.name`);
    if (names.has(name)) errors.invalid(`${at}.name`, name, 'must be unique');
    if (volume === undefined) errors.notFound(`${at}.name`, name);
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined)
      errors.invalid(
        `${at}.name`,
        name,
        'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode',
      );
    if (devicePath === '') errors.required(`${at}.devicePath`);
    if (paths.has(devicePath)) errors.invalid(`${at}.devicePath`, devicePath, 'must be unique');
    if (devicePath.split('/').includes('..'))
      errors.invalid(`${at}.devicePath`, devicePath, "can not contain backsteps ('..')");
    else paths.add(devicePath);
    if (mounts.has(name)) errors.invalid(`${at}.name`, name, 'must not already exist in volumeMounts');
    if (mountPaths.has(devicePath))
      errors.invalid(`${at}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts');
    names.add(name);
  }
}
