import type { KubernetesObject } from '../objects.ts';
import { condition, isTrue } from '../rollout/conditions.ts';
import { eventsOf, newest } from '../rollout/events.ts';
import { newReplicaSet } from '../rollout/pods.ts';
import { instant } from '../rollout/times.ts';
import { groupsOf, knownFailures, type Finding } from './known-failure.ts';
import { clean } from './log-lines.ts';
import { eventText, kubectl, type Scene } from './scene.ts';

/** The API server refuses to create the pods: the ReplicaSet or the workload itself says with which words. */
function refused(scene: Scene, says: RegExp): Finding | undefined {
  const { object, snapshot } = scene;
  const replicaSet = object.kind === 'Deployment' ? newReplicaSet(object, snapshot) : undefined;
  for (const owner of replicaSet === undefined ? [object] : [replicaSet, object]) {
    const finding = refusalOf(owner, scene, says);
    if (finding !== undefined) return finding;
  }
  return undefined;
}

function refusalOf(owner: KubernetesObject, { snapshot, pods, object }: Scene, says: RegExp): Finding | undefined {
  const failure = condition(owner, 'ReplicaFailure');
  const event = newest(eventsOf(snapshot, owner), ['FailedCreate']);
  // StatefulSets and Jobs have no such condition: there the event counts as long as pods are missing.
  const wanted = (object['spec']?.replicas as number | undefined) ?? 1;
  const isMissing = isTrue(failure) || (failure === undefined && pods.length < wanted);
  const message = failure?.message ?? event?.message;
  const match = message === undefined ? null : says.exec(message);
  if (!isMissing || message === undefined || match === null) return undefined;
  const old = (object['status']?.replicas as number | undefined) ?? 0;
  return {
    object: owner,
    message,
    names: { ...groupsOf(match), old: String(old - pods.length) },
    evidence: [event === undefined ? `${owner.kind} ${owner.metadata.name}: ${clean(message)}` : eventText(event)],
    field: 'spec.template.spec',
    since: instant(failure?.lastTransitionTime) ?? (event === undefined ? undefined : instant(event.firstTimestamp)),
    occurrences: 1,
  };
}

const webhookDown = /failed calling webhook "(?<webhook>[^"]+)"/i;

export const quotaFailures = knownFailures([
  {
    code: 'quota-exceeded',
    who: 'cluster',
    find: (scene) =>
      refused(
        scene,
        /exceeded quota: (?<quota>[^,]+), requested: (?<requested>.+?), used: (?<used>.+?), limited: (?<limited>.+)$/i,
      ),
    // Old pods that end give back what they hold.
    fatal: ({ names }) => ({ seconds: Number(names.old ?? 0) > 0 ? 60 : 15 }),
    cause: ({ names }) =>
      `The namespace may use no more: quota ${names.quota} allows ${names.limited}, in use is ${names.used}, and a pod asks for ${names.requested}.`,
    remedy: (finding) => [
      'Lower the requests of the pod or the number of pods, or ask for a larger quota.',
      kubectl(finding.object, 'describe', 'resourcequota', finding.names.quota ?? ''),
    ],
    means:
      'A ResourceQuota limits what all pods of a namespace may ask for together. New pods are refused until others end or the quota grows.',
    source: 'ResourceQuota admission: "exceeded quota"',
  },
  {
    code: 'quota-needs-requests',
    who: 'recipe',
    find: (scene) => refused(scene, /failed quota: (?<quota>[^:]+): must specify (?<missing>.+)$/i),
    fatal: 'now',
    cause: ({ names }) =>
      `In this namespace every container must say what it needs (quota ${names.quota}): missing is ${names.missing}.`,
    remedy: () => ['Set resources.requests and resources.limits of each container in the chart.'],
    means:
      'A ResourceQuota on CPU or memory can only count what pods declare, so pods that declare nothing are refused.',
    source: 'ResourceQuota admission: "must specify"',
  },
  {
    code: 'limit-range',
    who: 'recipe',
    find: (scene) =>
      refused(
        scene,
        /(?<bound>minimum|maximum) (?<resource>\S+) usage per (?<per>\w+) is (?<allowed>[^,]+?), but (?<what>\w+) is (?<value>[^\s,.]+)/i,
      ),
    fatal: 'now',
    cause: ({ names }) =>
      `The ${names.bound} ${names.resource} for a ${names.per?.toLowerCase()} in this namespace is ${names.allowed}; the pod's ${names.what} is ${names.value}.`,
    remedy: (finding) => [
      'Bring resources of the container into that range.',
      kubectl(finding.object, 'describe', 'limitrange'),
    ],
    means: 'A LimitRange sets the smallest and largest amounts that a container of this namespace may ask for.',
    source: 'LimitRanger admission: "usage per Container is"',
  },
  {
    code: 'admission-refused',
    who: 'recipe',
    find: (scene) =>
      refused(scene, /violates PodSecurity "(?<level>[^":]+)[^"]*": (?<rules>.+)$/i) ??
      refused(scene, /admission webhook "(?<policy>[^"]+)" denied the request:? ?(?<rules>.*)/i) ??
      refused(scene, /ValidatingAdmissionPolicy '(?<policy>[^']+)'.*denied request:? ?(?<rules>.*)/i),
    fatal: 'now',
    cause: ({ names }) =>
      names.level
        ? `The namespace admits only pods that follow the "${names.level}" security standard, and this one does not: ${rulesOf(names.rules ?? '')}.`
        : `A policy of the cluster (${names.policy}) refuses the pod: ${names.rules}`,
    remedy: ({ names }) =>
      names.level
        ? [
            'Set in the chart: securityContext with runAsNonRoot: true, allowPrivilegeEscalation: false, capabilities.drop: [ALL], seccompProfile.type: RuntimeDefault.',
            'Or, if the namespace is yours: kubectl label namespace NAME pod-security.kubernetes.io/enforce=baseline --overwrite',
          ]
        : ['Change what the policy names, or ask who runs the cluster.'],
    means:
      'Before a pod is stored, the cluster checks it against its rules: the Pod Security Standards of the namespace, or policies of the administrator. The pod breaks one; no waiting helps.',
    source: 'PodSecurity admission: "violates PodSecurity"; admission webhooks: "denied the request"',
  },
  {
    code: 'admission-webhook-down',
    who: 'cluster',
    find: (scene) => refused(scene, webhookDown),
    fatal: ({ message }) => ({ seconds: /x509:/.test(message) ? 60 : 90 }),
    cause: ({ names }) =>
      `An add-on of the cluster checks each new pod (${names.webhook}) and does not answer: it is not up yet, or broken.`,
    remedy: () => [
      'Wait until the add-on is ready (ingress-nginx and cert-manager need a minute); look for its pods: kubectl get pods --all-namespaces',
    ],
    means:
      'Add-ons may ask to see each new object (admission webhooks). While such an add-on is down, nothing can be created.',
    source: 'kube-apiserver: "failed calling webhook"',
  },
  {
    code: 'service-account-missing',
    who: 'recipe',
    find: (scene) => refused(scene, /serviceaccount "?(?<account>[^"\s]+)"? not found/i),
    fatal: { seconds: 15 },
    cause: ({ names }) => `The pod shall run as ServiceAccount ${names.account}, and there is none in this namespace.`,
    remedy: (finding) => [
      `Create it: ${kubectl(finding.object, 'create', 'serviceaccount', finding.names.account ?? '')}`,
      'Or correct serviceAccountName in the chart.',
    ],
    means: 'Each pod runs as a ServiceAccount of its namespace. The one that it names does not exist.',
    source: 'ServiceAccount admission: "error looking up service account"',
  },
  {
    code: 'pods-refused',
    who: 'recipe',
    find: (scene) => refused(scene, /(?<words>forbidden: .*|is invalid: .*|.+)/s),
    fatal: { seconds: 60 },
    cause: () => 'The API server refuses to create the pods.',
    remedy: (finding) => [
      kubectl(finding.object, 'describe', finding.object.kind.toLowerCase(), finding.object.metadata.name),
    ],
    means: 'The controller may not create the pods; the evidence has the words of the API server.',
    source: 'replication controllers: event FailedCreate',
  },
]);

/** `allowPrivilegeEscalation != false (container "app" must set ...), ...`: the rules without their explanations. */
function rulesOf(text: string): string {
  return text.replace(/ \([^()]*(?:\([^()]*\)[^()]*)*\)/g, '');
}
