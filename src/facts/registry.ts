/** Registry, repository and tag or digest of an image reference (distribution specification, reference grammar). */
export function parseImage(image: string): { registry: string; repository: string; reference: string } {
  const [name = '', digest] = image.split('@', 2);
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  const isHost = slash > 0 && (first.includes('.') || first.includes(':') || first === 'localhost');
  const isHub = !isHost || first === 'docker.io' || first === 'index.docker.io';
  const registry = isHub ? 'registry-1.docker.io' : first;
  const path = isHost ? name.slice(slash + 1) : name;
  const colon = path.lastIndexOf(':');
  const repository = colon < 0 ? path : path.slice(0, colon);
  return {
    registry,
    repository: isHub && !repository.includes('/') ? `library/${repository}` : repository,
    reference: digest ?? (colon < 0 ? 'latest' : path.slice(colon + 1)),
  };
}

const milliseconds = 3000;
const accepted = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/**
 * Whether a registry has an image, asked as anybody: HEAD of its manifest (distribution specification). undefined: no
 * answer, or it wants a login that only the nodes have.
 */
export async function imageAnswer(image: string): Promise<boolean | undefined> {
  const { registry, repository, reference } = parseImage(image);
  const scheme = /^(localhost|127\.|\[::1\])/.test(registry) ? 'http' : 'https';
  const url = `${scheme}://${registry}/v2/${repository}/manifests/${reference}`;
  try {
    const first = await head(url);
    const answer = first.status === 401 ? await withToken(url, first) : first;
    if (answer?.ok === true) return true;
    return answer?.status === 404 ? false : undefined;
  } catch {
    return undefined; // No connection to the registry from here says nothing about the nodes.
  }
}

function head(url: string, token?: string): Promise<Response> {
  return fetch(url, {
    method: 'HEAD',
    headers: { accept: accepted, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    signal: AbortSignal.timeout(milliseconds),
  });
}

/** The anonymous token that public registries hand out (distribution specification, token authentication). */
async function withToken(url: string, refused: Response): Promise<Response | undefined> {
  const challenge = Object.fromEntries(
    [...(refused.headers.get('www-authenticate') ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [
      key,
      value,
    ]),
  );
  const { realm, service, scope } = challenge as Record<string, string | undefined>;
  if (realm === undefined || !URL.canParse(realm)) return undefined;
  const from = new URL(realm);
  if (service !== undefined) from.searchParams.set('service', service);
  if (scope !== undefined) from.searchParams.set('scope', scope);
  const answer = await fetch(from, { signal: AbortSignal.timeout(milliseconds) });
  if (!answer.ok) return undefined;
  const { token, access_token: other } = (await answer.json()) as { token?: string; access_token?: string };
  return head(url, token ?? other);
}
