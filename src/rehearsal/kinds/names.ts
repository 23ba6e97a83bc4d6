/**
 * Checks of names, labels and ports (k8s.io/apimachinery/pkg/util/validation). Each returns what is wrong, in the words
 * of the API server; nothing when all is well.
 */
export type NameCheck = (name: string, isPrefix?: boolean) => readonly string[];

const fine: readonly string[] = [];

const atMost = (length: number) => `must be no more than ${length} characters`;
const example = (message: string, pattern: string, ...examples: string[]) =>
  `${message} (e.g. ${examples.map((text) => `'${text}', `).join(' or ')}regex used for validation is '${pattern}')`;

const label1123 = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomain1123 = `${label1123}(\\.${label1123})*`;
const underscored = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const underscoredSubdomain = `${underscored}(\\.${underscored})*`;
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const qualified = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const labelText = `(${qualified})?`;
const wildcard = `\\*\\.${subdomain1123}`;
const configKey = '[-._a-zA-Z0-9]+';
const percent = '[0-9]+%';
const headerName = '[-A-Za-z0-9]+';
const httpPath = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

const whole = (pattern: string) => new RegExp(`^${pattern}$`);
const label1123Expression = whole(label1123);
const subdomain1123Expression = whole(subdomain1123);
const underscoredExpression = whole(underscoredSubdomain);
const label1035Expression = whole(label1035);
const qualifiedExpression = whole(qualified);
const labelTextExpression = whole(labelText);
const wildcardExpression = whole(wildcard);
const configKeyExpression = whole(configKey);
const percentExpression = whole(percent);
const headerNameExpression = whole(headerName);
const httpPathExpression = whole(httpPath);

interface TextRule {
  most?: number;
  expression: RegExp;
  complaint: string;
}

function check(value: string, { most, expression, complaint }: TextRule): readonly string[] {
  const isTooLong = most !== undefined && value.length > most;
  const matches = expression.test(value);
  if (!isTooLong && matches) return fine;
  return [...(isTooLong ? [atMost(most)] : []), ...(matches ? [] : [complaint])];
}

const dnsLabelComplaint = example(
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  label1123,
  'my-name',
  '123-abc',
);
const subdomainRule: TextRule = {
  most: 253,
  expression: subdomain1123Expression,
  complaint: example(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
    subdomain1123,
    'example.com',
  ),
};
const underscoredRule: TextRule = {
  most: 253,
  expression: underscoredExpression,
  complaint: example(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character",
    underscoredSubdomain,
    'example.com',
  ),
};
const label1035Rule: TextRule = {
  most: 63,
  expression: label1035Expression,
  complaint: example(
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
    label1035,
    'my-name',
    'abc-123',
  ),
};
const wildcardRule: TextRule = {
  most: 253,
  expression: wildcardExpression,
  complaint: example(
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    wildcard,
    '*.example.com',
  ),
};
const labelTextRule: TextRule = {
  most: 63,
  expression: labelTextExpression,
  complaint: example(
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    labelText,
    'MyValue',
    'my_value',
    '12345',
  ),
};
const configKeyRule: TextRule = {
  most: 253,
  expression: configKeyExpression,
  complaint: example(
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
    configKey,
    'key.name',
    'KEY_NAME',
    'key-name',
  ),
};
const qualifiedComplaint = example(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  qualified,
  'MyName',
  'my.name',
  '123-abc',
);

/** A name that gets a suffix may end in a dash (`maskTrailingDash` of apimachinery/pkg/api/validation/generic.go). */
const masked = (name: string, isPrefix: boolean) =>
  isPrefix && name.length > 1 && name.endsWith('-') ? `${name.slice(0, -2)}a` : name;

export const dnsSubdomain: NameCheck = (name, isPrefix = false) => check(masked(name, isPrefix), subdomainRule);

export const dnsLabel: NameCheck = (name, isPrefix = false) => {
  const value = masked(name, isPrefix);
  const isLabel = label1123Expression.test(value);
  if (isLabel && value.length <= 63) return fine;
  const complaint = subdomain1123Expression.test(value) ? 'must not contain dots' : dnsLabelComplaint;
  return [...(value.length > 63 ? [atMost(63)] : []), ...(isLabel ? [] : [complaint])];
};

export const dns1035Label: NameCheck = (name, isPrefix = false) => check(masked(name, isPrefix), label1035Rule);

/** Anything that can stand in a path (k8s.io/apimachinery/pkg/api/validation/path). */
export const pathSegment: NameCheck = (name, isPrefix = false) => {
  if (!isPrefix && (name === '.' || name === '..')) return [`may not be '${name}'`];
  return ['/', '%']
    .filter((character) => name.includes(character))
    .map((character) => `may not contain '${character}'`);
};

export const underscoredSubdomainName = (name: string) => check(name, underscoredRule);

export const wildcardSubdomain = (name: string) => check(name, wildcardRule);

export const labelValue = (value: string) => check(value, labelTextRule);

/** `name` or `prefix/name`: keys of labels and annotations, finalizers, resources. */
export function qualifiedName(value: string): readonly string[] {
  const parts = value.split('/');
  if (parts.length > 2)
    return [
      `a qualified name ${qualifiedComplaint} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  const [prefix, name = ''] = parts.length === 2 ? [parts[0] ?? '', parts[1]] : [undefined, parts[0]];
  const errors: string[] = [];
  if (prefix === '') errors.push('prefix part must be non-empty');
  else if (prefix !== undefined) errors.push(...dnsSubdomain(prefix).map((message) => `prefix part ${message}`));
  if (name === '') errors.push('name part must be non-empty');
  else if (name.length > 63) errors.push(`name part ${atMost(63)}`);
  if (!qualifiedExpression.test(name)) errors.push(`name part ${qualifiedComplaint}`);
  return errors.length === 0 ? fine : errors;
}

const dotted = (value: string) =>
  value === '.' || value === '..'
    ? [`must not be '${value}'`]
    : value.startsWith('..')
      ? ["must not start with '..'"]
      : fine;

/** Keys of ConfigMaps and Secrets. */
export function configMapKey(value: string): readonly string[] {
  const errors = check(value, configKeyRule);
  const dots = dotted(value);
  return dots.length === 0 ? errors : [...errors, ...dots];
}

/** Names of environment variables, as 1.34 accepts them. */
export function environmentName(value: string): readonly string[] {
  const errors = value === '' ? ['environment variable name must be non-empty'] : [];
  if (!/^[ -<>-~]*$/.test(value))
    errors.push("a valid environment variable name must consist only of printable ASCII characters other than '='");
  return errors;
}

export const inclusiveRange = (low: number, high: number) => `must be between ${low} and ${high}, inclusive`;

export const portNumber = (port: number) => (port >= 1 && port <= 65_535 ? fine : [inclusiveRange(1, 65_535)]);

/** Users and groups of containers. */
export const identity = (id: number) => (id >= 0 && id <= 2_147_483_647 ? fine : [inclusiveRange(0, 2_147_483_647)]);

export function portName(port: string): readonly string[] {
  const errors: string[] = [];
  if (port.length > 15) errors.push(atMost(15));
  if (!/^[-a-z0-9]+$/.test(port)) errors.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(port)) errors.push('must contain at least one letter (a-z)');
  if (port.includes('--')) errors.push('must not contain consecutive hyphens');
  if (port.startsWith('-') || port.endsWith('-')) errors.push('must not begin or end with a hyphen');
  return errors;
}

export const percentText = (value: string) =>
  percentExpression.test(value)
    ? fine
    : [example("a valid percent string must be a numeric string followed by an ending '%'", percent, '1%', '93%')];

export const httpHeaderName = (value: string) =>
  headerNameExpression.test(value)
    ? fine
    : [example("a valid HTTP header must consist of alphanumeric characters or '-'", headerName, 'X-Header-Name')];

export const isHttpPath = (path: string) => httpPathExpression.test(path);
export const httpPathComplaint = `Invalid path (regex used for validation is '${httpPath}')`;
