import type { Diagnosis } from '../../../src/kubernetes/diagnosis/index.ts';

/** What a person is told of a state. */
interface Expected {
  code: string;
  /** Seconds after the recording at which it is looked at: how it begins is usual. */
  later?: number;
  /** Kind of the culprit. */
  object: string;
  state: Diagnosis['state'];
  field?: string;
  reference?: Diagnosis['reference'];
  /** Words of the cause and of the evidence. */
  cause: RegExp;
  evidence?: RegExp;
}

const env0 = 'spec.containers[0].env[0]';

/** What a person is told of each recorded state. */
export const states: Record<string, Expected> = {
  'image-not-found': {
    code: 'image-not-found',
    object: 'Pod',
    state: 'failed',
    field: 'spec.containers[0].image',
    cause: /no image registry\.example\.com\/acme\/missing:1/,
    evidence: /^event: Failed: Failed to pull image .*: not found \(2 times\)$/,
  },
  'image-not-found-first-try': { code: 'image-not-found', object: 'Pod', state: 'stalled', cause: /no image/ },
  'pull-secret-missing': {
    code: 'image-not-found',
    object: 'Pod',
    state: 'failed',
    cause: /no image/,
    evidence: /FailedToRetrieveImagePullSecret: .*registry-login/,
  },
  'image-never-pull': { code: 'image-not-loaded', object: 'Pod', state: 'failed', cause: /not on the node/ },
  'image-name-invalid': {
    code: 'image-name-invalid',
    object: 'Pod',
    state: 'failed',
    cause: /"Acme\/Web:1" cannot be/,
  },
  'image-no-shebang': {
    code: 'image-architecture',
    object: 'Pod',
    state: 'failed',
    cause: /another kind of processor, or is a script without its first line/,
    evidence: /^log: exec \/start: exec format error$/,
  },
  'image-architecture': {
    code: 'image-architecture',
    object: 'Pod',
    state: 'failed',
    cause: /another kind of processor/,
  },
  'crash-exit-0': {
    code: 'crash-loop',
    object: 'Pod',
    state: 'failed',
    cause: /exit code 0.*needs a program that stays/,
  },
  'crash-exit-1-first': { code: 'crash-loop', object: 'Pod', state: 'failed', cause: /exit code 1, twice/ },
  'crash-exit-1': {
    code: 'crash-loop',
    object: 'Pod',
    state: 'failed',
    cause: /exit code 1, 3 times/,
    evidence: /^log: cannot read settings\.json$/,
  },
  'crash-exit-126': {
    code: 'crash-loop',
    object: 'Pod',
    state: 'failed',
    cause: /may not be executed/,
    evidence: /^log: .*\/etc\/passwd: Permission denied$/,
  },
  'crash-exit-127': { code: 'crash-loop', object: 'Pod', state: 'failed', cause: /not found in the image/ },
  'crash-exit-139': { code: 'crash-loop', object: 'Pod', state: 'failed', cause: /segmentation fault/ },
  'oom-killed': { code: 'oom-killed', object: 'Pod', state: 'failed', cause: /more memory than its limit of 20Mi/ },
  'init-container-failed': {
    code: 'init-container-failed',
    object: 'Pod',
    state: 'failed',
    field: 'spec.initContainers[1]',
    cause: /preparation migrate .* exit code 3/,
    evidence: /^log: migration 0007 failed$/,
  },
  'liveness-failing': {
    code: 'liveness-failing',
    object: 'Pod',
    state: 'failed',
    field: 'spec.containers[0].livenessProbe',
    cause: /liveness probe GET \/health fails \(connection refused\)/,
    evidence: /^event: Killing: .* \(2 times\)$/,
  },
  'startup-failing': {
    code: 'startup-probe-failing',
    object: 'Pod',
    state: 'failed',
    field: 'spec.containers[0].startupProbe',
    cause: /not up within the 5 s/,
  },
  'readiness-failing': {
    code: 'readiness-failing',
    object: 'Pod',
    state: 'stalled',
    field: 'spec.containers[0].readinessProbe',
    cause: /GET \/health fails \(503\)/,
    evidence: /statuscode: 503/,
  },
  'missing-secret': {
    code: 'missing-secret',
    object: 'Pod',
    state: 'stalled',
    field: `${env0}.valueFrom.secretKeyRef`,
    reference: { kind: 'Secret', name: 'backend-secrets' },
    cause: /needs Secret backend-secrets/,
  },
  'missing-secret-key': {
    code: 'missing-secret-key',
    object: 'Pod',
    state: 'stalled',
    field: `${env0}.valueFrom.secretKeyRef`,
    reference: { kind: 'Secret', name: 'backend-secrets', key: 'database-url' },
    cause: /key "database-url" of Secret backend-secrets/,
  },
  'missing-secret-volume': {
    code: 'missing-secret',
    object: 'Pod',
    state: 'stalled',
    field: 'spec.volumes',
    reference: { kind: 'Secret', name: 'web-tls' },
    cause: /A volume of the pod needs Secret web-tls/,
  },
  'missing-config-map': {
    code: 'missing-config-map',
    object: 'Pod',
    state: 'stalled',
    field: 'spec.containers[0].envFrom[0].configMapRef',
    reference: { kind: 'ConfigMap', name: 'backend-config' },
    cause: /needs ConfigMap backend-config/,
  },
  'missing-config-map-key': {
    code: 'missing-config-map-key',
    object: 'Pod',
    state: 'stalled',
    field: `${env0}.valueFrom.configMapKeyRef`,
    reference: { kind: 'ConfigMap', name: 'backend-config', key: 'origin' },
    cause: /key "origin" of ConfigMap backend-config/,
  },
  'run-as-root-refused': { code: 'run-as-root-refused', object: 'Pod', state: 'failed', cause: /would run as root/ },
  'command-not-found': {
    code: 'command-not-found',
    object: 'Pod',
    state: 'failed',
    cause: /no program "node" in the image/,
  },
  'command-not-executable': { code: 'command-not-executable', object: 'Pod', state: 'failed', cause: /may not be run/ },
  'create-container-error': {
    code: 'create-container-error',
    object: 'Pod',
    state: 'failed',
    cause: /mounted over a folder/,
  },
  'unschedulable-cpu': {
    code: 'unschedulable-cpu',
    object: 'Pod',
    state: 'stalled',
    cause: /free CPU.*asks for app: cpu 64/,
  },
  'unschedulable-memory': { code: 'unschedulable-memory', object: 'Pod', state: 'stalled', cause: /memory 900Gi/ },
  'unschedulable-resource': {
    code: 'unschedulable-resource',
    object: 'Pod',
    state: 'stalled',
    cause: /nvidia\.com\/gpu/,
  },
  'unschedulable-affinity': {
    code: 'unschedulable-affinity',
    object: 'Pod',
    state: 'stalled',
    cause: /labels that the pod wants/,
  },
  'unschedulable-anti-affinity': {
    code: 'unschedulable-spread',
    object: 'Pod',
    state: 'stalled',
    cause: /different nodes/,
  },
  'unschedulable-host-port': { code: 'unschedulable-host-port', object: 'Pod', state: 'stalled', cause: /hostPort/ },
  'scheduling-gated': { code: 'scheduling-gated', object: 'Pod', state: 'stalled', cause: /example\.com\/approval/ },
  'pvc-no-class': {
    code: 'pvc-pending-no-class',
    object: 'PersistentVolumeClaim',
    state: 'stalled',
    cause: /no storage class/,
  },
  'pvc-class-not-found': {
    code: 'pvc-pending-no-class',
    object: 'PersistentVolumeClaim',
    state: 'stalled',
    field: 'spec.storageClassName',
    cause: /"fast-ssd", which this cluster does not have/,
  },
  'pvc-no-provisioner': {
    code: 'pvc-pending-no-provisioner',
    later: 15,
    object: 'PersistentVolumeClaim',
    state: 'stalled',
    cause: /waits for disks\.example\.com/,
  },
  'pvc-access-mode': {
    code: 'pvc-provisioning-failed',
    object: 'PersistentVolumeClaim',
    state: 'stalled',
    cause: /ReadWriteMany/,
  },
  'pvc-wait-for-consumer': {
    code: 'pvc-pending-wait-for-consumer',
    object: 'PersistentVolumeClaim',
    state: 'stalled',
    cause: /as it should be/,
  },
  'pvc-missing': {
    code: 'pvc-missing',
    object: 'Pod',
    state: 'stalled',
    cause: /volume claim data, and there is none/,
  },
  'quota-exceeded': {
    code: 'quota-exceeded',
    object: 'ReplicaSet',
    state: 'stalled',
    cause: /quota team allows requests\.cpu=500m, in use is requests\.cpu=0, and a pod asks for requests\.cpu=1/,
  },
  'quota-needs-requests': {
    code: 'quota-needs-requests',
    object: 'ReplicaSet',
    state: 'failed',
    cause: /limits\.memory for: app/,
  },
  'limit-range': {
    code: 'limit-range',
    object: 'ReplicaSet',
    state: 'failed',
    cause: /maximum memory for a container .* 128Mi.*1Gi/,
  },
  'pod-security': {
    code: 'admission-refused',
    object: 'ReplicaSet',
    state: 'failed',
    cause: /"restricted" security standard.*allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot/,
  },
  'service-account-missing': {
    code: 'service-account-missing',
    object: 'ReplicaSet',
    state: 'stalled',
    cause: /ServiceAccount backend/,
  },
  'deadline-exceeded': { code: 'deadline-exceeded', object: 'Deployment', state: 'failed', cause: /within 8 s/ },
  'job-deadline': {
    code: 'deadline-exceeded',
    object: 'Job',
    state: 'failed',
    cause: /Job migrate was not done within 3 s/,
  },
  'job-backoff-limit': {
    code: 'job-failed',
    object: 'Job',
    state: 'failed',
    cause: /failed for good.*exit code 1/,
    evidence: /^log: relation users already exists$/,
  },
  'rollout-with-old-pods': { code: 'crash-loop', object: 'Pod', state: 'failed', cause: /exit code 1/ },
  'database-refuses-password': {
    code: 'database-refuses-password',
    object: 'Pod',
    state: 'failed',
    field: `${env0}.valueFrom.secretKeyRef`,
    reference: { kind: 'Secret', name: 'backend-secrets', key: 'database-url' },
    cause: /Secret backend-secrets, key database-url/,
    evidence: /^log: .*password authentication failed for user "todo"$/,
  },
  'database-missing': {
    code: 'database-missing',
    object: 'Pod',
    state: 'failed',
    field: `${env0}.value`,
    cause: /no database "tasks"/,
  },
  'database-refuses-connection': {
    code: 'database-unreachable',
    object: 'Pod',
    state: 'failed',
    cause: /localhost: inside a pod that is the pod itself/,
  },
  'database-host-unknown': {
    code: 'database-unreachable',
    object: 'Pod',
    state: 'failed',
    cause: /no host by the name postgres-main/,
  },
};

/** States in which nothing is wrong. */
export const healthy = [
  'complete-job',
  'readiness-starting',
  'ready-daemon-set',
  'ready-deployment',
  'ready-stateful-set',
  'running-job',
];
