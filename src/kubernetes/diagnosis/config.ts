import type { KubernetesObject } from '../objects.ts';
import type { PodContainer } from '../rollout/containers.ts';
import { newest } from '../rollout/events.ts';
import type { Container, Pod } from '../rollout/shapes.ts';
import type { Snapshot } from '../watch/snapshot.ts';
import { groupsOf, knownFailures, type Fatal, type Finding, type Reference } from './known-failure.ts';
import { eventText, inContainers, inPods, kubectl, statusText, waitingSince, type Scene } from './scene.ts';

/** A container that cannot be created or started, for a reason that says so. */
function refusal(scene: Scene, reasons: string[], says: RegExp): Finding | undefined {
  return inContainers(scene, (container, pod, events) => {
    const { waiting, terminated, running } = container.status?.state ?? {};
    const last = running === undefined ? (terminated ?? container.status?.lastState?.terminated) : undefined;
    const said = [waiting, last].find(
      (state) => reasons.includes(state?.reason ?? '') && says.test(state?.message ?? ''),
    );
    if (said === undefined) return undefined;
    const event = newest(events, ['Failed'], container.spec.name);
    return {
      object: pod,
      container,
      message: said.message ?? '',
      names: {
        container: container.spec.name,
        image: container.spec.image,
        ...groupsOf(says.exec(said.message ?? '')),
      },
      evidence: [statusText(pod, container, `${said.reason}: ${said.message}`)],
      field: container.path,
      since: waitingSince(pod, event),
      occurrences: (container.status?.restartCount ?? 0) + 1,
    };
  });
}

const configError = ['CreateContainerConfigError'];
const startErrors = ['RunContainerError', 'StartError', 'ContainerCannotRun', 'CreateContainerError'];

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
const describe = ({ object }: Finding): string => kubectl(object, 'describe', 'pod', object.metadata.name);

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
  {
    code: 'run-as-root-refused',
    who: 'application',
    find: (scene) => refusal(scene, configError, /runAsNonRoot/i),
    fatal: 'now',
    cause: ({ message, names }) =>
      /non-numeric user/i.test(message)
        ? `The image ${names.image} names its user by a word, and Kubernetes cannot prove that this is not root.`
        : `The image ${names.image} would run as root, and the pod forbids that (runAsNonRoot).`,
    remedy: () => ['Set a number: USER 10001 in the Dockerfile, or securityContext.runAsUser: 10001 in the chart.'],
    means:
      'runAsNonRoot is a promise that a container does not run as root; Kubernetes checks it before the start. The image needs a user with a number other than 0 (USER 10001), or the pod sets runAsUser.',
    source: 'kubelet pkg/kubelet/kuberuntime/security_context.go',
  },
  {
    code: 'command-not-found',
    who: 'application',
    find: (scene) =>
      refusal(
        scene,
        startErrors,
        /exec: "?(?<command>[^":]+)"?: (?:executable file not found|stat .*no such file|no such file)/i,
      ),
    fatal: 'now',
    cause: ({ names }) => `There is no program "${names.command}" in the image ${names.image}.`,
    remedy: ({ names }) => [
      'Correct command and args of the container, or the ENTRYPOINT of the Dockerfile.',
      `Look inside: docker run --rm -it --entrypoint sh ${names.image}`,
    ],
    means:
      'The command that the container shall start is not in the image: misspelt, not installed, or in a folder that is not on the PATH.',
    source: 'runc: exec: executable file not found in $PATH; kubelet RunContainerError, StartError',
  },
  {
    code: 'command-not-executable',
    who: 'application',
    find: (scene) => refusal(scene, startErrors, /exec: "?(?<command>[^":]+)"?: permission denied/i),
    fatal: 'now',
    cause: ({ names }) => `The file "${names.command}" in the image ${names.image} may not be run.`,
    remedy: ({ names }) => [
      `RUN chmod +x ${names.command} in the Dockerfile; it must be readable for the user of the container too.`,
    ],
    means:
      'The file that the container shall start has no right to be executed, or belongs to a user that the container does not run as.',
    source: 'runc: exec: permission denied; kubelet RunContainerError, StartError',
  },
  {
    code: 'create-container-error',
    who: 'recipe',
    find: (scene) => refusal(scene, [...configError, ...startErrors], /./),
    fatal: 'again',
    cause: ({ message, names }) =>
      /not a directory|mounting .* to rootfs|subpath/i.test(message)
        ? `Container ${names.container} cannot be made: a single file is mounted over a folder of the image, or the reverse.`
        : `The container runtime cannot make container ${names.container}.`,
    remedy: (finding) => [
      'Compare mountPath and subPath of its volumes with what the image has there.',
      describe(finding),
    ],
    means:
      'The node has the image but cannot make a container from it: a mount that does not fit, an option that the runtime does not know, a limit that is too small. The evidence has its own words.',
    source: 'kubelet: CreateContainerError, CreateContainerConfigError, RunContainerError',
  },
  {
    code: 'pod-network-failed',
    who: 'cluster',
    find: (scene) => sandbox(scene),
    fatal: { seconds: 60 },
    cause: () => 'The pod gets no network: the network add-on of the cluster is not ready, or has no addresses left.',
    remedy: () => ['Look at the network pods: kubectl -n kube-system get pods'],
    means:
      'Before its containers a pod gets an address from the network add-on (CNI). That add-on is not running on this node, or its range of addresses is used up.',
    source: 'kubelet: FailedCreatePodSandBox',
  },
]);

function sandbox(scene: Scene): Finding | undefined {
  return inPods(scene, (pod: Pod, events) => {
    const event = newest(events, ['FailedCreatePodSandBox']);
    const hasNetwork = pod.status?.conditions?.some(
      ({ type, status }) => type === 'PodReadyToStartContainers' && status === 'True',
    );
    if (event === undefined || hasNetwork) return undefined;
    const message = event.message ?? '';
    return {
      object: pod,
      message,
      names: {},
      evidence: [eventText(event)],
      since: waitingSince(pod, event),
      occurrences: 1,
    };
  });
}
