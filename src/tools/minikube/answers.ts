/** One profile of `minikube profile list -o json`, as far as it is used. */
export interface Profile {
  name: string;
  /** `docker`, `kvm2`, `none`. */
  driver: string;
  /** `docker`, `containerd`, `cri-o`. */
  runtime: string;
  /** `1.35.1`. */
  kubernetesVersion: string;
  nodes: number;
}

interface RawProfile {
  Name: string;
  Config?: {
    Driver?: string;
    KubernetesConfig?: { KubernetesVersion?: string; ContainerRuntime?: string };
    Nodes?: unknown[] | null;
  } | null;
}

/** Profiles that Minikube can read; broken ones are in another list of its answer. */
export function parseProfiles(answer: unknown): Profile[] {
  const { valid } = answer as { valid?: RawProfile[] | null };
  return (valid ?? []).map(({ Name, Config }) => ({
    name: Name,
    driver: Config?.Driver ?? '',
    runtime: Config?.KubernetesConfig?.ContainerRuntime ?? '',
    kubernetesVersion: (Config?.KubernetesConfig?.KubernetesVersion ?? '').replace(/^v/, ''),
    nodes: Config?.Nodes?.length ?? 0,
  }));
}

/** One node of `minikube status -o json`: `Running`, `Stopped`, `Paused`, `Nonexistent`, … of each part. */
export interface NodeStatus {
  name: string;
  host: string;
  kubelet: string;
  apiServer: string;
  /** `Configured`, or `Misconfigured` when the kubeconfig has an old address. */
  kubeconfig: string;
  isWorker: boolean;
}

/** An object for one node, an array for several, `null` when the machine of the profile is gone. */
export function parseStatus(answer: unknown): NodeStatus[] {
  const nodes = Array.isArray(answer) ? answer : answer === null ? [] : [answer];
  return nodes.map((node) => {
    const { Name, Host, Kubelet, APIServer, Kubeconfig, Worker } = node as Record<string, string> & {
      Worker?: boolean;
    };
    return {
      name: Name ?? '',
      host: Host ?? '',
      kubelet: Kubelet ?? '',
      apiServer: APIServer ?? '',
      kubeconfig: Kubeconfig ?? '',
      isWorker: Worker ?? false,
    };
  });
}

/** Names with tags of `minikube image ls --format json`. */
export function parseImages(answer: unknown): string[] {
  return ((answer as { repoTags?: string[] | null }[] | null) ?? []).flatMap(({ repoTags }) => repoTags ?? []);
}

export interface MinikubeService {
  namespace: string;
  name: string;
  /** Empty without node port, and where the node cannot be reached from this host. */
  urls: string[];
}

/** `minikube service list -o json`; a cluster without services answers `null`. */
export function parseServices(answer: unknown): MinikubeService[] {
  const services = answer as { Namespace: string; Name: string; URLs?: string[] | null }[] | null;
  return (services ?? []).map(({ Namespace, Name, URLs }) => ({ namespace: Namespace, name: Name, urls: URLs ?? [] }));
}

/** `minikube addons list -o json`; before the first start an addon has no status. */
export function parseAddons(answer: unknown): Record<string, boolean> {
  const addons = answer as Record<string, { Status?: string }>;
  return Object.fromEntries(Object.entries(addons).map(([name, { Status }]) => [name, Status === 'enabled']));
}
