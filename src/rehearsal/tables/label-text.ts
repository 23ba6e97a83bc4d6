export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
}

/** Labels as `a=1,b=2`, sorted; `<none>` without any (k8s.io/apimachinery/pkg/labels, `FormatLabels`). */
export function labelText(labels: Record<string, string> | null | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? '<none>' : pairs.sort().join(',');
}

/** A label selector as kubectl takes it: `app=web,tier in (a,b)`. Empty for one that selects everything, or nothing. */
export function selectorText(selector: LabelSelector | null | undefined): string {
  const requirements = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => ({
    key,
    text: `${key}=${value}`,
  }));
  for (const { key, operator, values = [] } of selector?.matchExpressions ?? [])
    requirements.push({ key, text: expressionText(key, operator, [...values].sort().join(',')) });
  return requirements
    .sort((one, other) => (one.key < other.key ? -1 : Number(one.key > other.key)))
    .map(({ text }) => text)
    .join(',');
}

/** As `selectorText`, with `<none>` for an empty one (apimachinery, `FormatLabelSelector`). */
export const selectorCell = (selector: LabelSelector | null | undefined) => selectorText(selector) || '<none>';

function expressionText(key: string, operator: string, values: string): string {
  if (operator === 'In') return `${key} in (${values})`;
  if (operator === 'NotIn') return `${key} notin (${values})`;
  return operator === 'DoesNotExist' ? `!${key}` : key;
}
