import { badRequest } from '../api/status-error.ts';

/** `metav1.LabelSelector`; an empty one matches everything. */
export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'; values?: string[] }[];
}

type Labels = Readonly<Record<string, string>>;

export function matchesSelector(selector: LabelSelector, labels: Labels): boolean {
  return (
    Object.entries(selector.matchLabels ?? {}).every(([name, value]) => labels[name] === value) &&
    (selector.matchExpressions ?? []).every((requirement) => meets(labels[requirement.key], requirement))
  );
}

/** A requirement of `metav1.LabelSelector` or, with Gt and Lt as well, of `core/v1.NodeSelectorTerm`. */
export interface SelectorRequirement {
  key: string;
  operator: string;
  values?: readonly string[];
}

/** Whether a value, or its absence, meets a requirement; an operator that there is not is never met. */
export function meets(value: string | undefined, { operator, values = [] }: SelectorRequirement): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && wholeNumber(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && wholeNumber(value) < Number(values[0]);
    default:
      return false;
  }
}

/** As strconv.ParseInt reads it, by which labels are compared: anything else is smaller and larger than nothing. */
const wholeNumber = (text: string) => (/^[+-]?\d+$/.test(text) ? Number(text) : NaN);

/** One requirement of a selector that came as text. */
type Requirement = (labels: Labels) => boolean;

/**
 * Reads a label selector as a query carries it: `app=web,tier!=cache,env in (a,b),!legacy` (apimachinery/pkg/labels).
 * Throws 400 with the parser's words.
 */
export function parseLabelSelector(text: string): (labels: Labels) => boolean {
  const requirements = splitRequirements(text).map((part) => requirementOf(part, text));
  return (labels) => requirements.every((requirement) => requirement(labels));
}

/** Commas inside parentheses belong to a set. */
function splitRequirements(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

const name = String.raw`(?:[A-Za-z0-9](?:[-A-Za-z0-9.]*[A-Za-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?`;
const forms: { pattern: RegExp; requirement: (key: string, values: string) => Requirement }[] = [
  { pattern: new RegExp(`^(${name})$`), requirement: (key) => (labels) => labels[key] !== undefined },
  { pattern: new RegExp(`^!\\s*(${name})$`), requirement: (key) => (labels) => labels[key] === undefined },
  {
    pattern: new RegExp(`^(${name})\\s*==?\\s*([-A-Za-z0-9_.]*)$`),
    requirement: (key, value) => (labels) => labels[key] === value,
  },
  {
    pattern: new RegExp(`^(${name})\\s*!=\\s*([-A-Za-z0-9_.]*)$`),
    requirement: (key, value) => (labels) => labels[key] !== value,
  },
  {
    pattern: new RegExp(`^(${name})\\s+in\\s*\\(([^()]*)\\)$`),
    requirement: (key, values) => (labels) => labels[key] !== undefined && setOf(values).has(labels[key]),
  },
  {
    pattern: new RegExp(`^(${name})\\s+notin\\s*\\(([^()]*)\\)$`),
    requirement: (key, values) => (labels) => labels[key] === undefined || !setOf(values).has(labels[key]),
  },
  {
    pattern: new RegExp(`^(${name})\\s*>\\s*(-?\\d+)$`),
    requirement: (key, value) => (labels) => Number(labels[key]) > Number(value),
  },
  {
    pattern: new RegExp(`^(${name})\\s*<\\s*(-?\\d+)$`),
    requirement: (key, value) => (labels) => Number(labels[key]) < Number(value),
  },
];

const setOf = (values: string) => new Set(values.split(',').map((value) => value.trim()));

function requirementOf(part: string, text: string): Requirement {
  for (const { pattern, requirement } of forms) {
    const match = pattern.exec(part);
    if (match !== null) return requirement(match[1] ?? '', match[2] ?? '');
  }
  const second = /^[^\s!=<>]+\s+([^\s,()]+)/.exec(part)?.[1];
  throw badRequest(
    second === undefined
      ? `unable to parse requirement: found '${part}', in selector "${text}"`
      : `unable to parse requirement: found '${second}', expected: in, notin, =, ==, !=, gt, lt`,
  );
}

/** One term of a field selector. */
export interface FieldTerm {
  field: string;
  isEqual: boolean;
  value: string;
}

/** `status.phase!=Running,spec.nodeName=node-1` (apimachinery/pkg/fields). Backslashes escape `,`, `=` and `\`. */
export function parseFieldSelector(text: string): FieldTerm[] {
  return splitTerms(text).map((part) => {
    const match = /^((?:[^=!\\]|\\.)*)(==|!=|=)((?:[^\\]|\\.)*)$/s.exec(part);
    if (match === null) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`);
    const [, field = '', operator, value = ''] = match;
    return { field: field.trim(), isEqual: operator !== '!=', value: value.replace(/\\(.)/gs, '$1') };
  });
}

function splitTerms(text: string): string[] {
  return text.split(/(?<!\\),/).filter((part) => part !== '');
}
