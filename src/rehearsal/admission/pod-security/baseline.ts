import type { Container } from '../../kinds/pod/types.ts';
import {
  badSeccomp,
  containersOf,
  many,
  named,
  namesOf,
  quoted,
  settersOf,
  sortedQuoted,
  type PodCheck,
} from './check.ts';

const appArmor: PodCheck = ({ spec, annotations }) => {
  const isBad = (type: string | undefined) => type !== undefined && type !== 'RuntimeDefault' && type !== 'Localhost';
  const podType = spec.securityContext?.appArmorProfile?.type;
  const bad = containersOf(spec).filter(({ securityContext }) => isBad(securityContext?.appArmorProfile?.type));
  const values = new Set([
    ...(isBad(podType) ? [podType ?? ''] : []),
    ...bad.map(({ securityContext }) => securityContext?.appArmorProfile?.type ?? ''),
  ]);
  const forbidden = Object.entries(annotations)
    .filter(
      ([key, value]) =>
        key.startsWith('container.apparmor.security.beta.kubernetes.io/') &&
        !/^(|runtime\/default|localhost\/.*)$/.test(value),
    )
    .map(([key, value]) => `${key}="${value}"`)
    .sort();
  const setters = [
    settersOf(
      isBad(podType),
      bad.map(({ name = '' }) => name),
    ),
    ...(forbidden.length > 0 ? [many(forbidden.length, 'annotation', 'annotations')] : []),
  ].filter((text) => text !== '');
  const all = [...[...values].sort(), ...forbidden];
  if (setters.length === 0) return undefined;
  return {
    reason: many(all.length, 'forbidden AppArmor profile', 'forbidden AppArmor profiles'),
    detail: `${setters.join(' and ')} must not set AppArmor profile type to ${quoted(all)}`,
  };
};

const ordinaryCapabilities = new Set(
  'AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT'.split(
    ' ',
  ),
);

const capabilitiesBaseline: PodCheck = ({ spec }) => {
  const foreign = ({ securityContext }: Container) =>
    (securityContext?.capabilities?.add ?? []).filter((name) => !ordinaryCapabilities.has(name));
  const bad = namesOf(spec, (container) => foreign(container).length > 0);
  if (bad.length === 0) return undefined;
  const added = new Set(containersOf(spec).flatMap(foreign));
  return {
    reason: 'non-default capabilities',
    detail: `${named(bad)} must not include ${sortedQuoted(added)} in securityContext.capabilities.add`,
  };
};

const hostNamespaces: PodCheck = ({ spec }) => {
  const used = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field] === true);
  return used.length === 0
    ? undefined
    : { reason: 'host namespaces', detail: used.map((field) => `${field}=true`).join(', ') };
};

const hostPathVolumes: PodCheck = ({ spec }) => {
  const bad = (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined).map(({ name = '' }) => name);
  return bad.length === 0
    ? undefined
    : { reason: 'hostPath volumes', detail: `${many(bad.length, 'volume', 'volumes')} ${quoted(bad)}` };
};

const hostPorts: PodCheck = ({ spec }) => {
  const portsOf = ({ ports = [] }: Container) =>
    ports.flatMap(({ hostPort = 0 }) => (hostPort === 0 ? [] : [String(hostPort)]));
  const bad = namesOf(spec, (container) => portsOf(container).length > 0);
  if (bad.length === 0) return undefined;
  const ports = [...new Set(containersOf(spec).flatMap(portsOf))].sort();
  return {
    reason: 'hostPort',
    detail: `${named(bad)} ${many(bad.length, 'uses', 'use')} ${many(ports.length, 'hostPort', 'hostPorts')} ${ports.join(', ')}`,
  };
};

const hostsOfProbes: PodCheck = ({ spec, minor }) => {
  if (minor < 34) return undefined;
  const hostsOf = ({ livenessProbe, readinessProbe, startupProbe, lifecycle }: Container) =>
    [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop].flatMap((handler) =>
      [handler?.httpGet?.host, handler?.tcpSocket?.host].filter(
        (host): host is string => host !== undefined && host !== '',
      ),
    );
  const bad = [...new Set(namesOf(spec, (container) => hostsOf(container).length > 0))].sort();
  if (bad.length === 0) return undefined;
  const hosts = [...new Set(containersOf(spec).flatMap(hostsOf))].sort();
  const what = many(hosts.length, 'probe or lifecycle host', 'probe or lifecycle hosts');
  return {
    reason: 'probe or lifecycle host',
    detail: `${named(bad)} ${many(bad.length, 'uses', 'use')} ${what} ${quoted(hosts)}`,
  };
};

const privileged: PodCheck = ({ spec }) => {
  const bad = namesOf(spec, ({ securityContext }) => securityContext?.privileged === true);
  return bad.length === 0
    ? undefined
    : { reason: 'privileged', detail: `${named(bad)} must not set securityContext.privileged=true` };
};

const procMount: PodCheck = ({ spec }) => {
  const typeOf = ({ securityContext }: Container) => securityContext?.procMount ?? 'Default';
  const bad = namesOf(spec, (container) => typeOf(container) !== 'Default');
  if (bad.length === 0) return undefined;
  const types = new Set(
    containersOf(spec)
      .map(typeOf)
      .filter((type) => type !== 'Default'),
  );
  return {
    reason: 'procMount',
    detail: `${named(bad)} must not set securityContext.procMount to ${sortedQuoted(types)}`,
  };
};

const seLinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

const seLinux: PodCheck = ({ spec, minor }) => {
  const allowed = minor >= 31 ? [...seLinuxTypes, 'container_engine_t'] : seLinuxTypes;
  type Options = { type?: string; user?: string; role?: string };
  const isBad = (options: Options | undefined) =>
    options !== undefined &&
    (!allowed.includes(options.type ?? '') || (options.user ?? '') !== '' || (options.role ?? '') !== '');
  const own = spec.securityContext?.seLinuxOptions;
  const containers = containersOf(spec);
  const bad = namesOf(spec, ({ securityContext }) => isBad(securityContext?.seLinuxOptions));
  if (!isBad(own) && bad.length === 0) return undefined;
  const all = [own, ...containers.map(({ securityContext }) => securityContext?.seLinuxOptions)].filter(isBad);
  const types = new Set(all.map((options) => options?.type ?? '').filter((type) => !allowed.includes(type)));
  const data = [
    ...(types.size > 0 ? [`${many(types.size, 'type', 'types')} ${sortedQuoted(types)}`] : []),
    ...(all.some((options) => (options?.user ?? '') !== '') ? ['user may not be set'] : []),
    ...(all.some((options) => (options?.role ?? '') !== '') ? ['role may not be set'] : []),
  ];
  return {
    reason: 'seLinuxOptions',
    detail: `${settersOf(isBad(own), bad)} set forbidden securityContext.seLinuxOptions: ${data.join('; ')}`,
  };
};

const sysctlNames: readonly (readonly [since: number, names: readonly string[]])[] = [
  [
    0,
    [
      'kernel.shm_rmid_forced',
      'net.ipv4.ip_local_port_range',
      'net.ipv4.tcp_syncookies',
      'net.ipv4.ping_group_range',
      'net.ipv4.ip_unprivileged_port_start',
    ],
  ],
  [27, ['net.ipv4.ip_local_reserved_ports']],
  [
    29,
    [
      'net.ipv4.tcp_keepalive_time',
      'net.ipv4.tcp_fin_timeout',
      'net.ipv4.tcp_keepalive_intvl',
      'net.ipv4.tcp_keepalive_probes',
    ],
  ],
  [32, ['net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem']],
];

const sysctls: PodCheck = ({ spec, minor }) => {
  const allowed = sysctlNames.filter(([since]) => minor >= since).flatMap(([, names]) => names);
  const bad = (spec.securityContext?.sysctls ?? [])
    .map(({ name = '' }) => name)
    .filter((name) => !allowed.includes(name));
  return bad.length === 0 ? undefined : { reason: 'forbidden sysctls', detail: bad.join(', ') };
};

const windowsHostProcess: PodCheck = ({ spec }) => {
  const own = spec.securityContext?.windowsOptions?.hostProcess === true;
  const bad = namesOf(spec, ({ securityContext }) => securityContext?.windowsOptions?.hostProcess === true);
  return own || bad.length > 0
    ? {
        reason: 'hostProcess',
        detail: `${settersOf(own, bad)} must not set securityContext.windowsOptions.hostProcess=true`,
      }
    : undefined;
};

const seccomp: PodCheck = (pod) => (pod.minor >= 19 ? badSeccomp(pod) : undefined);

/** The baseline standard, in the order of the identifiers of its checks, in which refusals are listed. */
export const baseline = {
  appArmor,
  capabilitiesBaseline,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostsOfProbes,
  privileged,
  procMount,
  seLinux,
  seccomp,
  sysctls,
  windowsHostProcess,
} satisfies Record<string, PodCheck>;
