import type { KubernetesObject } from '../../kubernetes/objects.ts';
import type { Reader } from '../controllers/client.ts';
import type { ContainerView } from './process.ts';

interface KeyRef {
  name: string;
  key: string;
}

interface EnvVar {
  name: string;
  value?: string;
  valueFrom?: { configMapKeyRef?: KeyRef; secretKeyRef?: KeyRef; fieldRef?: { fieldPath: string } };
}

interface EnvFrom {
  prefix?: string;
  configMapRef?: { name: string };
  secretRef?: { name: string };
}

interface Container {
  name: string;
  env?: EnvVar[];
  envFrom?: EnvFrom[];
  workingDir?: string;
  volumeMounts?: { name: string; mountPath: string; subPath?: string }[];
}

interface Item {
  key: string;
  path: string;
}

interface Projection {
  configMap?: { name: string; items?: Item[] };
  secret?: { name?: string; secretName?: string; items?: Item[] };
  downwardAPI?: { items?: { path: string; fieldRef?: { fieldPath: string } }[] };
  serviceAccountToken?: { path: string };
}

type Volume = Projection & { name: string; projected?: { sources?: Projection[] } };

type Objects = Pick<Reader, 'get' | 'list'>;

interface ViewOptions {
  reader: Objects;
  user: { uid: number; gid: number };
  isListening(port: number): boolean;
}

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * What programs in a container of the pod see: its variables (pkg/kubelet, `makeEnvironmentVariables`) and the files that
 * ConfigMaps, Secrets, the downward API and the service account put there. What the image itself brings is not known.
 */
export function containerView(pod: KubernetesObject, containerName: string, options: ViewOptions): ContainerView {
  const { spec, metadata } = pod;
  const containers = [...(spec.containers as Container[]), ...((spec.initContainers ?? []) as Container[])];
  const container = containers.find(({ name }) => name === containerName) ?? { name: containerName };
  const hostname = (spec.hostname as string | undefined) ?? metadata.name;
  return {
    hostname,
    env: { PATH: path, HOSTNAME: hostname, ...variablesOf(pod, container, options.reader), HOME: homeOf(options.user) },
    files: filesOf(pod, container, options.reader, hostname),
    workingDir: container.workingDir ?? '/',
    user: options.user,
    isListening: options.isListening,
  };
}

const homeOf = ({ uid }: { uid: number }) => (uid === 0 ? '/root' : '/');

function variablesOf(pod: KubernetesObject, container: Container, reader: Objects): Record<string, string> {
  const services = serviceVariables(pod, reader);
  const variables: Record<string, string> = {};
  const read = dataReader(pod, reader);
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const data = configMapRef === undefined ? read('Secret', secretRef?.name) : read('ConfigMap', configMapRef.name);
    for (const key of Object.keys(data).sort()) variables[prefix + key] = data[key]?.toString() ?? '';
  }
  for (const { name, value = '', valueFrom } of container.env ?? []) {
    const { configMapKeyRef, secretKeyRef, fieldRef } = valueFrom ?? {};
    const found =
      configMapKeyRef !== undefined
        ? read('ConfigMap', configMapKeyRef.name)[configMapKeyRef.key]?.toString()
        : secretKeyRef !== undefined
          ? read('Secret', secretKeyRef.name)[secretKeyRef.key]?.toString()
          : fieldRef !== undefined
            ? fieldOf(pod, fieldRef.fieldPath)
            : expanded(value, { ...services, ...variables });
    if (found !== undefined) variables[name] = found;
  }
  return { ...variables, ...services, ...variables };
}

/** `$(NAME)` becomes its value, `$$` a dollar; what is not known stays as it is. */
function expanded(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\$|\$\(([^)]*)\)/g, (all, name: string | undefined) =>
    name === undefined ? '$' : (variables[name] ?? all),
  );
}

/** The addresses of services, as in the days before there was DNS: those of the namespace, and always the API server's. */
function serviceVariables(pod: KubernetesObject, reader: Objects): Record<string, string> {
  const master = reader.get('v1 Service', 'default', 'kubernetes');
  const own = pod.spec.enableServiceLinks === false ? [] : reader.list('v1 Service', inNamespace(pod));
  const variables: Record<string, string> = {};
  for (const service of [...own, ...(master === undefined ? [] : [master])]) {
    const { clusterIP, ports = [] } = service.spec as {
      clusterIP?: string;
      ports?: { name?: string; port: number; protocol?: string }[];
    };
    const [first] = ports;
    if (clusterIP === undefined || clusterIP === 'None' || clusterIP === '' || first === undefined) continue;
    const name = variableName(service.metadata.name);
    variables[`${name}_SERVICE_HOST`] = clusterIP;
    variables[`${name}_SERVICE_PORT`] = String(first.port);
    for (const port of ports)
      if (port.name !== undefined) variables[`${name}_SERVICE_PORT_${variableName(port.name)}`] = String(port.port);
    variables[`${name}_PORT`] = `${(first.protocol ?? 'TCP').toLowerCase()}://${clusterIP}:${first.port}`;
    for (const { port, protocol = 'TCP' } of ports) {
      const prefix = `${name}_PORT_${port}_${protocol}`;
      variables[prefix] = `${protocol.toLowerCase()}://${clusterIP}:${port}`;
      variables[`${prefix}_PROTO`] = protocol.toLowerCase();
      variables[`${prefix}_PORT`] = String(port);
      variables[`${prefix}_ADDR`] = clusterIP;
    }
  }
  return variables;
}

const inNamespace = ({ metadata: { namespace } }: KubernetesObject) => (namespace === undefined ? {} : { namespace });
const variableName = (name: string) => name.toUpperCase().replaceAll('-', '_');

function dataReader(pod: KubernetesObject, reader: Objects) {
  return (kind: 'ConfigMap' | 'Secret', name: string | undefined): Record<string, Buffer> => {
    const object = name === undefined ? undefined : reader.get(`v1 ${kind}`, pod.metadata.namespace, name);
    const data = (object?.['data'] ?? {}) as Record<string, string>;
    const binary = (object?.['binaryData'] ?? {}) as Record<string, string>;
    const encoding = kind === 'Secret' ? 'base64' : 'utf8';
    return Object.fromEntries([
      ...Object.entries(data).map(([key, value]) => [key, Buffer.from(value, encoding)] as const),
      ...Object.entries(binary).map(([key, value]) => [key, Buffer.from(value, 'base64')] as const),
    ]);
  };
}

function fieldOf(pod: KubernetesObject, fieldPath: string): string {
  const [, subscripted, key = ''] = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(fieldPath) ?? [];
  if (subscripted !== undefined) return pod.metadata[subscripted as 'labels' | 'annotations']?.[key] ?? '';
  let value: unknown = pod;
  for (const name of fieldPath.split('.')) value = (value as Record<string, unknown> | undefined)?.[name];
  if (typeof value === 'string') return value;
  // Labels and annotations as a whole: one line each, the value quoted.
  if (typeof value !== 'object' || value === null) return '';
  return Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, text]) => `${name}=${JSON.stringify(text)}`)
    .join('\n');
}

function filesOf(pod: KubernetesObject, container: Container, reader: Objects, hostname: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>([['/etc/hostname', Buffer.from(`${hostname}\n`)]]);
  const volumes = (pod.spec.volumes ?? []) as Volume[];
  for (const { name, mountPath, subPath } of container.volumeMounts ?? []) {
    const volume = volumes.find((entry) => entry.name === name);
    if (volume === undefined) continue;
    const folder = mountPath.replace(/\/$/, '');
    const contents = [volume, ...(volume.projected?.sources ?? [])].flatMap((source) =>
      contentsOf(pod, source, reader),
    );
    for (const [file, content] of contents) {
      if (subPath === undefined) files.set(`${folder}/${file}`, content);
      else if (file === subPath) files.set(folder, content);
      else if (file.startsWith(`${subPath}/`)) files.set(`${folder}/${file.slice(subPath.length + 1)}`, content);
    }
  }
  return files;
}

function contentsOf(pod: KubernetesObject, source: Projection, reader: Objects): [string, Buffer][] {
  const read = dataReader(pod, reader);
  const { configMap, secret, downwardAPI, serviceAccountToken } = source;
  if (configMap !== undefined) return chosen(read('ConfigMap', configMap.name), configMap.items);
  if (secret !== undefined) return chosen(read('Secret', secret.secretName ?? secret.name), secret.items);
  if (serviceAccountToken !== undefined) return [[serviceAccountToken.path, Buffer.from('rehearsal')]];
  return (downwardAPI?.items ?? []).map((item) => [
    item.path,
    Buffer.from(item.fieldRef === undefined ? '' : fieldOf(pod, item.fieldRef.fieldPath)),
  ]);
}

function chosen(data: Readonly<Record<string, Buffer>>, items: Item[] | undefined): [string, Buffer][] {
  if (items === undefined) return Object.entries(data);
  return items.flatMap(({ key, path: file }): [string, Buffer][] => {
    const content = data[key];
    return content === undefined ? [] : [[file, content]];
  });
}
