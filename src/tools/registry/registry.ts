import { parseImageName } from './image-name.ts';

/** Manifests of one platform and of several, of OCI and of Docker: a registry hides those that are not asked for. */
const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** Milliseconds for each request. */
const limit = 3000;

/**
 * Whether a registry has the image, asked as anybody: HEAD of its manifest (OCI distribution specification, "Checking if
 * content exists"). undefined: it does not answer, or wants a login that it does not get from here.
 */
export async function registryHasImage(
  request: typeof fetch,
  image: string,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const { registry, repository, reference } = parseImageName(image);
  // The registry behind the name docker.io has another host.
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
  const url = `${isOnThisHost(host) ? 'http' : 'https'}://${host}/v2/${repository}/manifests/${reference}`;
  const head = (token?: string) =>
    request(url, {
      method: 'HEAD',
      headers: { accept: manifestTypes, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      signal: AbortSignal.any([signal, AbortSignal.timeout(limit)]),
    });
  try {
    let answer = await head();
    if (answer.status === 401) {
      const token = await anonymousToken(request, answer, signal);
      if (token === undefined) return undefined;
      answer = await head(token);
    }
    if (answer.ok) return true;
    return answer.status === 404 ? false : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined; // No connection from here; a push or a pull will say why.
  }
}

/** What public registries hand out to anybody (distribution specification, token authentication). */
async function anonymousToken(
  request: typeof fetch,
  refused: Response,
  signal: AbortSignal,
): Promise<string | undefined> {
  const header = refused.headers.get('www-authenticate') ?? '';
  const challenge = new Map([...header.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value ?? '']));
  const realm = challenge.get('realm') ?? '';
  if (!URL.canParse(realm)) return undefined;
  const from = new URL(realm);
  for (const key of ['service', 'scope']) {
    const value = challenge.get(key);
    if (value !== undefined) from.searchParams.set(key, value);
  }
  const answer = await request(from, { signal: AbortSignal.any([signal, AbortSignal.timeout(limit)]) });
  if (!answer.ok) return undefined;
  const { token, access_token: other } = (await answer.json()) as { token?: string; access_token?: string };
  return token ?? other;
}

/** Docker and container runtimes speak plain HTTP to these without being told. */
function isOnThisHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return name === 'localhost' || name.endsWith('.localhost') || name.startsWith('127.') || name === '[::1]';
}
