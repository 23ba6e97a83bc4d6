import { describe, expect, it } from 'vitest';
import type { Resource } from '../../../src/rehearsal/api/resource.ts';
import { type FieldError, StatusError } from '../../../src/rehearsal/api/status-error.ts';
import type { JsonObject } from '../../../src/rehearsal/objects.ts';
import { customDefaults, readCustomBody } from '../../../src/rehearsal/schema/custom-body.ts';
import { customObjectErrors, customStatusErrors } from '../../../src/rehearsal/schema/custom-validation.ts';
import { customResources, type Definition } from '../../../src/rehearsal/schema/structural.ts';
import type { Case } from './cases.ts';
import recorded from './custom-answers.json' with { type: 'json' };
import { gadget } from './gadget.ts';

type Answer = Case & {
  code: number;
  message?: string;
  causes?: { reason: string; message: string; field?: string }[];
  warnings: string[];
  object?: JsonObject;
};

const resource = customResources(gadget as unknown as Definition)[0] as Resource;
const answers = (recorded.answers as Answer[]).map((answer) => ({
  ...answer,
  title: `${answer.validation} ${answer.body.slice(68)}`,
}));
// Names of objects are checked for all kinds, elsewhere.
const invalid = answers.filter(({ code, body }) => code === 422 && !body.includes('Bad_Name'));

const read = ({ body, mediaType, validation }: Answer) =>
  readCustomBody(Buffer.from(body), mediaType, resource, validation);
/** As a create does it, but for what the server sets; with status, which a create drops before it looks. */
function created(answer: Answer): JsonObject {
  const { status: _, ...object } = read(answer).object;
  return customDefaults(object, resource);
}

const inOrder = (errors: readonly { field?: string | undefined }[]) =>
  errors.map((error) => JSON.stringify(error)).toSorted();
const asCauses = (errors: readonly FieldError[]) =>
  errors.map(({ reason, detail, field }) => ({ reason, message: detail, field }));

describe('the body of a custom object', () => {
  it.each(answers.filter(({ code }) => code === 400))('is refused in the words of the server: $title', (answer) => {
    let error: unknown;
    try {
      read(answer);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(StatusError);
    expect((error as StatusError).message).toBe(answer.message);
  });

  it.each(answers.filter(({ object }) => object !== undefined))('becomes what it becomes there: $title', (answer) => {
    expect(read(answer).warnings).toEqual(answer.warnings);
    const object = created(answer);
    expect(customObjectErrors(object, resource)).toEqual([]);
    const { metadata, ...wanted } = answer.object ?? {};
    expect({ ...object, metadata: undefined }).toEqual({ ...wanted, metadata: undefined });
    expect(metadata).toMatchObject(object['metadata'] as JsonObject);
  });
});

describe('a custom object that is invalid', () => {
  it.each(invalid)('is so for the reasons of the server: $title', (answer) => {
    const errors = customObjectErrors(created(answer), resource);
    expect(inOrder(asCauses(errors))).toEqual(inOrder(answer.causes ?? []));
  });
});

describe('a change of a custom object', () => {
  const object = (spec: JsonObject, status?: JsonObject): JsonObject => ({
    apiVersion: 'rh-schema.example.org/v1',
    kind: 'Gadget',
    metadata: { name: 'x' },
    spec: { size: 2, ...spec },
    ...(status === undefined ? {} : { status }),
  });
  const details = (errors: FieldError[]) => errors.map(({ field, detail }) => `${field}: ${detail}`);

  it('is held to rules about what was before', () => {
    const errors = customObjectErrors(object({ locked: 'b' }), resource, { old: object({ locked: 'a' }) });
    expect(details(errors)).toEqual(['spec.locked: Invalid value: "string": is immutable']);
    expect(customObjectErrors(object({ locked: 'b' }), resource, { old: object({}) })).toEqual([]);
  });

  it('is not refused for what was wrong before and stays', () => {
    const old = object({ name: 'TOO LONG', range: { from: 3, to: 2 } });
    expect(
      customObjectErrors(object({ name: 'TOO LONG', range: { from: 3, to: 2 }, level: 1 }), resource, { old }),
    ).toEqual([]);
    expect(details(customObjectErrors(object({ name: 'OTHER' }), resource, { old }))).toEqual([
      `spec.name: Invalid value: "OTHER": spec.name in body should match '^[a-z]+$'`,
    ]);
  });

  it('is checked in its status alone when that is written', () => {
    const old = object({ name: 'WRONG' });
    expect(details(customStatusErrors(object({ name: 'WRONG' }, { phase: 'Broken' }), resource, old))).toContain(
      'status.phase: Unsupported value: "Broken": supported values: "On", "Off"',
    );
    expect(customStatusErrors(object({ name: 'WRONG' }, { phase: 'On' }), resource, old)).toEqual([]);
  });
});
