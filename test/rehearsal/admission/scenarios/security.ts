import { casesOf, changesOf, type Fields } from '../../kinds/case.ts';
import { cronJob, deployment, pod } from '../../kinds/cases/bases.ts';
import { object, podOf, type Scenario } from '../scenario.ts';

const mode = 'pod-security.kubernetes.io/';
const own = 'spec/containers/0/securityContext';
const whole = 'spec/securityContext';

/** What the restricted standard wants. */
const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

const odd: Record<string, Fields> = {
  'nothing said': {},
  'as restricted wants it': { [own]: restricted },
  privileged: { [own]: { privileged: true } },
  'host namespaces': { 'spec/hostNetwork': true, 'spec/hostPID': true, 'spec/hostIPC': true },
  'host path and port': {
    'spec/volumes': [
      { name: 'a', hostPath: { path: '/a' } },
      { name: 'b', hostPath: { path: '/b' } },
      { name: 'c', emptyDir: {} },
    ],
    'spec/containers/0/ports': [
      { containerPort: 80, hostPort: 80 },
      { containerPort: 81, hostPort: 81 },
    ],
  },
  capabilities: { [own]: { capabilities: { add: ['NET_ADMIN', 'CHOWN', 'SYS_TIME'] } } },
  root: { [whole]: { runAsUser: 0 } },
  'root twice': { [whole]: { runAsUser: 0 }, [own]: { runAsUser: 0 } },
  'not root in two containers': {
    'spec/containers/1': { name: 'side', image: 'a:1' },
    [whole]: { runAsNonRoot: false, seccompProfile: { type: 'RuntimeDefault' } },
  },
  'two containers': {
    'spec/containers/1': { name: 'side', image: 'a:1' },
    'spec/initContainers': [{ name: 'init', image: 'a:1' }],
  },
  unconfined: {
    [whole]: { seccompProfile: { type: 'Unconfined' }, appArmorProfile: { type: 'Unconfined' } },
    [own]: { seccompProfile: { type: 'Unconfined' } },
  },
  sysctls: {
    [whole]: {
      sysctls: [
        { name: 'kernel.msgmax', value: '1' },
        { name: 'net.ipv4.tcp_syncookies', value: '1' },
      ],
    },
  },
  SELinux: { [whole]: { seLinuxOptions: { type: 'spc_t', user: 'u', role: 'r' } } },
  'proc mount': { [own]: { procMount: 'Unmasked' }, 'spec/hostUsers': false },
  'volumes that are restricted': { 'spec/volumes': [{ name: 'a', nfs: { server: 'x', path: '/x' } }] },
  'host of a probe': { 'spec/containers/0/readinessProbe': { httpGet: { port: 80, host: '127.0.0.1' } } },
  windows: {
    'spec/os': { name: 'windows' },
    [whole]: { windowsOptions: { hostProcess: true } },
    'spec/hostNetwork': true,
  },
};

export const security: Scenario[] = [
  { name: 'baseline', labels: { [`${mode}enforce`]: 'baseline' }, objects: [], cases: casesOf(pod, odd) },
  { name: 'restricted', labels: { [`${mode}enforce`]: 'restricted' }, objects: [], cases: casesOf(pod, odd) },
  {
    name: 'baseline with warnings of restricted',
    labels: { [`${mode}enforce`]: 'baseline', [`${mode}warn`]: 'restricted', [`${mode}warn-version`]: 'v1.34' },
    objects: [],
    cases: [
      ...casesOf(pod, { 'nothing said': {}, privileged: { [own]: { privileged: true } } }),
      ...casesOf(deployment, { 'nothing said': {}, 'host network': { 'spec/template/spec/hostNetwork': true } }),
      ...casesOf(cronJob, { 'nothing said': {} }),
      ...changesOf(pod, { image: { 'spec/containers/0/image': 'b:2' }, labels: { 'metadata/labels': { a: 'b' } } }),
      ...changesOf(deployment, { replicas: { 'spec/replicas': 0, 'metadata/labels': { a: 'b' } } }),
    ],
  },
  {
    name: 'an old version',
    labels: { [`${mode}enforce`]: 'restricted', [`${mode}enforce-version`]: 'v1.18' },
    objects: [],
    cases: casesOf(pod, { 'nothing said': {}, capabilities: odd['capabilities'] ?? {}, sysctls: odd['sysctls'] ?? {} }),
  },
  {
    name: 'namespaces',
    objects: [podOf('one', {}), podOf('two', {})],
    cases: casesOf(object('v1', 'Namespace', 'rh-admission-other', {}), {
      'level unknown': { 'metadata/labels': { [`${mode}enforce`]: 'strict' } },
      'version unknown': { 'metadata/labels': { [`${mode}warn`]: 'baseline', [`${mode}warn-version`]: '1.34' } },
      fine: { 'metadata/labels': { [`${mode}enforce`]: 'baseline' } },
    }),
  },
];
