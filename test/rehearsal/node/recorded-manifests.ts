/** Pods whose life was recorded on a real node (record-pods.ts) and is lived again by the simulated one (replay.test.ts). */
export interface RecordedCase {
  name: string;
  spec: Record<string, unknown>;
  /** Objects that come into being so many seconds after the pod, to see what heals by itself. */
  later?: { after: number; kind: 'Secret' | 'ConfigMap'; name: string; data: Record<string, string> };
  /** Seconds after which the pod is deleted; it is deleted at the end otherwise. */
  deleteAfter?: number;
}

const image = 'postgres:17';
const sh = (script: string) => ({ command: ['sh', '-c', script] });
const server = sh('trap "exit 0" TERM; while true; do sleep 1; done');
const web = (fields: object = {}) => ({ name: 'web', image, ...server, ...fields });
const pod = (name: string, container: object, fields: object = {}, rest: Partial<RecordedCase> = {}): RecordedCase => ({
  name,
  spec: { terminationGracePeriodSeconds: 2, containers: [container], ...fields },
  ...rest,
});
const never = { restartPolicy: 'Never' };

export const recordedCases: RecordedCase[] = [
  pod('server', web(), {}, { deleteAfter: 20 }),
  pod('guaranteed', web({ resources: { limits: { cpu: '50m', memory: '64Mi' } } })),
  pod(
    'burstable',
    web({ resources: { requests: { cpu: '10m' }, limits: { memory: '64Mi' } }, ports: [{ containerPort: 80 }] }),
  ),
  pod('completes', web(sh('sleep 2; echo done')), never),
  pod('completes-at-once', web({ command: ['true'] }), never),
  pod('fails', web({ ...sh('echo boom; exit 3'), terminationMessagePolicy: 'FallbackToLogsOnError' }), never),
  pod('termination-message', web(sh('echo bye > /dev/termination-log; exit 2')), never),
  pod('killed', web(sh('kill -9 $$')), never),
  pod('crash', web(sh('echo boom; exit 1'))),
  pod('on-failure', web(sh('sleep 1; exit 1')), { restartPolicy: 'OnFailure' }),
  pod('on-failure-done', web(sh('sleep 1')), { restartPolicy: 'OnFailure' }),
  pod('always-completes', web(sh('sleep 1'))),
  pod('no-image', web({ image: 'ghcr.io/acme/missing:1' })),
  pod('bad-name', web({ image: 'Acme/UPPER:1' })),
  pod('never-pull', web({ image: 'ghcr.io/acme/missing:2', imagePullPolicy: 'Never' })),
  pod('always-pull', web({ image: 'hello-web:1', imagePullPolicy: 'Always' })),
  pod(
    'secret-env',
    web({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'late-a', key: 'a' } } }] }),
    {},
    {
      later: { after: 20, kind: 'Secret', name: 'late-a', data: { a: '1' } },
    },
  ),
  pod(
    'secret-key-env',
    web({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'early', key: 'b' } } }] }),
    {},
    {
      later: { after: 0, kind: 'Secret', name: 'early', data: { a: '1' } },
    },
  ),
  pod(
    'config-env',
    web({ env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'late-b', key: 'a' } } }] }),
    {},
    {
      later: { after: 20, kind: 'ConfigMap', name: 'late-b', data: { a: '1' } },
    },
  ),
  pod(
    'config-key-env',
    web({ env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'early-c', key: 'b' } } }] }),
    {},
    {
      later: { after: 0, kind: 'ConfigMap', name: 'early-c', data: { a: '1' } },
    },
  ),
  pod('secret-env-from', web({ envFrom: [{ secretRef: { name: 'nowhere' } }] })),
  pod('config-env-from', web({ envFrom: [{ configMapRef: { name: 'nowhere' } }] })),
  pod(
    'secret-volume',
    web({ volumeMounts: [{ name: 'v', mountPath: '/v', readOnly: true }] }),
    { volumes: [{ name: 'v', secret: { secretName: 'late-v' } }] },
    { later: { after: 20, kind: 'Secret', name: 'late-v', data: { a: '1' } } },
  ),
  pod('secret-key-volume', web({ volumeMounts: [{ name: 'v', mountPath: '/v' }] }), {
    volumes: [{ name: 'v', secret: { secretName: 'early', items: [{ key: 'zz', path: 'x' }] } }],
  }),
  pod('config-volume', web({ volumeMounts: [{ name: 'v', mountPath: '/v' }] }), {
    volumes: [{ name: 'v', configMap: { name: 'nowhere' } }],
  }),
  pod('claim-missing', web({ volumeMounts: [{ name: 'v', mountPath: '/v' }] }), {
    volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'nowhere' } }],
  }),
  pod('init', web(), {
    initContainers: [
      { name: 'first', image, ...sh('sleep 2') },
      { name: 'second', image, ...sh('echo two') },
    ],
  }),
  pod('init-fails', web(), { ...never, initContainers: [{ name: 'first', image, ...sh('echo bad; exit 4') }] }),
  pod('init-crashes', web(), { initContainers: [{ name: 'first', image, ...sh('exit 4') }] }),
  pod(
    'sidecar',
    web(),
    { initContainers: [{ name: 'proxy', image, ...server, restartPolicy: 'Always' }] },
    { deleteAfter: 30 },
  ),
  pod('sidecar-job', web(sh('sleep 2')), {
    ...never,
    initContainers: [{ name: 'proxy', image, ...server, restartPolicy: 'Always' }],
  }),
  pod('oom', web({ ...sh('sleep 1; tail /dev/zero'), resources: { limits: { memory: '24Mi' } } })),
  pod(
    'liveness',
    web({
      livenessProbe: { exec: { command: ['sh', '-c', 'echo sick; exit 1'] }, periodSeconds: 2, failureThreshold: 2 },
    }),
  ),
  pod('startup', web({ startupProbe: { exec: { command: ['false'] }, periodSeconds: 2, failureThreshold: 3 } })),
  pod(
    'startup-slow',
    web({
      startupProbe: {
        exec: { command: ['sh', '-c', 'test -e /tmp/up || { touch /tmp/up; exit 1; }'] },
        periodSeconds: 3,
        failureThreshold: 10,
      },
      readinessProbe: { exec: { command: ['true'] }, periodSeconds: 3 },
    }),
  ),
  pod('readiness', web({ readinessProbe: { exec: { command: ['true'] }, initialDelaySeconds: 3, periodSeconds: 5 } })),
  pod('readiness-refused', web({ readinessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 3 } })),
  pod('readiness-tcp', web({ readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 3 } })),
  pod('readiness-grpc', web({ readinessProbe: { grpc: { port: 8080 }, periodSeconds: 3 } })),
  pod('readiness-timeout', web({ readinessProbe: { exec: { command: ['sleep', '5'] }, periodSeconds: 3 } })),
  pod(
    'readiness-503',
    web({
      command: [
        'perl',
        '-MIO::Socket::INET',
        '-e',
        '$s=IO::Socket::INET->new(LocalPort=>8080,Listen=>5,ReuseAddr=>1);while($c=$s->accept){sysread $c,$b,9999;print $c "HTTP/1.1 503 Service Unavailable\\r\\nContent-Length: 4\\r\\nConnection: close\\r\\n\\r\\nbusy";close $c}',
      ],
      readinessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 3 },
    }),
  ),
  pod('no-command', web({ command: ['/nope'] })),
  pod('post-start-fails', web({ lifecycle: { postStart: { exec: { command: ['sh', '-c', 'echo hook; exit 7'] } } } })),
  pod(
    'pre-stop',
    web({ lifecycle: { preStop: { exec: { command: ['sh', '-c', 'sleep 1'] } } } }),
    {},
    { deleteAfter: 15 },
  ),
  pod(
    'pre-stop-fails',
    web({ lifecycle: { preStop: { exec: { command: ['sh', '-c', 'exit 5'] } } } }),
    {},
    { deleteAfter: 15 },
  ),
  pod(
    'ignores-term',
    web(sh('trap "" TERM; while true; do sleep 1; done')),
    { terminationGracePeriodSeconds: 3 },
    { deleteAfter: 15 },
  ),
  pod('non-root', web({ securityContext: { runAsNonRoot: true } })),
  pod('non-root-user', web({ securityContext: { runAsNonRoot: true, runAsUser: 0 } })),
  pod('as-user', web({ securityContext: { runAsUser: 999, runAsGroup: 998 } }), {
    securityContext: { fsGroup: 70, supplementalGroups: [71] },
  }),
  pod('pull-secret', web(), { imagePullSecrets: [{ name: 'nowhere' }, { name: 'elsewhere' }] }),
  pod('readiness-gate', web(), { readinessGates: [{ conditionType: 'acme.dev/ready' }] }),
  pod('deadline', web(), { ...never, activeDeadlineSeconds: 5 }),
  pod('host-network', web(), { hostNetwork: true }),
  {
    name: 'two',
    spec: { terminationGracePeriodSeconds: 2, containers: [web(), { ...web(sh('sleep 3; exit 9')), name: 'side' }] },
  },
  {
    name: 'two-never',
    spec: { ...never, containers: [web(sh('sleep 4')), { ...web(sh('sleep 1; exit 9')), name: 'side' }] },
  },
  pod('gated', web(), { schedulingGates: [{ name: 'acme.dev/wait' }] }),
  pod('too-much-cpu', web({ resources: { requests: { cpu: '100' } } })),
  pod(
    'too-much-memory',
    web({
      resources: {
        requests: { memory: '900Gi', cpu: '100', 'ephemeral-storage': '9000Gi', 'acme.dev/gpu': '1' },
        limits: { 'acme.dev/gpu': '1' },
      },
    }),
  ),
  pod('no-such-node', web(), { nodeSelector: { disk: 'ssd' } }),
  pod('no-such-affinity', web(), {
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }],
        },
      },
    },
  }),
  pod('no-such-neighbour', web(), {
    affinity: {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'nobody' } } },
        ],
      },
    },
  }),
  pod('not-beside-server', web(), {
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { case: 'guaranteed' } } },
        ],
      },
    },
  }),
  pod('spread', web(), {
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app: 'nobody' } },
      },
    ],
  }),
  pod('host-port', web({ ports: [{ containerPort: 80, hostPort: 18080 }] })),
  pod('host-port-taken', web({ ports: [{ containerPort: 80, hostPort: 18080 }] })),
  {
    name: 'everything',
    spec: {
      nodeSelector: { disk: 'ssd' },
      containers: [web({ resources: { requests: { cpu: '100', memory: '900Gi' } } })],
    },
  },
];
