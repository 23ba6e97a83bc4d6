import { parseImageName } from './image-name.ts';

/** Manifests of one platform and of several, of OCI and of Docker: a registry hides those that are not asked for. */
const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** Milliseconds. */
const limit = 5000;

/**
 * Whether a registry has the image: HEAD of its manifest (OCI distribution specification, "Checking if content exists").
 * undefined when it does not say so, because it wants a login or does not answer.
 */
export async function registryHasImage(
  request: typeof fetch,
  image: string,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const { registry, repository, tag } = parseImageName(image);
  // The registry behind the name docker.io has another host.
  const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
  const scheme = isOnThisHost(host) ? 'http' : 'https';
  try {
    const answer = await request(`${scheme}://${host}/v2/${repository}/manifests/${encodeURIComponent(tag)}`, {
      method: 'HEAD',
      headers: { accept: manifestTypes },
      signal: AbortSignal.any([signal, AbortSignal.timeout(limit)]),
    });
    if (answer.ok) return true;
    return answer.status === 404 ? false : undefined;
  } catch {
    signal.throwIfAborted();
    return undefined; // The push will say why.
  }
}

/** Docker and container runtimes speak plain HTTP to these without being told. */
function isOnThisHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '');
  return name === 'localhost' || name.endsWith('.localhost') || name.startsWith('127.') || name === '[::1]';
}
