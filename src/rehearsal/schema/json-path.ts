/** One step of a path; undefined values of a slice are the ends of the list. */
type Step =
  | { take: 'field'; name: string }
  | { take: 'all' }
  | { take: 'index'; index: number }
  | { take: 'slice'; start?: number | undefined; end?: number | undefined; by?: number | undefined }
  | { take: 'union'; steps: Step[] }
  | { take: 'filter'; path: Step[]; operator?: string; value?: unknown }
  | { take: 'deep' };

const parsed = new Map<string, Step[] | undefined>();

/**
 * What a JSONPath without braces (`.spec.size`, `.status.conditions[?(@.type=="Ready")].status`) finds in an object, in order:
 * the syntax of k8s.io/client-go/util/jsonpath as columns and scale paths of definitions use it. Nothing for a path that
 * leads nowhere or is none.
 */
export function findByPath(path: string, object: unknown): readonly unknown[] {
  if (!parsed.has(path)) parsed.set(path, parse(path));
  return walk([object], parsed.get(path) ?? [{ take: 'union', steps: [] }]);
}

function walk(values: readonly unknown[], steps: readonly Step[]): readonly unknown[] {
  return steps.reduce<readonly unknown[]>((found, step) => found.flatMap((value) => taken(value, step)), values);
}

function taken(value: unknown, step: Step): readonly unknown[] {
  switch (step.take) {
    case 'field':
      return isRecord(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
    case 'all':
      return Array.isArray(value) ? (value as unknown[]) : isRecord(value) ? Object.values(value) : [];
    case 'index': {
      const items = Array.isArray(value) ? (value as unknown[]) : [];
      const index = step.index < 0 ? items.length + step.index : step.index;
      return index >= 0 && index < items.length ? [items[index]] : [];
    }
    case 'slice':
      return sliced(value, step);
    case 'union':
      return step.steps.flatMap((one) => taken(value, one));
    case 'filter':
      return Array.isArray(value) ? (value as unknown[]).filter((item) => matches(item, step)) : [];
    case 'deep':
      return [
        value,
        ...(isRecord(value) || Array.isArray(value) ? Object.values(value).flatMap((inner) => taken(inner, step)) : []),
      ];
  }
}

function sliced(value: unknown, { start, end, by = 1 }: Extract<Step, { take: 'slice' }>): unknown[] {
  if (!Array.isArray(value) || by <= 0) return [];
  return (value as unknown[]).slice(start ?? 0, end ?? value.length).filter((_, index) => index % by === 0);
}

function matches(item: unknown, { path, operator, value }: Extract<Step, { take: 'filter' }>): boolean {
  const [found] = walk([item], path);
  if (operator === undefined) return found !== undefined;
  if (operator === '==') return found === value;
  if (operator === '!=') return found !== undefined && found !== value;
  if (typeof found !== typeof value || (typeof found !== 'number' && typeof found !== 'string')) return false;
  const [left, right] = [found, value as typeof found];
  return operator === '<'
    ? left < right
    : operator === '<='
      ? left <= right
      : operator === '>'
        ? left > right
        : left >= right;
}

const patterns = {
  deep: /^\.\.(?=[^.])/,
  all: /^(?:\.\*|\[\*\])/,
  field: /^\.((?:\\.|[^.[\\])+)/,
  quoted: /^\[(['"])((?:\\.|(?!\1).)*)\1\]/,
  filter: /^\[\?\(\s*@((?:[^()'"]|'[^']*'|"[^"]*")*)\)\]/,
  range: /^\[(-?\d*):(-?\d*)(?::(-?\d*))?\]/,
  indexes: /^\[(-?\d+(?:,-?\d+)*)\]/,
};

function parse(path: string): Step[] | undefined {
  const steps: Step[] = [];
  let rest = path.replace(/^\$/, '');
  if (rest === '.') return [];
  while (rest !== '') {
    const found = step(rest);
    if (found === undefined) return undefined;
    const [length, one] = found;
    steps.push(one);
    rest = rest.slice(length);
    // After `..` a field follows without its dot.
    if (one.take === 'deep' && !rest.startsWith('[')) rest = `.${rest}`;
  }
  return steps;
}

function step(text: string): [length: number, step: Step] | undefined {
  const match = (name: keyof typeof patterns) => patterns[name].exec(text);
  const deep = match('deep');
  if (deep !== null) return [2, { take: 'deep' }];
  const all = match('all');
  if (all !== null) return [all[0].length, { take: 'all' }];
  const field = match('field');
  if (field !== null) return [field[0].length, { take: 'field', name: unescaped(field[1] ?? '') }];
  const quoted = match('quoted');
  if (quoted !== null) return [quoted[0].length, { take: 'field', name: unescaped(quoted[2] ?? '') }];
  const filter = match('filter');
  if (filter !== null) return filterStep(filter[0].length, filter[1] ?? '');
  const range = match('range');
  if (range !== null) {
    const [start, end, by] = range
      .slice(1)
      .map((part) => (part === undefined || part === '' ? undefined : Number(part)));
    return [range[0].length, { take: 'slice', start, end, by }];
  }
  const indexes = match('indexes');
  if (indexes === null) return undefined;
  const steps = (indexes[1] ?? '').split(',').map((index): Step => ({ take: 'index', index: Number(index) }));
  return [indexes[0].length, steps.length === 1 && steps[0] !== undefined ? steps[0] : { take: 'union', steps }];
}

function filterStep(length: number, text: string): [number, Step] | undefined {
  const [, left = '', operator, right = ''] = /^(.*?)\s*(==|!=|<=|>=|<|>)\s*(.*?)\s*$/.exec(text) ?? [];
  if (operator === undefined) {
    const path = parse(text.trim());
    return path === undefined ? undefined : [length, { take: 'filter', path }];
  }
  const path = parse(left.trim());
  const value = literal(right);
  return path === undefined || value === undefined ? undefined : [length, { take: 'filter', path, operator, value }];
}

function literal(text: string): unknown {
  const quoted = /^(['"])(.*)\1$/.exec(text);
  if (quoted !== null) return quoted[2];
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

const unescaped = (text: string) => text.replace(/\\(.)/g, '$1');

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
