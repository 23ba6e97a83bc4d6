import type { Refusal } from '../node/scheduling/filters.ts';

const failed = (code: string, image: string, why: string) =>
  `rpc error: code = ${code} desc = failed to pull and unpack image "${image}": failed to resolve image: ${why}`;

/** What containerd 2.2.9 says of an image that it cannot resolve, by the part WHY of `image-pull`. */
export const pullErrors: Readonly<Record<string, (image: string) => string>> = {
  // Through a kubelet, from a registry that does not have it.
  'not-found': (image) => failed('NotFound', image, `${image}: not found`),
  // From a registry whose token does not cover the repository (401, insufficient_scope).
  unauthorised: (image) =>
    failed(
      'Unknown',
      image,
      'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
    ),
  // From a registry that answers 429 to the request for the manifest.
  'rate-limit': (image) =>
    failed('Unknown', image, `unexpected status from HEAD request to ${manifestUrl(image)}: 429 Too Many Requests`),
};

function manifestUrl(image: string): string {
  const [, host = '', repository = '', reference = 'latest'] =
    /^([^/]+)\/(.*?)(?:@|:(?=[^/:]*$))(.*)$/.exec(image) ?? [];
  return `https://${host === 'docker.io' ? 'registry-1.docker.io' : host}/v2/${repository}/manifests/${reference}`;
}

/** What each node says to a pod that is to stay unscheduled, by the part WHY of `unschedulable`. */
export const refusals: Readonly<Record<string, Refusal>> = {
  cpu: { reasons: ['Insufficient cpu'], isFinal: false },
  memory: { reasons: ['Insufficient memory'], isFinal: false },
  taint: { reasons: ['node(s) had untolerated taint(s)'], isFinal: true },
  selector: { reasons: ["node(s) didn't match Pod's node affinity/selector"], isFinal: true },
};
