import { casesOf, changesOf, type Case, type Fields } from '../case.ts';
import { pod } from './bases.ts';

const container = (fields: Fields): Fields => ({
  'spec/containers': [{ name: 'web', image: 'registry.example/web:1', ...fields }],
});
const volumes = (...list: Fields[]): Fields => ({ 'spec/volumes': list });
const long = 'x'.repeat(64);

/** Pods: the largest kind by far; templates of workloads follow the same rules. */
export const podCases: Case[] = [
  ...casesOf(pod, {
    'as small as possible': {},
    'image with tag latest': container({ image: 'web:latest' }),
    'image without a tag': container({ image: 'registry.example:5000/team/web' }),
    'image with a digest': container({ image: `web@sha256:${'0'.repeat(64)}` }),
    'image in upper case': container({ image: 'Web' }),
    'image with spaces around': container({ image: ' web ' }),
    'no image': container({ image: undefined }),
    'no containers': { 'spec/containers': [] },
    'name in upper case': { 'metadata/name': 'Case' },
    'name with a dot': { 'metadata/name': 'case.one' },
    'name too long': { 'metadata/name': 'x'.repeat(254) },
    'container name in upper case': container({ name: 'Web' }),
    'container name too long': container({ name: long }),
    'two containers of one name': {
      'spec/containers': [
        { name: 'web', image: 'a:1' },
        { name: 'web', image: 'b:1' },
      ],
    },
    'ports with defaults': container({
      ports: [{ containerPort: 80 }, { name: 'metrics', containerPort: 9000, protocol: 'UDP' }],
    }),
    'ports that are none': container({
      ports: [
        { containerPort: 0 },
        { containerPort: 70000 },
        { containerPort: 80, hostPort: 99999 },
        { containerPort: 1, protocol: 'ICMP' },
      ],
    }),
    'port names that are none': container({
      ports: [
        { containerPort: 1, name: 'a-very-long-port-name' },
        { containerPort: 2, name: 'Http' },
        { containerPort: 3, name: '8080' },
        { containerPort: 4, name: 'a--b' },
        { containerPort: 5, name: '-a' },
      ],
    }),
    'one port name twice': container({
      ports: [
        { containerPort: 1, name: 'a' },
        { containerPort: 2, name: 'a' },
      ],
    }),
    'one host port twice': container({
      ports: [
        { containerPort: 1, hostPort: 8080 },
        { containerPort: 2, hostPort: 8080 },
      ],
    }),
    'host network': { ...container({ ports: [{ containerPort: 80 }] }), 'spec/hostNetwork': true },
    'host network with another host port': {
      ...container({ ports: [{ containerPort: 80, hostPort: 81 }] }),
      'spec/hostNetwork': true,
    },
    'limits become requests': container({ resources: { limits: { cpu: '500m', memory: '64Mi' } } }),
    guaranteed: container({
      resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } },
    }),
    burstable: container({ resources: { requests: { cpu: '0.1' } } }),
    'requests above limits': container({ resources: { limits: { cpu: '100m' }, requests: { cpu: '200m' } } }),
    'negative request': container({ resources: { requests: { memory: '-1' } } }),
    'resource of no kind': container({ resources: { requests: { gpu: '1' } } }),
    'extended resource without a limit': container({ resources: { requests: { 'example.com/gpu': '1' } } }),
    'half an extended resource': container({
      resources: { limits: { 'example.com/gpu': '500m' }, requests: { 'example.com/gpu': '500m' } },
    }),
    'huge pages alone': container({ resources: { limits: { 'hugepages-2Mi': '4Mi' } } }),
    'resources of the pod': { 'spec/resources': { limits: { cpu: '1', memory: '1Gi' } } },
    'pull policy unknown': container({ imagePullPolicy: 'Sometimes' }),
    'termination message policy unknown': container({ terminationMessagePolicy: 'Nowhere' }),
    'restart policy unknown': { 'spec/restartPolicy': 'Sometimes' },
    'dns policy unknown': { 'spec/dnsPolicy': 'Mine' },
    'dns policy None without servers': { 'spec/dnsPolicy': 'None' },
    'dns configuration': {
      'spec/dnsPolicy': 'None',
      'spec/dnsConfig': {
        nameservers: ['10.0.0.10'],
        searches: ['a.example', '_x.example'],
        options: [{ name: 'ndots', value: '2' }],
      },
    },
    'dns servers that are none': { 'spec/dnsConfig': { nameservers: ['dns.example'], searches: ['A'] } },
    'container restart policy': container({ restartPolicy: 'Always' }),
    'environment from fields': container({
      env: [
        { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
        { name: 'LABEL', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } },
      ],
    }),
    'environment from nowhere': container({ env: [{ name: 'A', valueFrom: {} }] }),
    'environment with value and source': container({
      env: [{ name: 'A', value: 'x', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } }],
    }),
    'environment from two sources': container({
      env: [
        { name: 'A', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' }, secretKeyRef: { name: 's', key: 'k' } } },
      ],
    }),
    'environment without names': container({ env: [{ name: '', value: 'x' }, { name: 'A=B' }] }),
    'environment from unknown fields': container({
      env: [
        { name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.nothing' } } },
        { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.labels' } } },
        { name: 'C', valueFrom: { resourceFieldRef: { resource: 'limits.gpu' } } },
        { name: 'D', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '2' } } },
      ],
    }),
    'environment keys that are none': container({
      env: [
        { name: 'A', valueFrom: { secretKeyRef: { name: 'Bad_Name', key: 'a b' } } },
        { name: 'B', valueFrom: { configMapKeyRef: { name: 'c', key: '' } } },
      ],
    }),
    'environment twice': container({
      env: [
        { name: 'A', value: '1' },
        { name: 'A', value: '2' },
      ],
    }),
    'environment from maps': container({
      envFrom: [{ configMapRef: { name: 'c' } }, { prefix: 'S_', secretRef: { name: 's', optional: true } }],
    }),
    'environment from no map': container({ envFrom: [{ prefix: 'a' }, { configMapRef: {} }] }),
    'volumes of all common kinds': volumes(
      { name: 'a', emptyDir: {} },
      { name: 'b', configMap: { name: 'c', items: [{ key: 'k', path: 'p' }] } },
      { name: 'c', secret: { secretName: 's' } },
      { name: 'd', persistentVolumeClaim: { claimName: 'p' } },
      { name: 'e', hostPath: { path: '/tmp' } },
      { name: 'f', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } },
      { name: 'g', projected: { sources: [{ configMap: { name: 'c' } }, { serviceAccountToken: { path: 'token' } }] } },
      { name: 'h' },
      {
        name: 'i',
        ephemeral: {
          volumeClaimTemplate: {
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        },
      },
    ),
    'volumes without what they need': volumes(
      { name: 'a', configMap: {} },
      { name: 'b', secret: {} },
      { name: 'c', persistentVolumeClaim: { claimName: '' } },
      { name: 'd', hostPath: { path: '' } },
      { name: 'e', hostPath: { path: '/a/../b', type: 'Nothing' } },
      { name: 'f', nfs: { server: '', path: 'x' } },
      {
        name: 'g',
        projected: { sources: [{ secret: {} }, { serviceAccountToken: { path: 't', expirationSeconds: 5 } }] },
      },
      { name: 'h', downwardAPI: { items: [{ path: 'x' }] } },
    ),
    'volume with two sources': volumes({ name: 'a', emptyDir: {}, hostPath: { path: '/tmp' } }),
    'volume names that are none': volumes(
      { name: 'A', emptyDir: {} },
      { name: '', emptyDir: {} },
      { name: 'b', emptyDir: {} },
      { name: 'b', emptyDir: {} },
    ),
    'files of volumes that are none': volumes({
      name: 'a',
      configMap: {
        name: 'c',
        defaultMode: 4096,
        items: [
          { key: 'k', path: '/abs' },
          { key: '', path: '..x' },
          { key: 'k', path: 'a/../b', mode: -1 },
        ],
      },
    }),
    mounts: {
      ...container({
        volumeMounts: [
          { name: 'a', mountPath: '/a' },
          { name: 'a', mountPath: '/b', subPath: 'x', readOnly: true },
        ],
      }),
      ...volumes({ name: 'a', emptyDir: {} }),
    },
    'mounts that are none': {
      ...container({
        volumeMounts: [
          { name: 'none', mountPath: '/a' },
          { name: 'a', mountPath: '/a' },
          { name: 'a', mountPath: '' },
          { name: 'a', mountPath: '/c', subPath: '../x' },
          { name: 'a', mountPath: '/d', mountPropagation: 'Bidirectional' },
          { name: 'a', mountPath: '/e', recursiveReadOnly: 'Enabled' },
        ],
      }),
      ...volumes({ name: 'a', emptyDir: {} }),
    },
    'probes with defaults': container({
      livenessProbe: { httpGet: { port: 80 } },
      readinessProbe: { tcpSocket: { port: 'web' } },
      startupProbe: { exec: { command: ['true'] }, failureThreshold: 30 },
    }),
    'probe by grpc': container({ livenessProbe: { grpc: { port: 9000 } } }),
    'probes that are none': container({
      livenessProbe: { httpGet: { port: 0, scheme: 'FTP' }, successThreshold: 2 },
      readinessProbe: { tcpSocket: { port: 'not a name' }, periodSeconds: -1, terminationGracePeriodSeconds: 5 },
      startupProbe: {},
    }),
    'probe with two handlers': container({ livenessProbe: { exec: { command: [] }, tcpSocket: { port: 1 } } }),
    lifecycle: container({
      lifecycle: { preStop: { sleep: { seconds: 5 } }, postStart: { exec: { command: ['true'] } } },
    }),
    'lifecycle that is none': container({ lifecycle: { preStop: { sleep: { seconds: 500 } }, postStart: {} } }),
    'init containers': {
      'spec/initContainers': [
        { name: 'first', image: 'a' },
        { name: 'side', image: 'b:1', restartPolicy: 'Always', startupProbe: { exec: { command: ['true'] } } },
      ],
    },
    'init containers that are none': {
      'spec/initContainers': [
        { name: 'web', image: 'a' },
        {
          name: 'first',
          image: 'a',
          livenessProbe: { exec: { command: ['true'] } },
          lifecycle: { preStop: { exec: { command: ['true'] } } },
        },
        { name: 'second', image: 'a', restartPolicy: 'OnFailure' },
      ],
    },
    'security contexts': {
      ...container({
        securityContext: {
          runAsUser: 1000,
          privileged: true,
          capabilities: { add: ['NET_ADMIN'] },
          seccompProfile: { type: 'RuntimeDefault' },
        },
      }),
      'spec/securityContext': { fsGroup: 1000, runAsNonRoot: true, fsGroupChangePolicy: 'OnRootMismatch' },
    },
    'security contexts that are none': {
      ...container({ securityContext: { runAsUser: -1, procMount: 'Some', seccompProfile: { type: 'Localhost' } } }),
      'spec/securityContext': {
        fsGroup: -5,
        fsGroupChangePolicy: 'Never',
        seccompProfile: { type: 'Mine' },
        sysctls: [{ name: 'A', value: '1' }],
      },
    },
    'privileged without escalation': container({
      securityContext: { privileged: true, allowPrivilegeEscalation: false },
    }),
    tolerations: {
      'spec/tolerations': [
        { key: 'a', operator: 'Exists' },
        { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
      ],
    },
    'tolerations that are none': {
      'spec/tolerations': [
        { operator: 'Equal' },
        { key: 'a b', operator: 'Exists', value: 'x' },
        { key: 'a', operator: 'Near', effect: 'NoWay' },
        { key: 'a', tolerationSeconds: 5 },
      ],
    },
    'affinity that is none': {
      'spec/affinity': {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              {
                matchExpressions: [
                  { key: 'a', operator: 'In' },
                  { key: 'b', operator: 'Near' },
                ],
              },
            ],
          },
        },
        podAntiAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: '' }],
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 0, podAffinityTerm: { topologyKey: 'a', labelSelector: { matchLabels: { a: 'b c' } } } },
          ],
        },
      },
    },
    spread: {
      'spec/topologySpreadConstraints': [
        {
          maxSkew: 1,
          topologyKey: 'zone',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: { matchLabels: { app: 'web' } },
        },
      ],
    },
    'spread that is none': {
      'spec/topologySpreadConstraints': [{ maxSkew: 0, topologyKey: '', whenUnsatisfiable: 'Never', minDomains: 1 }],
    },
    'spread by the label of the pod': {
      'metadata/labels': { version: '7' },
      'spec/topologySpreadConstraints': [
        {
          maxSkew: 1,
          topologyKey: 'zone',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: { app: 'web' } },
          matchLabelKeys: ['version'],
        },
      ],
    },
    'scheduling gates': { 'spec/schedulingGates': [{ name: 'example.com/wait' }] },
    'scheduling gates that are none': {
      'spec/schedulingGates': [{ name: 'a b' }, { name: 'x' }, { name: 'x' }],
      'spec/nodeName': 'local-node',
    },
    'names that are none': {
      'spec/hostname': 'Bad',
      'spec/subdomain': 'a.b',
      'spec/activeDeadlineSeconds': 0,
      'spec/nodeSelector': { 'a b': 'c d' },
      'spec/runtimeClassName': undefined,
    },
    'host aliases': { 'spec/hostAliases': [{ ip: '10.0.0.1', hostnames: ['a.example'] }] },
    'host aliases that are none': { 'spec/hostAliases': [{ ip: 'x', hostnames: ['A'] }] },
    'labels that are none': { 'metadata/labels': { 'a b': 'x' } },
    'label value that is none': { 'metadata/labels': { a: 'x y' } },
    'label value too long': { 'metadata/labels': { a: long } },
    'label prefix that is none': { 'metadata/labels': { 'Exa_mple.com/a': 'x' } },
    'annotation that is none': { 'metadata/annotations': { 'a b': 'x' } },
    'annotations too large': { 'metadata/annotations': { a: 'x'.repeat(262_145) } },
    'finalizers that are none': { 'metadata/finalizers': ['a', 'b c', 'example.com/ok'] },
    'both deletion finalizers': { 'metadata/finalizers': ['orphan', 'foregroundDeletion'] },
    'owners that are none': { 'metadata/ownerReferences': [{ apiVersion: '', kind: '', name: '', uid: '' }] },
    'two controllers': {
      'metadata/ownerReferences': [
        { apiVersion: 'v1', kind: 'ConfigMap', name: 'a', uid: '1', controller: true },
        { apiVersion: 'v1', kind: 'ConfigMap', name: 'b', uid: '2', controller: true },
      ],
    },
    'deletion cost that is none': { 'metadata/annotations': { 'controller.kubernetes.io/pod-deletion-cost': 'much' } },
    'priority class that is not there': { 'spec/priorityClassName': 'nothing' },
    'account that is not there': { 'spec/serviceAccountName': 'nobody' },
    'no token': { 'spec/automountServiceAccountToken': false },
    'status from the client': { status: { phase: 'Running' } },
    'duplicate ports are warned of': container({
      ports: [
        { containerPort: 80, name: 'a' },
        { containerPort: 80, name: 'b' },
      ],
    }),
    'image volume': volumes({ name: 'a', image: { reference: 'a:1' } }),
    'ephemeral containers': { 'spec/ephemeralContainers': [{ name: 'debug', image: 'a' }] },
    'resize policy': container({ resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] }),
  }),
  ...changesOf(pod, {
    image: { 'spec/containers/0/image': 'web:2' },
    'no image': { 'spec/containers/0/image': '' },
    environment: { 'spec/containers/0/env': [{ name: 'A', value: '1' }] },
    'host name': { 'spec/hostname': 'x' },
    'container more': { 'spec/containers/1': { name: 'more', image: 'a' } },
    'toleration more': { 'spec/tolerations/2': { key: 'a', operator: 'Exists' } },
    'toleration less': { 'spec/tolerations': [] },
    'deadline set': { 'spec/activeDeadlineSeconds': 100 },
    'deadline later': { from: { 'spec/activeDeadlineSeconds': 100 }, to: { 'spec/activeDeadlineSeconds': 200 } },
    'deadline taken away': {
      from: { 'spec/activeDeadlineSeconds': 100 },
      to: { 'spec/activeDeadlineSeconds': undefined },
    },
    'gate taken away': {
      from: { 'spec/schedulingGates': [{ name: 'example.com/a' }] },
      to: { 'spec/schedulingGates': undefined },
    },
    'gate added': { 'spec/schedulingGates': [{ name: 'example.com/a' }] },
    labels: { 'metadata/labels': { a: 'b' } },
    'labels that are none': { 'metadata/labels': { a: 'b c' } },
    'ports and resources': {
      'spec/containers/0/ports': [{ containerPort: 80 }],
      'spec/containers/0/resources': { limits: { cpu: '1' } },
    },
  }),
];
