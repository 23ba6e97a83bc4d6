/** One part of a fault's text after its name: `image-pull:web:not-found` has two. */
export interface FaultPart {
  name: string;
  is: 'name' | 'choice' | 'duration' | 'percent' | 'exit-code' | 'text' | 'amount' | 'object' | 'image';
  choices?: readonly string[];
  /** Taken when the part is left out; a part without one must be there unless it is optional. */
  default?: string;
  isOptional?: boolean;
}

export interface FaultKind {
  name: string;
  parts: readonly FaultPart[];
  example: string;
  /** One sentence for the menu. */
  summary: string;
  /** What a person sees of it. */
  shows: string;
  /** Where the texts that it makes the cluster write come from. */
  source: string;
}

const component: FaultPart = { name: 'COMPONENT', is: 'name' };
const percent: FaultPart = { name: 'PERCENT', is: 'percent', default: '10%' };

/**
 * Every fault that a rehearsal can have. A component is a container, a pod, or what the labels `app` and
 * `app.kubernetes.io/{name,component,instance}` call it. Any fault ends with `:x2` when it is to happen only twice.
 */
export const faultCatalogue = [
  {
    name: 'image-pull',
    parts: [
      // Also an image as the container names it, in quotes for its colon: image-pull:"web:2".
      { name: 'COMPONENT', is: 'image' },
      { name: 'WHY', is: 'choice', choices: ['not-found', 'unauthorised', 'rate-limit'], default: 'not-found' },
    ],
    example: 'image-pull:web:unauthorised',
    summary: 'The image cannot be pulled.',
    shows: 'ErrImagePull, then ImagePullBackOff',
    // containerd 2.2.9: not-found through a 1.34.10 kubelet; the others through `ctr images pull` from a registry that answers 401 and 429.
    source: 'recorded from containerd 2.2.9',
  },
  {
    name: 'crash',
    parts: [
      component,
      { name: 'EXIT-CODE', is: 'exit-code', default: '1' },
      { name: 'LOG-LINE', is: 'text', isOptional: true },
    ],
    example: 'crash:api:137:"cannot reach the database"',
    summary: 'The container ends soon after its start.',
    shows: 'Error, restarts, CrashLoopBackOff; the line in the log',
    source: 'recorded from a 1.34.10 kubelet',
  },
  {
    name: 'oom',
    parts: [component],
    example: 'oom:api',
    summary: 'The container needs more memory than its limit.',
    shows: 'OOMKilled with exit code 137, then CrashLoopBackOff',
    source: 'recorded from a 1.34.10 kubelet',
  },
  {
    name: 'start-error',
    parts: [component],
    example: 'start-error:api',
    summary: 'The program of the container is not in its image.',
    shows: 'RunContainerError with exit code 128, then CrashLoopBackOff',
    source: 'recorded from a 1.34.10 kubelet with containerd 2.2.9 and runc',
  },
  {
    name: 'readiness',
    parts: [component],
    example: 'readiness:web',
    summary: 'The readiness probe fails.',
    shows: 'Running but 0/1 ready, events Unhealthy; the rollout waits until its deadline',
    source: 'recorded from a 1.34.10 kubelet',
  },
  {
    name: 'liveness',
    parts: [component],
    example: 'liveness:web',
    summary: 'The liveness probe fails.',
    shows: 'events Unhealthy and Killing, restarts, CrashLoopBackOff',
    source: 'recorded from a 1.34.10 kubelet',
  },
  {
    name: 'slow-start',
    parts: [component, { name: 'TIME', is: 'duration' }],
    example: 'slow-start:web:30s',
    summary: 'The container needs longer until it answers its probes.',
    shows: 'Running but 0/1 ready for that time; a start-up probe that is too short restarts it',
    source: 'recorded from a 1.34.10 kubelet',
  },
  {
    name: 'unschedulable',
    parts: [component, { name: 'WHY', is: 'choice', choices: ['cpu', 'memory', 'taint', 'selector'], default: 'cpu' }],
    example: 'unschedulable:web:taint',
    summary: 'No node will take the pod.',
    shows: 'Pending, event FailedScheduling',
    // The clauses of cpu, memory and selector are recorded; that of taints is in pkg/scheduler/framework/plugins/tainttoleration.
    source: 'recorded from a 1.34.10 scheduler; taint: kubernetes v1.34.10 source',
  },
  {
    name: 'pvc',
    parts: [
      { name: 'CLAIM', is: 'name' },
      { name: 'WHY', is: 'choice', choices: ['no-class', 'no-provisioner'], default: 'no-provisioner' },
    ],
    example: 'pvc:data:no-class',
    summary: 'The volume claim is never bound.',
    shows: 'claim and pod Pending, events ProvisioningFailed or ExternalProvisioning',
    source: 'recorded from a 1.34.10 controller manager',
  },
  {
    name: 'secret-missing',
    parts: [
      { name: 'SECRET', is: 'name' },
      { name: 'KEY', is: 'name', isOptional: true },
    ],
    example: 'secret-missing:database:PASSWORD',
    summary: 'The pods do not find the Secret, or one key of it.',
    shows: 'CreateContainerConfigError or FailedMount; heals by itself when the fault goes',
    source: 'recorded from a 1.34.10 kubelet',
  },
  {
    name: 'quota',
    parts: [{ name: 'LIMIT', is: 'amount' }],
    example: 'quota:pods=1',
    summary: 'A quota of the namespace allows no more objects of this kind.',
    shows: 'refusals `exceeded quota`; fewer pods than wanted, event FailedCreate',
    source: 'kubernetes v1.34.10 source, admission plugin resourcequota',
  },
  {
    name: 'webhook',
    parts: [{ name: 'HOW', is: 'choice', choices: ['refuse', 'timeout'], default: 'refuse' }],
    example: 'webhook:refuse',
    summary: 'An admission webhook refuses workloads, or does not answer.',
    shows: 'apply and helm fail with the answer of the webhook',
    source: 'kubernetes v1.34.10 source, apiserver admission/plugin/webhook',
  },
  {
    name: 'load-balancer',
    parts: [{ name: 'HOW', is: 'choice', choices: ['never'], default: 'never' }],
    example: 'load-balancer:never',
    summary: 'Services of type LoadBalancer get no address.',
    shows: 'EXTERNAL-IP <pending>',
    source: 'a cluster without a cloud, as Minikube without its tunnel',
  },
  {
    name: 'certificate',
    parts: [{ name: 'HOW', is: 'choice', choices: ['pending'], default: 'pending' }],
    example: 'certificate:pending',
    summary: 'Certificates are never issued.',
    shows: 'Certificate not Ready: its request is not approved, or the ACME server waits for its challenge',
    // Requests that nobody approves: a controller without its approver.
    source: 'recorded from cert-manager 1.21.2; challenges: cert-manager documentation',
  },
  {
    name: 'csv',
    parts: [{ name: 'HOW', is: 'choice', choices: ['failed'], default: 'failed' }],
    example: 'csv:failed',
    summary: 'An operator cannot be installed.',
    shows: 'the operator crashes; its ClusterServiceVersion stays Installing and is Failed after five minutes',
    source: 'Operator Lifecycle Manager 0.42 source, pkg/controller/operators/olm',
  },
  {
    name: 'keycloak',
    parts: [{ name: 'HOW', is: 'choice', choices: ['not-ready'], default: 'not-ready' }],
    example: 'keycloak:not-ready',
    summary: 'The Keycloak resource does not become ready.',
    shows: 'its pod 0/1 ready, event Unhealthy; Keycloak with condition Ready=False, `Waiting for more replicas`',
    source: 'Keycloak operator documentation, status conditions',
  },
  {
    name: 'api-429',
    parts: [percent],
    example: 'api-429:10%',
    summary: 'The API server is too busy for some requests.',
    shows: 'clients wait a second and try again; slower, nothing else',
    source: 'kubernetes v1.34.10 source, apiserver priority and fairness filter',
  },
  {
    name: 'api-500',
    parts: [percent],
    example: 'api-500:10%',
    summary: 'The API server fails some requests because its store does.',
    shows: 'commands fail with `etcdserver: request timed out`',
    source: 'etcd and kubernetes v1.34.10 source',
  },
  {
    name: 'api-503',
    parts: [percent],
    example: 'api-503:10%',
    summary: 'The API server is not available for some requests.',
    shows: 'commands fail with `the server is currently unable to handle the request`',
    source: 'k8s.io/apimachinery v0.34.10, api/errors',
  },
  {
    name: 'api-conflict',
    parts: [percent],
    example: 'api-conflict:10%',
    summary: 'Somebody else was faster with some writes.',
    shows: 'PUT and PATCH fail with `the object has been modified`',
    source: 'k8s.io/apimachinery v0.34.10, registry store',
  },
  {
    name: 'api-slow',
    parts: [{ name: 'TIME', is: 'duration', default: '2s' }],
    example: 'api-slow:2s',
    summary: 'Every request takes longer.',
    shows: 'everything is slow; time-outs may strike',
    source: 'none: nothing is written',
  },
  {
    name: 'watch-closed',
    parts: [{ name: 'TIME', is: 'duration', default: '500ms' }],
    example: 'watch-closed:500ms',
    summary: 'Watches are cut after this time.',
    shows: 'nothing: clients resume their watches',
    source: 'none: nothing is written',
  },
  {
    name: 'watch-410',
    parts: [],
    example: 'watch-410',
    summary: 'Watches cannot be resumed: their past is forgotten.',
    shows: 'nothing: clients list again',
    source: 'kubernetes v1.34.10 source, apiserver storage/cacher',
  },
  {
    name: 'token-expired',
    parts: [{ name: 'AFTER', is: 'duration', isOptional: true }],
    example: 'token-expired:20s',
    summary: 'The credentials are no longer accepted.',
    shows: '`You must be logged in to the server (Unauthorized)`',
    source: 'kubernetes v1.34.10 source, apiserver endpoints/filters/authentication.go',
  },
  {
    name: 'clock-skew',
    parts: [{ name: 'TIME', is: 'duration', default: '5m' }],
    example: 'clock-skew:5m',
    summary: 'The clock of the server is ahead.',
    shows: 'a Date header that differs from the clock here',
    source: 'none: nothing is written',
  },
  {
    name: 'node-not-ready',
    parts: [{ name: 'NODE', is: 'name', isOptional: true }],
    example: 'node-not-ready:minikube',
    summary: 'A node, or every node, is not ready.',
    shows: 'Ready=False; nothing new is scheduled there',
    source: 'kubernetes v1.34.10 source, pkg/kubelet/nodestatus; containerd 2.2.9 for the reason',
  },
  {
    name: 'second-writer',
    parts: [{ name: 'OBJECT', is: 'object' }],
    example: 'second-writer:Deployment/web',
    summary: 'Somebody else changes the object whenever it was changed.',
    shows: 'conflicts of field managers in the next apply or upgrade',
    source: 'the conflict is that of server-side apply itself',
  },
] as const satisfies readonly FaultKind[];

export type FaultName = (typeof faultCatalogue)[number]['name'];

/** `image-pull:COMPONENT[:not-found|unauthorised|rate-limit]` */
export function grammarOf({ name, parts }: FaultKind): string {
  const texts = parts.map((part) => {
    const text =
      part.is === 'choice'
        ? (part.choices ?? []).join('|')
        : part.is === 'object'
          ? 'KIND/NAME'
          : part.is === 'amount'
            ? 'RESOURCE=NUMBER'
            : part.name;
    return part.default === undefined && part.isOptional !== true ? `:${text}` : `[:${text}]`;
  });
  return `${name}${texts.join('')}`;
}
