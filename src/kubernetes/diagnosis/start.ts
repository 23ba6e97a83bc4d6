import { newest } from '../rollout/events.ts';
import type { Pod } from '../rollout/shapes.ts';
import { groupsOf, knownFailures, type Finding } from './known-failure.ts';
import { eventText, inContainers, inPods, kubectl, statusText, waitingSince, type Scene } from './scene.ts';

/** A container that cannot be created or started, for a reason that says so. */
export function refusal(scene: Scene, reasons: string[], says: RegExp): Finding | undefined {
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

export const configError = ['CreateContainerConfigError'];
const startErrors = ['RunContainerError', 'StartError', 'ContainerCannotRun', 'CreateContainerError'];

/** Not that something is missing: the kubelet has had no answer of the API server yet. */
const notReadYet = /failed to sync \S+ cache|have not yet been read at least once/i;

const describe = ({ object }: Finding): string => kubectl(object, 'describe', 'pod', object.metadata.name);

export const startFailures = knownFailures([
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
    code: 'node-cannot-read-settings',
    who: 'cluster',
    find: (scene) => refusal(scene, configError, notReadYet),
    // The kubelet asks again at once; on a busy node the first answer is often late.
    usualFor: 20,
    fatal: { seconds: 90 },
    cause: ({ names }) =>
      `The node cannot read what container ${names.container} needs from the API server: it waits for an answer.`,
    remedy: (finding) => [
      'Look whether the node is well, and how busy it is: kubectl describe nodes',
      describe(finding),
    ],
    means:
      'Before a container starts, the kubelet of its node reads the Secrets, ConfigMaps and Services that it takes values from. The API server did not answer it in time: the node or the control plane is overloaded, or the connection between them is cut.',
    source:
      'kubelet pkg/kubelet/util/manager/watch_based_manager.go: "failed to sync %s cache"; kubelet_pods.go: "services have not yet been read at least once"',
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
