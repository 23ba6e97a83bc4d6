import type { KubernetesObject } from '../objects.ts';
import type { PodContainer } from '../rollout/containers.ts';
import { newest } from '../rollout/events.ts';
import type { Container } from '../rollout/shapes.ts';
import type { Snapshot } from '../watch/snapshot.ts';
import { groupsOf, knownFailures, type Fatal, type Finding, type Reference } from './known-failure.ts';
import { eventText, inPods, kubectl, waitingSince, type Scene } from './scene.ts';
import { configError, refusal } from './start.ts';

/** A volume whose Secret or ConfigMap is not there keeps the whole pod from starting. */
function mount(scene: Scene, says: RegExp): Finding | undefined {
  return inPods(scene, (pod, events) => {
    const event = newest(
      events.filter(({ message = '' }) => says.test(message)),
      ['FailedMount'],
    );
    // Once the pod has what it needs, the event is history.
    const hasStarted = pod.status?.containerStatuses?.some(({ state }) => state?.running ?? state?.terminated);
    if (event === undefined || hasStarted) return undefined;
    return {
      object: pod,
      message: event.message ?? '',
      names: { container: '', ...groupsOf(says.exec(event.message ?? '')) },
      evidence: [eventText(event)],
      field: 'spec.volumes',
      since: waitingSince(pod, event),
      occurrences: 1,
    };
  });
}

/** Adds what the container takes from where, so that the answer behind it can be found. */
function referring(kind: Reference['kind'], finding: Finding | undefined): Finding | undefined {
  if (finding === undefined) return undefined;
  const { name = '', key } = finding.names;
  const reference = key === undefined ? { kind, name } : { kind, name, key };
  const field = finding.container === undefined ? finding.field : fieldOf(finding.container, reference);
  return { ...finding, reference, ...(field === undefined ? {} : { field }) };
}

function fieldOf({ spec, path }: PodContainer, { kind, name, key }: Reference): string {
  const one = kind === 'Secret' ? 'secretKeyRef' : 'configMapKeyRef';
  const all = kind === 'Secret' ? 'secretRef' : 'configMapRef';
  const variable = (spec.env ?? []).findIndex(({ valueFrom }) => {
    const reference = valueFrom?.[one];
    return reference?.name === name && (key === undefined || reference.key === key);
  });
  if (variable >= 0) return `${path}.env[${variable}].valueFrom.${one}`;
  const source = (spec.envFrom ?? []).findIndex(
    (from: NonNullable<Container['envFrom']>[number]) => from[all]?.name === name,
  );
  return source >= 0 ? `${path}.envFrom[${source}].${all}` : path;
}

/** Something in the cluster is about to make this Secret: cert-manager, External Secrets, Sealed Secrets. */
function producerOf(secret: string, snapshot: Snapshot): KubernetesObject | undefined {
  const makes: [string, (object: KubernetesObject) => unknown][] = [
    ['Certificate', (object) => object['spec']?.secretName],
    ['ExternalSecret', (object) => object['spec']?.target?.name ?? object.metadata.name],
    ['SealedSecret', (object) => object.metadata.name],
  ];
  for (const [kind, nameOf] of makes) {
    const found = snapshot.objects(kind).find((object) => nameOf(object) === secret);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The kubelet tries again by itself, so something that is created a moment later heals it. */
function missingFatal({ names, container }: Finding, { snapshot }: Scene): Fatal {
  if (producerOf(names.name ?? '', snapshot) !== undefined) return { seconds: 90 };
  return { seconds: container === undefined ? 30 : 10 };
}

const by = ({ names, container }: Finding): string =>
  container === undefined ? 'A volume of the pod' : `Container ${names.container}`;
const named = ({ names }: Finding): string => names.name ?? '';
const keyOf = ({ names }: Finding): string => names.key ?? '';

export const configFailures = knownFailures([
  {
    code: 'missing-secret-key',
    who: 'recipe',
    find: (scene) =>
      referring(
        'Secret',
        refusal(scene, configError, /couldn't find key (?<key>\S+) in Secret \S+?\/(?<name>\S+)/i) ??
          mount(scene, /references non-existent secret key: (?<key>\S+)/i),
      ),
    fatal: missingFatal,
    cause: (finding) =>
      `${by(finding)} needs the key "${keyOf(finding)}" of Secret ${named(finding)}, and the Secret has no such key.`,
    remedy: (finding) => [
      `Add the key, or correct its name where it is used. Its keys (no values): ${kubectl(finding.object, 'describe', 'secret', named(finding))}`,
    ],
    means:
      'A pod takes a value from one key of a Secret. The Secret is there, the key is not: it was misspelt on one side, or the Secret was made by an older version. The pod starts by itself as soon as the key is there.',
    source: 'kubelet pkg/kubelet/kubelet_pods.go: "couldn\'t find key %v in Secret %v/%v"',
  },
  {
    code: 'missing-config-map-key',
    who: 'recipe',
    find: (scene) =>
      referring(
        'ConfigMap',
        refusal(scene, configError, /couldn't find key (?<key>\S+) in ConfigMap \S+?\/(?<name>\S+)/i) ??
          mount(scene, /references non-existent config key: (?<key>\S+)/i),
      ),
    fatal: missingFatal,
    cause: (finding) =>
      `${by(finding)} needs the key "${keyOf(finding)}" of ConfigMap ${named(finding)}, and the ConfigMap has no such key.`,
    remedy: (finding) => [
      `Add the key, or correct its name where it is used. What it has: ${kubectl(finding.object, 'get', 'configmap', named(finding), '-o', 'yaml')}`,
    ],
    means:
      'A pod takes a value from one key of a ConfigMap that has no such key. The pod starts by itself as soon as the key is there.',
    source: 'kubelet pkg/kubelet/kubelet_pods.go: "couldn\'t find key %v in ConfigMap %v/%v"',
  },
  {
    code: 'missing-secret',
    who: 'recipe',
    find: (scene) => {
      const says = /secret "(?<name>[^"]+)" not found/i;
      return referring('Secret', refusal(scene, configError, says) ?? mount(scene, says));
    },
    fatal: missingFatal,
    cause: (finding) => `${by(finding)} needs Secret ${named(finding)}, and there is none in this namespace.`,
    remedy: (finding) => [
      `Create it; those that exist: ${kubectl(finding.object, 'get', 'secrets')}`,
      'A Secret of another namespace is not seen: it must be in the namespace of the pod.',
    ],
    means:
      'A pod names a Secret that does not exist in its namespace. The pod starts by itself as soon as the Secret is there.',
    source: 'kubelet pkg/kubelet/kubelet_pods.go; event FailedMount of pkg/volume/secret',
  },
  {
    code: 'missing-config-map',
    who: 'recipe',
    find: (scene) => {
      const says = /configmap "(?<name>[^"]+)" not found/i;
      return referring('ConfigMap', refusal(scene, configError, says) ?? mount(scene, says));
    },
    fatal: missingFatal,
    cause: (finding) => `${by(finding)} needs ConfigMap ${named(finding)}, and there is none in this namespace.`,
    remedy: (finding) => [
      `Create it; those that exist: ${kubectl(finding.object, 'get', 'configmaps')}`,
      'Charts often add a suffix to the name: compare it letter by letter.',
    ],
    means:
      'A pod names a ConfigMap that does not exist in its namespace. The pod starts by itself as soon as it is there.',
    source: 'kubelet pkg/kubelet/kubelet_pods.go; event FailedMount of pkg/volume/configmap',
  },
]);
