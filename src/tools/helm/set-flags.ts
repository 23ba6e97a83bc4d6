import type { ReleaseRequest } from './helm.ts';

/**
 * The flags that give values in Helm's own notation (helm.sh/docs/intro/using_helm, helm/pkg/strvals). Keys are dotted paths;
 * a dot that belongs to a name is written `\.`, a list item `[0]`. Text goes by `--set-string`, whole numbers by `--set`
 * (through JSON, 1000000 would reach a template as 1e+06), all else by `--set-json`.
 */
export function setFlags(set: ReleaseRequest['set']): string[] {
  return Object.entries(set).flatMap(([key, value]) => {
    const name = escapeKey(key);
    if (typeof value === 'string') return ['--set-string', `${name}=${escapeText(value)}`];
    if (typeof value === 'number' && Number.isSafeInteger(value)) return ['--set', `${name}=${value}`];
    return ['--set-json', `${name}=${JSON.stringify(value)}`];
  });
}

/** A key, its `\.` and `[0]` kept, whatever else has a meaning to Helm escaped. */
function escapeKey(key: string): string {
  return key.replace(/\\.|\[\d+\]|[,={}[\]\\]/g, (part) => (/^\\.|^\[\d/.test(part) ? part : `\\${part}`));
}

/** A comma begins the next value, and a brace in front a list: only there, so that `${...}` of a plan stays readable. */
function escapeText(text: string): string {
  return text.replace(/[\\,]|^\{/g, '\\$&');
}
