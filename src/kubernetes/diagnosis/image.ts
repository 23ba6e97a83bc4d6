import type { PodContainer } from '../rollout/containers.ts';
import { countOf, newest } from '../rollout/events.ts';
import type { KubernetesEvent, Pod } from '../rollout/shapes.ts';
import { elapsed } from '../rollout/times.ts';
import { knownFailures, type Finding } from './known-failure.ts';
import { lastMatch, logText } from './log-lines.ts';
import { eventText, inContainers, kubectl, statusText, waitingSince, type Scene } from './scene.ts';

const pullReasons = ['ErrImagePull', 'ImagePullBackOff'];
/** Milliseconds after which a pull that backs off has failed more than once: kubelet, image back-off. */
const secondTry = 15_000;

/** A container whose image cannot be pulled, for a reason that says so. */
function pull(scene: Scene, says: RegExp): Finding | undefined {
  return inContainers(scene, (container, pod, events) => {
    const { reason = '', message = '' } = container.status?.state?.waiting ?? {};
    if (!pullReasons.includes(reason)) return undefined;
    const failed = pullEvent(events, container);
    // Older kubelets say in the status only that they back off; the reason is in the event then.
    const text = [message, failed?.message ?? ''].find((words) => says.test(words));
    const login = newest(events, ['FailedToRetrieveImagePullSecret']);
    return text === undefined ? undefined : pullFinding(scene, { pod, container, text, reason, failed, login });
  });
}

function pullEvent(events: KubernetesEvent[], container: PodContainer): KubernetesEvent | undefined {
  const pulls = events.filter(({ message = '' }) => message.startsWith('Failed to pull image'));
  return newest(pulls, ['Failed'], container.spec.name);
}

interface Pull {
  pod: Pod;
  container: PodContainer;
  text: string;
  reason: string;
  failed: KubernetesEvent | undefined;
  /** A Secret of imagePullSecrets is missing. */
  login: KubernetesEvent | undefined;
}

function pullFinding(scene: Scene, { pod, container, text, reason, failed, login }: Pull): Finding {
  const since = waitingSince(pod, failed);
  const isOld = reason === 'ImagePullBackOff' && elapsed(since, scene.now) > secondTry;
  return {
    object: pod,
    container,
    message: text,
    names: { image: container.spec.image, pullPolicy: container.spec.imagePullPolicy ?? '' },
    evidence: [
      failed === undefined ? statusText(pod, container, `${reason}: ${text}`) : eventText(failed),
      ...(login === undefined ? [] : [eventText(login)]),
    ],
    field: `${container.path}.image`,
    since,
    occurrences: failed === undefined ? (isOld ? 2 : 1) : Math.max(countOf(failed), isOld ? 2 : 1),
  };
}

/** A container that cannot start because of its image, without a pull. */
function refused(scene: Scene, reasons: string[]): Finding | undefined {
  return inContainers(scene, (container, pod, events) => {
    const { reason = '', message = reason } = container.status?.state?.waiting ?? {};
    if (!reasons.includes(reason)) return undefined;
    const event = newest(events, ['Failed', 'InspectFailed', 'ErrImageNeverPull'], container.spec.name);
    return {
      object: pod,
      container,
      message,
      names: { image: container.spec.image },
      evidence: [statusText(pod, container, `${reason}: ${message}`)],
      field: `${container.path}.image`,
      since: waitingSince(pod, event),
      occurrences: 1,
    };
  });
}

/** The kernel refuses to run the program that the image starts. */
function formatError(scene: Scene): Finding | undefined {
  return inContainers(scene, (container, pod) => {
    const ended = container.status?.state?.terminated ?? container.status?.lastState?.terminated;
    const lines = [...(scene.logs[`${pod.metadata.name}/${container.spec.name}`] ?? []), ended?.message ?? ''];
    const match = lastMatch(lines, /exec format error/i);
    if (match === undefined) return undefined;
    return {
      object: pod,
      container,
      message: match.input,
      names: { image: container.spec.image },
      evidence: [logText(match.input)],
      field: `${container.path}.image`,
      since: waitingSince(pod, undefined),
      occurrences: 1,
    };
  });
}

const imageOf = ({ names }: Finding): string => names.image ?? '';
const hostOf = (image: string): string => {
  const [first = '', ...rest] = image.split('/');
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : 'docker.io';
};
const isUnknownHost = (text: string): boolean => /no such host|server misbehaving|name resolution/i.test(text);
const isFloating = (image: string): boolean => image.endsWith(':latest') || !/:[^/]+$|@/.test(image);

export const imageFailures = knownFailures([
  {
    code: 'image-architecture',
    who: 'application',
    find: (scene) => pull(scene, /no match for platform in manifest|no matching manifest for/i) ?? formatError(scene),
    fatal: 'now',
    cause: ({ message, names }) =>
      /exec format/i.test(message)
        ? `The image ${names.image} starts a program that this node cannot run: it was built for another kind of processor, or is a script without its first line (#!/bin/sh).`
        : `The image ${names.image} was not built for this node's kind of processor (amd64 or arm64).`,
    remedy: (finding) => [
      `Build it for the node: docker build --platform linux/amd64,linux/arm64 -t ${imageOf(finding)} .`,
      'See what the nodes are: kubectl get nodes -L kubernetes.io/arch',
    ],
    means:
      'An image holds programs for one kind of processor, or an index of several. A laptop with an Apple processor builds arm64, most clouds run amd64. Build for the architecture of the nodes (docker build --platform). A start script without #!/bin/sh in its first line fails with the same words.',
    source: 'containerd: "no match for platform in manifest"; Linux execve(2): ENOEXEC',
  },
  {
    code: 'image-unauthorised',
    who: 'registry',
    find: (scene) =>
      pull(
        scene,
        /unauthorized|access denied|denied:|insufficient_scope|403 forbidden|no basic auth|authorization failed/i,
      ),
    fatal: 'again',
    cause: (finding) =>
      `The registry ${hostOf(imageOf(finding))} does not let this cluster pull ${imageOf(finding)}: it wants a login, or there is no such image (many registries answer both alike).`,
    remedy: (finding) => [
      'Check the name of the image first, letter by letter.',
      `If it is private, give the cluster a login: ${kubectl(finding.object, 'create', 'secret', 'docker-registry', 'registry-login', `--docker-server=${hostOf(imageOf(finding))}`, '--docker-username=...')}, and name it in imagePullSecrets.`,
    ],
    means:
      'The cluster pulls images by itself, with its own login, not with the one of your docker. A private image needs a Secret of type docker-registry that the pod names in imagePullSecrets. Docker Hub answers the same for an image that does not exist.',
    source:
      'containerd core/remotes/docker: "pull access denied, repository does not exist or may require authorization"',
  },
  {
    code: 'image-rate-limited',
    who: 'registry',
    find: (scene) => pull(scene, /toomanyrequests|pull rate limit|429 too many/i),
    fatal: { seconds: 60 },
    cause: (finding) =>
      `The registry ${hostOf(imageOf(finding))} gives this address no more images for now: its limit for pulls without a login is reached.`,
    remedy: () => [
      'Give the cluster a login of that registry (imagePullSecrets), or use a mirror.',
      'Or wait: the limit counts by the hour.',
    ],
    means:
      'Registries limit how many images one address may pull without a login. Pulling with a login, from a mirror, or an image that is already on the node gets around it.',
    source: 'docs.docker.com, "Docker Hub usage and limits": toomanyrequests',
  },
  {
    code: 'image-registry-unreachable',
    who: 'cluster',
    find: (scene) =>
      pull(
        scene,
        /no such host|server misbehaving|name resolution|i\/o timeout|tls handshake timeout|connection refused|client\.timeout|unexpected eof|network is unreachable|deadline exceeded/i,
      ),
    fatal: ({ message }) => ({ seconds: isUnknownHost(message) ? 60 : 120 }),
    cause: (finding) =>
      isUnknownHost(finding.message)
        ? `The nodes find no host ${hostOf(imageOf(finding))}: the name in front of the image is misspelt, or their DNS does not work.`
        : `The nodes cannot reach the registry ${hostOf(imageOf(finding))}: a proxy or a firewall is in between, or it is down.`,
    remedy: (finding) => [
      `Check the part in front of the first slash of ${imageOf(finding)}.`,
      'The node pulls, not this machine: a VPN or proxy of this machine does not help it.',
    ],
    means:
      'Images are pulled by the nodes of the cluster. They need DNS and a way to the registry of their own. On Minikube: minikube ssh, then try the host name there.',
    source: 'Go net package texts inside the pull error of the container runtime',
  },
  {
    code: 'image-registry-tls',
    who: 'cluster',
    find: (scene) => pull(scene, /x509:|server gave http response to https/i),
    fatal: 'again',
    cause: (finding) =>
      `The nodes do not trust the registry ${hostOf(imageOf(finding))}: its certificate is unknown to them, or it speaks plain HTTP.`,
    remedy: (finding) => [
      `Teach the runtime of the nodes this registry; on Minikube: minikube start --insecure-registry ${hostOf(imageOf(finding))}`,
    ],
    means:
      'A private registry needs a certificate that the nodes trust, or must be listed as insecure in the configuration of their container runtime.',
    source: 'Go crypto/x509 and net/http texts inside the pull error of the container runtime',
  },
  {
    code: 'image-not-found',
    who: 'recipe',
    find: (scene) => pull(scene, /not found|manifest unknown|name_unknown|does not exist/i),
    fatal: 'again',
    cause: (finding) => `There is no image ${imageOf(finding)} in its registry, or the registry hides it.`,
    remedy: (finding) => [
      `Check name and tag: docker manifest inspect ${imageOf(finding)}`,
      'If you built it on this machine, it must first be loaded into the cluster or pushed to a registry.',
      ...(finding.names.pullPolicy === 'Always' && isFloating(imageOf(finding))
        ? [
            'With the tag "latest" or none the cluster always asks the registry, even when the image is on the node: give it a tag of its own.',
          ]
        : []),
    ],
    means:
      'The registry has no such repository or tag. An image that was built on this machine is not in the cluster by itself: it is loaded (minikube image load, kind load docker-image, k3d image import) or pushed to a registry that the nodes can read.',
    source: 'kubelet pkg/kubelet/images: ErrImagePull; CRI status NotFound; containerd "not found"',
  },
  {
    code: 'image-not-loaded',
    who: 'cluster',
    find: (scene) => refused(scene, ['ErrImageNeverPull']),
    fatal: 'now',
    cause: (finding) => `The image ${imageOf(finding)} is not on the node, and its pull policy is Never.`,
    remedy: (finding) => [
      `Load it: minikube image load ${imageOf(finding)}, kind load docker-image ${imageOf(finding)} or k3d image import ${imageOf(finding)}`,
    ],
    means:
      'With imagePullPolicy Never the node uses only what it has. The image must be loaded into the cluster first, with this very tag.',
    source: 'kubelet pkg/kubelet/images: ErrImageNeverPull',
  },
  {
    code: 'image-name-invalid',
    who: 'recipe',
    find: (scene) => refused(scene, ['InvalidImageName']),
    fatal: 'now',
    cause: (finding) => `"${imageOf(finding)}" cannot be the name of an image.`,
    remedy: () => ['Names have no capital letters and no empty tag; a value of the chart may be empty.'],
    means:
      'The text in the field image does not follow the form host/name:tag: capitals, spaces, or a tag left empty because a value was not set.',
    source: 'kubelet pkg/kubelet/images: InvalidImageName; distribution/reference',
  },
  {
    code: 'image-pull-failed',
    who: 'registry',
    find: (scene) => pull(scene, /./),
    fatal: { seconds: 60 },
    cause: (finding) => `The image ${imageOf(finding)} cannot be pulled.`,
    remedy: (finding) => [kubectl(finding.object, 'describe', 'pod', finding.object.metadata.name)],
    means: 'The container runtime of the node could not fetch the image; the evidence has its own words.',
    source: 'kubelet pkg/kubelet/images: ErrImagePull, ImagePullBackOff',
  },
]);
