import { describe, expect, it } from 'vitest';
import type { FieldError } from '../../../src/rehearsal/api/status-error.ts';
import type { RuleContext } from '../../../src/rehearsal/kinds/kind-rules.ts';
import type { JsonObject, StoredObject } from '../../../src/rehearsal/objects.ts';
import { decode } from '../../../src/rehearsal/schema/decode.ts';
import { customResourceDefinitionRules as rules } from '../../../src/rehearsal/schema/definition-rules.ts';
import { definitionCases } from './custom-cases.ts';
import recorded from './definition-answers.json' with { type: 'json' };

interface Answer {
  code: number;
  message?: string;
  causes?: { reason: string; message: string; field?: string }[];
}

const context = {} as RuleContext;

/** As a create does it. */
function created(body: string): StoredObject {
  const { object } = decode(JSON.parse(body) as JsonObject, 'apiextensions.v1.CustomResourceDefinition');
  const full = rules.defaults?.(object as unknown as StoredObject) ?? (object as unknown as StoredObject);
  return rules.prepareCreate?.(full, context) ?? full;
}

const errorsOf = (body: string) => rules.validate?.(created(body), context) ?? [];
const inOrder = (errors: readonly { reason: string; message: string; field?: string | undefined }[]) =>
  errors.map(({ reason, message, field }) => `${field}: ${reason} ${message}`).toSorted();
const asCauses = (errors: readonly FieldError[]) =>
  errors.map(({ reason, detail, field }) => ({ reason, message: detail, field }));

const answers = (recorded.answers as Answer[]).map((answer, index) => ({
  ...answer,
  index,
  body: definitionCases[index]?.body ?? '',
}));
/**
 * Left out: what the compiler of CEL says of rules (not compiled here), and schemas printed as the internal type of Go (there
 * the rest of the text is compared).
 */
const isCompiled = ({ message = '' }: Answer) => message.includes('compilation failed');
const withoutDump = (text: string) => text.replace(/Invalid value: \{.*\}: only/, 'Invalid value: only');

describe('a definition', () => {
  it.each(answers.filter(({ code }) => code === 201))('that the server takes is taken ($index)', ({ body }) => {
    expect(errorsOf(body)).toEqual([]);
  });

  it.each(answers.filter((answer) => answer.code === 422 && !isCompiled(answer)))(
    'that is invalid is so for the reasons of the server ($index): $message',
    ({ body, causes = [] }) => {
      expect(inOrder(asCauses(errorsOf(body))).map(withoutDump)).toEqual(inOrder(causes).map(withoutDump));
    },
  );

  it('keeps its group, its plural, and once established its kind and scope', () => {
    const old = created(definitionCases[0]?.body ?? '');
    const established = { ...old, status: { conditions: [{ type: 'Established', status: 'True' }] } };
    const spec = old['spec'] as JsonObject;
    const changed = { ...old, spec: { ...spec, scope: 'Cluster', group: 'other.example.org' } };
    const fields = (before: StoredObject) =>
      (rules.validateUpdate?.(changed, before, context) ?? []).map(({ field }) => field);
    expect(fields(old)).toEqual(['spec.group']);
    expect(fields(established)).toEqual(['spec.scope', 'spec.group']);
  });

  it('remembers the versions that were stored', () => {
    const old = created(definitionCases[0]?.body ?? '');
    const spec = old['spec'] as { versions: JsonObject[] };
    const [version] = spec.versions;
    const changed = {
      ...old,
      spec: {
        ...spec,
        versions: [
          { ...version, storage: false },
          { ...version, name: 'v2' },
        ],
      },
    };
    const after = rules.prepareUpdate?.(changed, old, context);
    expect(after?.['status']).toMatchObject({ storedVersions: ['v1', 'v2'] });
  });

  it('is given its defaults once', () => {
    const once = rules.defaults?.(created(definitionCases[0]?.body ?? '')) as StoredObject;
    expect(rules.defaults?.(once)).toBe(once);
    expect(once['spec']).toMatchObject({ names: { listKind: 'GadgetList' }, conversion: { strategy: 'None' } });
  });
});
