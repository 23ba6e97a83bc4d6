import type { StoredObject } from '../objects.ts';
import type { LabelSelector } from '../store/selectors.ts';

/** The fields of pods and nodes that the scheduler and the kubelet read, as the API reference names them. */
export interface Handler {
  exec?: { command?: string[] };
  httpGet?: { path?: string; port: number | string; scheme?: string; host?: string };
  tcpSocket?: { port: number | string; host?: string };
  grpc?: { port: number; service?: string | null };
  sleep?: { seconds: number };
}

export interface Probe extends Handler {
  initialDelaySeconds?: number;
  timeoutSeconds?: number;
  periodSeconds?: number;
  successThreshold?: number;
  failureThreshold?: number;
  terminationGracePeriodSeconds?: number;
}

interface KeyReference {
  name: string;
  key: string;
  optional?: boolean;
}

interface NameReference {
  name: string;
  optional?: boolean;
}

export interface Container {
  name: string;
  image: string;
  command?: string[];
  args?: string[];
  env?: { name: string; value?: string; valueFrom?: { secretKeyRef?: KeyReference; configMapKeyRef?: KeyReference } }[];
  envFrom?: { secretRef?: NameReference; configMapRef?: NameReference }[];
  ports?: { name?: string; containerPort: number; hostPort?: number; hostIP?: string; protocol?: string }[];
  imagePullPolicy?: string;
  resources?: Resources;
  /** `Always` on an init container makes it a sidecar. */
  restartPolicy?: string;
  startupProbe?: Probe;
  readinessProbe?: Probe;
  livenessProbe?: Probe;
  lifecycle?: { postStart?: Handler; preStop?: Handler };
  terminationMessagePolicy?: string;
  securityContext?: { runAsNonRoot?: boolean; runAsUser?: number; runAsGroup?: number };
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean; recursiveReadOnly?: string }[];
}

export interface Resources {
  limits?: Record<string, string | number>;
  requests?: Record<string, string | number>;
}

interface Items {
  items?: { key: string; path: string }[];
  optional?: boolean;
}

export interface Volume {
  name: string;
  secret?: Items & { secretName: string };
  configMap?: Items & { name: string };
  projected?: { sources?: { secret?: Items & { name: string }; configMap?: Items & { name: string } }[] };
  persistentVolumeClaim?: { claimName: string };
  ephemeral?: object;
}

interface NodeSelectorRequirement {
  key: string;
  operator: string;
  values?: string[];
}

export interface NodeSelectorTerm {
  matchExpressions?: NodeSelectorRequirement[];
  matchFields?: NodeSelectorRequirement[];
}

export interface PodAffinityTerm {
  topologyKey: string;
  labelSelector?: LabelSelector;
  namespaces?: string[];
  namespaceSelector?: LabelSelector;
  matchLabelKeys?: string[];
}

export interface Affinity {
  nodeAffinity?: {
    requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: NodeSelectorTerm[] };
    preferredDuringSchedulingIgnoredDuringExecution?: { weight: number; preference: NodeSelectorTerm }[];
  };
  podAffinity?: RequiredTerms;
  podAntiAffinity?: RequiredTerms;
}

interface RequiredTerms {
  requiredDuringSchedulingIgnoredDuringExecution?: PodAffinityTerm[];
}

export interface SpreadConstraint {
  maxSkew: number;
  topologyKey: string;
  whenUnsatisfiable: string;
  labelSelector?: LabelSelector;
  minDomains?: number;
  matchLabelKeys?: string[];
}

export interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
  tolerationSeconds?: number;
}

export interface PodSpec {
  nodeName?: string;
  nodeSelector?: Record<string, string>;
  affinity?: Affinity;
  tolerations?: Toleration[];
  topologySpreadConstraints?: SpreadConstraint[];
  schedulerName?: string;
  schedulingGates?: { name: string }[];
  priority?: number;
  preemptionPolicy?: string;
  restartPolicy?: string;
  hostNetwork?: boolean;
  initContainers?: Container[];
  containers: Container[];
  overhead?: Record<string, string>;
  volumes?: Volume[];
  imagePullSecrets?: { name: string }[];
  readinessGates?: { conditionType: string }[];
  activeDeadlineSeconds?: number;
  terminationGracePeriodSeconds?: number;
  securityContext?: {
    runAsNonRoot?: boolean;
    runAsUser?: number;
    runAsGroup?: number;
    fsGroup?: number;
    supplementalGroups?: number[];
  };
}

export interface PodCondition {
  type: string;
  status: string;
  lastProbeTime?: string | null;
  lastTransitionTime?: string | null;
  reason?: string;
  message?: string;
  observedGeneration?: number;
}

export interface Terminated {
  exitCode: number;
  signal?: number;
  reason?: string;
  message?: string;
  /** RFC 3339; null when nobody saw it start or end. */
  startedAt: string | null;
  finishedAt: string | null;
  containerID?: string;
}

export interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt: string };
  terminated?: Terminated;
}

export interface ContainerStatus {
  name: string;
  state: ContainerState;
  lastState: ContainerState;
  ready: boolean;
  restartCount: number;
  image: string;
  imageID: string;
  containerID?: string;
  started?: boolean;
  allocatedResources?: Record<string, string | number>;
  resources?: Resources;
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean; recursiveReadOnly?: string }[];
  user?: { linux: { uid: number; gid: number; supplementalGroups: number[] } };
}

export interface PodStatus {
  observedGeneration?: number;
  phase?: string;
  conditions?: PodCondition[];
  message?: string;
  reason?: string;
  nominatedNodeName?: string;
  hostIP?: string;
  hostIPs?: { ip: string }[];
  podIP?: string;
  podIPs?: { ip: string }[];
  startTime?: string;
  initContainerStatuses?: ContainerStatus[];
  containerStatuses?: ContainerStatus[];
  qosClass?: string;
}

export interface Pod extends StoredObject {
  spec: PodSpec;
  status?: PodStatus;
}

export interface Taint {
  key: string;
  value?: string;
  effect: string;
}

export interface Node extends StoredObject {
  spec?: { unschedulable?: boolean; taints?: Taint[]; podCIDR?: string };
  status?: {
    allocatable?: Record<string, string>;
    capacity?: Record<string, string>;
    conditions?: (PodCondition & { lastHeartbeatTime?: string })[];
    addresses?: { type: string; address: string }[];
    images?: { names: string[]; sizeBytes: number }[];
  };
}

export const isSidecar = ({ restartPolicy }: Container): boolean => restartPolicy === 'Always';

export const isTerminal = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** `web-abc_default(uid)`: how the kubelet names a pod in its messages (pkg/kubelet/util/format). */
export const podText = ({ metadata: { name, namespace = '', uid } }: Pod): string => `${name}_${namespace}(${uid})`;

/** It runs, or has run. */
export const hasRun = (status: ContainerStatus | undefined): boolean =>
  status?.state.running !== undefined ||
  status?.state.terminated !== undefined ||
  status?.lastState.terminated !== undefined;
