import { checkClaimSpec } from '../storage/claim-spec.ts';
import type { FieldErrors } from '../field-errors.ts';
import { dnsLabel, dnsSubdomain } from '../names.ts';
import { checkAnnotations } from '../object-meta.ts';
import { checkNoBacksteps, checkNotReserved } from '../paths.ts';
import { parseQuantity } from '../quantity.ts';
import { checkLabels, type Labels } from '../selectors.ts';
import { checkFieldRef, checkResourceFieldRef } from './environment.ts';
import type { DownwardFile, KeyToPath, Projection, Volume } from './types.ts';

const fileMode = 'must be a number between 0 and 0777 (octal), both inclusive';

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

const fieldsOfFiles = [
  'metadata.name',
  'metadata.namespace',
  'metadata.labels',
  'metadata.annotations',
  'metadata.uid',
];

function checkMode(errors: FieldErrors, path: string, mode: number | undefined): void {
  if (mode !== undefined && (mode > 0o777 || mode < 0)) errors.invalid(path, mode, fileMode);
}

function checkItems(errors: FieldErrors, path: string, items: readonly KeyToPath[] = []): void {
  for (const [index, { key = '', path: file = '', mode }] of items.entries()) {
    const at = `${path}[${index}]`;
    if (key === '') errors.required(`${at}.key`);
    if (file === '') errors.required(`${at}.path`);
    checkNotReserved(errors, `${at}.path`, file);
    checkMode(errors, `${at}.mode`, mode);
  }
}

/** The path is that of the list: the server does not name the element. */
function checkFile(
  errors: FieldErrors,
  path: string,
  { path: file = '', mode, fieldRef, resourceFieldRef }: DownwardFile,
): void {
  if (file === '') errors.required(`${path}.path`);
  checkNotReserved(errors, `${path}.path`, file);
  if (fieldRef !== undefined) {
    checkFieldRef(errors, `${path}.fieldRef`, fieldRef, fieldsOfFiles);
    if (resourceFieldRef !== undefined)
      errors.invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously');
  } else if (resourceFieldRef !== undefined)
    checkResourceFieldRef(errors, `${path}.resourceFieldRef`, resourceFieldRef, true);
  else errors.required(path, 'one of fieldRef and resourceFieldRef is required');
  checkMode(errors, `${path}.mode`, mode);
}

function checkProjections(errors: FieldErrors, path: string, sources: readonly Projection[] = []): void {
  const paths = new Set<string>();
  const claim = (file: string | undefined, value: string) => {
    if (file === undefined || file === '') return;
    if (paths.has(file)) errors.invalid(path, value, 'conflicting duplicate paths');
    paths.add(file);
  };
  for (const [index, source] of sources.entries()) {
    const at = `${path}.sources[${index}]`;
    for (const kind of ['secret', 'configMap'] as const) {
      const projected = source[kind];
      if (projected === undefined) continue;
      const { name = '', items = [] } = projected;
      if (name === '') errors.required(`${at}.${kind}.name`);
      checkItems(errors, `${at}.${kind}.items`, items);
      for (const item of items) claim(item.path, name);
    }
    for (const file of source.downwardAPI?.items ?? []) {
      checkFile(errors, `${at}.downwardAPI`, file);
      claim(file.path, file.path ?? '');
    }
    if (source.serviceAccountToken !== undefined) {
      const { expirationSeconds = 0, path: file = '' } = source.serviceAccountToken;
      const field = `${at}.serviceAccountToken.expirationSeconds`;
      if (expirationSeconds < 600)
        errors.invalid(field, expirationSeconds, 'may not specify a duration less than 10 minutes');
      if (expirationSeconds > 2 ** 32)
        errors.invalid(field, expirationSeconds, 'may not specify a duration larger than 2^32 seconds');
      if (file === '') errors.required(`${path}.path`);
      else checkNotReserved(errors, `${path}.path`, file);
    }
    if (Object.values(source).filter((value) => value !== undefined).length > 1)
      errors.forbidden(at, 'may not specify more than 1 volume type per source');
  }
}

type SourceCheck = (errors: FieldErrors, path: string, volume: Volume) => void;

/** Sources in the order in which the server looks at them; those of cloud providers are only counted. */
const sources: Record<string, SourceCheck> = {
  emptyDir: (errors, path, { emptyDir }) => {
    if (emptyDir?.sizeLimit !== undefined && parseQuantity(emptyDir.sizeLimit).nano < 0n)
      errors.forbidden(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity');
  },
  hostPath: (errors, path, { hostPath }) => {
    const { path: directory = '', type } = hostPath ?? {};
    if (directory === '') return errors.required(`${path}.path`);
    checkNoBacksteps(errors, `${path}.path`, directory);
    if (type !== undefined && !hostPathTypes.includes(type)) errors.notSupported(`${path}.type`, type, hostPathTypes);
  },
  secret: (errors, path, { secret }) => {
    if ((secret?.secretName ?? '') === '') errors.required(`${path}.secretName`);
    checkMode(errors, `${path}.defaultMode`, secret?.defaultMode);
    checkItems(errors, `${path}.items`, secret?.items);
  },
  nfs: (errors, path, { nfs }) => {
    const { server = '', path: directory = '' } = nfs ?? {};
    if (server === '') errors.required(`${path}.server`);
    if (directory === '') errors.required(`${path}.path`);
    if (!directory.startsWith('/')) errors.invalid(`${path}.path`, directory, 'must be an absolute path');
  },
  persistentVolumeClaim: (errors, path, { persistentVolumeClaim }) => {
    if ((persistentVolumeClaim?.claimName ?? '') === '') errors.required(`${path}.claimName`);
  },
  downwardAPI: (errors, path, { downwardAPI }) => {
    checkMode(errors, `${path}.defaultMode`, downwardAPI?.defaultMode);
    for (const file of downwardAPI?.items ?? []) checkFile(errors, path, file);
  },
  configMap: (errors, path, { configMap }) => {
    if ((configMap?.name ?? '') === '') errors.required(`${path}.name`);
    checkMode(errors, `${path}.defaultMode`, configMap?.defaultMode);
    checkItems(errors, `${path}.items`, configMap?.items);
  },
  projected: (errors, path, { projected }) => {
    checkMode(errors, `${path}.defaultMode`, projected?.defaultMode);
    checkProjections(errors, path, projected?.sources ?? []);
  },
  csi: (errors, path, { csi }) => {
    if ((csi?.driver ?? '') === '') errors.required(`${path}.driver`);
  },
  ephemeral: (errors, path, { ephemeral }) => {
    const template = ephemeral?.volumeClaimTemplate;
    if (template === undefined) return errors.required(`${path}.volumeClaimTemplate`);
    const { annotations, labels, ...others } = (template.metadata ?? {}) as {
      annotations?: Record<string, string>;
      labels?: Labels;
    };
    checkAnnotations(errors, `${path}.volumeClaimTemplate.metadata.annotations`, annotations);
    checkLabels(errors, `${path}.volumeClaimTemplate.metadata.labels`, labels);
    for (const field of Object.keys(others))
      errors.forbidden(`${path}.volumeClaimTemplate.metadata.${field}`, 'cannot be set');
    checkClaimSpec(errors, `${path}.volumeClaimTemplate.spec`, template.spec ?? {});
  },
  image: (errors, path, { image }) => {
    if ((image?.reference ?? '') === '') errors.required(`${path}.reference`);
  },
};

function checkSource(errors: FieldErrors, path: string, volume: Volume, podName: string | undefined): void {
  const kinds = Object.keys(volume).filter((field) => field !== 'name' && volume[field] !== undefined);
  const ordered = [
    ...Object.keys(sources).filter((kind) => kinds.includes(kind)),
    ...kinds.filter((kind) => !(kind in sources)),
  ];
  for (const [index, kind] of ordered.entries()) {
    if (index > 0) errors.forbidden(`${path}.${kind}`, 'may not specify more than 1 volume type');
    else sources[kind]?.(errors, `${path}.${kind}`, volume);
  }
  if (kinds.length === 0) errors.required(path, 'must specify a volume type');
  const { name = '' } = volume;
  if (volume.ephemeral === undefined || podName === undefined || name === '') return;
  const claim = `${podName}-${name}`;
  for (const message of dnsSubdomain(claim))
    errors.invalid(`${path}.ephemeral.name`, name, `PVC name "${claim}": ${message}`);
}

/** Returns the volumes that mounts may refer to: those without an error. */
export function checkVolumes(
  errors: FieldErrors,
  path: string,
  volumes: readonly Volume[] = [],
  podName?: string,
): ReadonlyMap<string, Volume> {
  const usable = new Map<string, Volume>();
  const created = new Set(
    podName === undefined
      ? []
      : volumes.filter(({ ephemeral }) => ephemeral !== undefined).map(({ name }) => `${podName}-${name}`),
  );
  for (const [index, volume] of volumes.entries()) {
    const at = `${path}[${index}]`;
    const { name = '' } = volume;
    const before = errors.list.length;
    checkSource(errors, at, volume, podName);
    if (name === '') errors.required(`${at}.name`);
    else errors.each(`${at}.name`, name, dnsLabel(name));
    if (usable.has(name)) errors.duplicate(`${at}.name`, name);
    if (errors.list.length === before) usable.set(name, volume);
    const claim = volume.persistentVolumeClaim?.claimName;
    if (claim !== undefined && created.has(claim))
      errors.invalid(
        `${at}.persistentVolumeClaim.claimName`,
        claim,
        'must not reference a PVC that gets created for an ephemeral volume',
      );
  }
  return usable;
}
