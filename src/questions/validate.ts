import type { Choice, Question } from './question.ts';

export type Validated = { value: string | number | boolean } | { error: string };

/** Checks that recipes name. Each: text to undefined (right) or what is wrong, in words for the person. */
export const namedChecks: Record<string, (text: string) => string | undefined> = {
  // An Ingress takes names, not addresses (Kubernetes API reference, IngressRule).
  hostname: (text) =>
    /^(?=.{1,253}$)([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\.)*[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text) &&
    !/^[\d.]+$/.test(text)
      ? undefined
      : 'a host name has lower-case letters, digits, hyphens and dots (RFC 1123): app.example.com',
  'kubernetes-name': (text) =>
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)
      ? undefined
      : 'lower-case letters, digits and hyphens, at most 63 (RFC 1123)',
  email: (text) => (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text) ? undefined : 'an e-mail address: name@example.com'),
  url: (text) =>
    URL.canParse(text) && /^https?:/.test(text) ? undefined : 'an address that starts with https:// or http://',
  'postgres-url': postgresUrl,
};

function postgresUrl(text: string): string | undefined {
  if (!/^postgres(ql)?(\+[a-z0-9]+)?:\/\//.test(text)) return 'it starts with postgresql://';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined)
    return 'it cannot be read as a URL; characters like @ and / in the password are written %40 and %2F';
  if (url.hostname === '') return 'the host is missing: postgresql://user:password@host/database';
  if (url.pathname.length < 2) return 'the database is missing: postgresql://user:password@host/database';
  if (url.username === '') return 'the user is missing: postgresql://user:password@host/database';
  return undefined;
}

/** The one validator: what a flag, the environment, an answers file and a prompt say goes through here. */
export function validateAnswer(
  question: Question,
  text: string,
  choices: readonly Choice[] = question.choices ?? [],
): Validated {
  const trimmed = question.type === 'secret' ? text.replace(/[\r\n]+$/, '') : text.trim();
  if (trimmed === '') return question.isOptional === true ? { value: '' } : { error: 'an answer is needed' };
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(trimmed) && question.type !== 'secret')
    return { error: 'it holds a control character' };
  const converted = convert(question, trimmed, choices);
  if ('error' in converted) return converted;
  const wrong = check(question, trimmed);
  return wrong === undefined ? converted : { error: wrong };
}

function convert(question: Question, text: string, choices: readonly Choice[]): Validated {
  switch (question.type) {
    case 'number': {
      // Neither 0x10 nor 1e3 nor digits beyond what a number holds: what is stored is what was written.
      const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
      const isExact = Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value);
      return isExact ? { value } : { error: 'a number is needed, in digits' };
    }
    case 'port': {
      const value = /^\d+$/.test(text) ? Number(text) : NaN;
      // The default range of the API server's --service-node-port-range.
      return Number.isInteger(value) && value >= 30000 && value <= 32767
        ? { value }
        : { error: 'a node port is a number from 30000 to 32767' };
    }
    case 'boolean': {
      if (/^(y|yes|true|on|1)$/i.test(text)) return { value: true };
      return /^(n|no|false|off|0)$/i.test(text) ? { value: false } : { error: 'answer yes or no' };
    }
    case 'choice':
      if (choices.length === 0 || choices.some(({ value }) => value === text)) return { value: text };
      return { error: `one of: ${choices.map(({ value }) => value).join(', ')}` };
    case 'text':
    case 'folder':
    case 'secret':
      return { value: text };
    default:
      return question.type satisfies never;
  }
}

function check({ check: rule }: Question, text: string): string | undefined {
  if (rule === undefined) return undefined;
  if (typeof rule !== 'string') return new RegExp(rule.pattern).test(text) ? undefined : rule.message;
  return namedChecks[rule]?.(text);
}
