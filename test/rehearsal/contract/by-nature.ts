/** Texts that differ by nature, wherever they stand. */
export const byNature: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| [+-]\d{4}( UTC)?|[+-]\d\d:\d\d)/g, '<time>'],
  [/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, '<time>'],
  [/[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}/g, '<time>'],
  [/-----BEGIN CERTIFICATE-----[\s\S]*-----END CERTIFICATE-----\n?/g, '<certificates>'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<token>'],
  [/\b(containerd|docker|cri-o):\/\/[0-9a-f]{64}/g, '$1://<id>'],
  [/Image ID: +\S+/g, 'Image ID: <image id>'],
  [/sha256:[0-9a-f]{64}/g, 'sha256:<digest>'],
  // Whether a node has an image already is its own affair.
  [/Container image "([^"]+)" already present on machine/g, 'Image "$1" is there'],
  [/Successfully pulled image "([^"]+)" in .*? bytes\./g, 'Image "$1" is there'],
  [/(resourceVersion"?: *)"\d+"/g, '$1"<version>"'],
  [/(?<=Resource Version: +)\d+/g, '<version>'],
  [/\b(?!127\.0\.0\.1|0\.0\.0\.0)\d{1,3}(\.\d{1,3}){3}\b/g, '<ip>'],
  [/:3[0-2]\d{3}(?=\/(TCP|UDP))|(?<=NodePort: .* )3[0-2]\d{3}(?=\/(TCP|UDP))/g, ':<node port>'],
  // How long something has been; a back-off is a promise and stays, as thousandths of a processor do.
  [/(?<=^|\s|\()(?<!back-off |cpu:?\s{1,40})(<invalid>|(\d+[smhdy])+)( \(x\d+ over [\w<>]+\))?(?=\s|\)|$)/g, '<age>'],
  [/\b(LIVE|MERGED)-\d+/g, '$1-<number>'],
  [/(?<=-)\d{8}(?=-|$|\W)(?!-[\da-f]{4}-[\da-f]{4}-)/g, '<minute>'],
  // Written by helm: seconds since 1970.
  [/(?<=modifiedAt"?[=:] ?"?)\d{10}\b/g, '<seconds>'],
  [/(?<=Handling connection for )\d+/g, '<port>'],
  // Local ports that a client chose.
  [/127\.0\.0\.1:\d+|\[::1\]:\d+/g, '<local>'],
];

const isString = (value: unknown) => typeof value === 'string';

/** Fields that differ by nature, if they hold what is meant. */
export const fields: Record<string, { name: string; is(value: unknown): boolean }> = {
  modifiedAt: { name: '<seconds>', is: isString },
  // A digest where the image came from a registry; a configuration where it was loaded from a file.
  imageID: { name: '<image id>', is: (value) => isString(value) && value !== '' },
  resourceVersion: { name: '<version>', is: isString },
  nodePort: { name: '<node port>', is: (value) => typeof value === 'number' && value >= 30_000 && value < 32_768 },
  healthCheckNodePort: { name: '<node port>', is: (value) => typeof value === 'number' },
  // The Secret of a helm release: a gzipped JSON with times.
  release: { name: '<release>', is: (value) => isString(value) && String(value).length > 200 },
};

/**
 * Events that depend on the node alone: a kubelet that is slow to see what it mounts says so and tries again, and one that has an
 * image need not pull it. The API server refuses a kubelet for a moment what its pod needs, until it has seen the binding. Texts are combined
 * once there are ten, and how soon that is depends on time.
 */
export const noise =
  /failed to sync (configmap|secret) cache: timed out waiting for the condition|Pulling image "|no relationship found between node |^\(combined from similar events\)/;

/** Lists that are sets or maps by their nature: what stands first depends on the speed of the machine. */
export const unordered: Readonly<Record<string, true>> = {
  conditions: true,
  endpoints: true,
  addresses: true,
  notReadyAddresses: true,
};
