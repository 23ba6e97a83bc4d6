import { DockerfileError } from './dockerfile-error.ts';

const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const host = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\\[[0-9a-fA-F:]+\\])(?::\\d+)?';
const tag = ':\\w[\\w.-]{0,127}';
const digest = '@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}';
/** github.com/distribution/reference, "Grammar". */
const reference = new RegExp(`^(?:${host}/)?${component}(?:/${component})*(?:${tag})?(?:${digest})?$`);

/** `docker.io/library/node:24` for `node:24`; without a tag `latest`. */
export function fullName(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const name = hasHost ? image : `docker.io/${rest.length === 0 ? 'library/' : ''}${image}`;
  return /@|:[^/]+$/.test(name) ? name : `${name}:latest`;
}

/** Refuses what cannot be the name of an image, in BuildKit's words. */
export function refuseWrongImage(image: string): void {
  const path = fullName(image)
    .replace(/^[^/]+\//, '')
    .replace(/(?::[^/]*)?(?:@.*)?$/, '');
  if (reference.test(image)) return;
  const isUpper = path !== path.toLowerCase() && reference.test(image.replace(path, path.toLowerCase()).toLowerCase());
  throw new DockerfileError(
    `failed to parse stage name ${JSON.stringify(image)}: invalid reference format${isUpper ? `: repository name (${path}) must be lowercase` : ''}`,
    { word: image },
  );
}
