/** A name of an image taken apart, as the reference grammar of the distribution specification and Docker's defaults have it. */
export interface ImageName {
  /** `docker.io`, `localhost:5000`. */
  registry: string;
  /** `library/redis`, `acme/backend`. */
  repository: string;
  /** Tag, or digest where there is one: `sha256:…`. */
  reference: string;
}

export function parseImageName(image: string): ImageName {
  const [name = '', digest] = image.split('@', 2);
  const slash = name.indexOf('/');
  const first = name.slice(0, Math.max(slash, 0));
  // What stands before the first slash is a registry only if it looks like a host.
  const hasRegistry = first.includes('.') || first.includes(':') || first === 'localhost';
  const registry = !hasRegistry || first === 'index.docker.io' ? 'docker.io' : first;
  const rest = hasRegistry ? name.slice(slash + 1) : name;
  const colon = rest.lastIndexOf(':');
  const [path, tag] = colon > rest.lastIndexOf('/') ? [rest.slice(0, colon), rest.slice(colon + 1)] : [rest, 'latest'];
  const repository = registry === 'docker.io' && !path.includes('/') ? `library/${path}` : path;
  return { registry, repository, reference: digest ?? tag };
}

/** The full name, under which container runtimes list an image: `docker.io/library/redis:8`. */
export function fullImageName(image: string): string {
  const { registry, repository, reference } = parseImageName(image);
  return `${registry}/${repository}${reference.includes(':') ? '@' : ':'}${reference}`;
}

/** Whether a runtime's list has the image, whichever form of the name it writes. */
export function hasImageNamed(images: readonly string[], image: string): boolean {
  const wanted = fullImageName(image);
  return images.some((name) => fullImageName(name) === wanted);
}

/** The image as it stands in a registry: `localhost:5000` and `todo-backend:1` or `localhost:5000/todo-backend:1`. */
export function inRegistry(registry: string, image: string): string {
  return image.startsWith(`${registry}/`) ? image : `${registry}/${image}`;
}
