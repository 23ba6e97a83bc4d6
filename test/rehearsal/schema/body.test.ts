import { describe, expect, it } from 'vitest';
import { StatusError } from '../../../src/rehearsal/api/status-error.ts';
import type { JsonObject } from '../../../src/rehearsal/objects.ts';
import { type Body, readBody } from '../../../src/rehearsal/schema/body.ts';
import { withDefaults } from '../../../src/rehearsal/schema/defaults.ts';
import { messageOfKind } from '../../../src/rehearsal/wire/messages.ts';
import type { Case } from './cases.ts';
import recorded from './answers.json' with { type: 'json' };

type Answer = Case & { code: number; message?: string; warnings: string[]; object?: JsonObject };

const kinds: Record<string, { group: string; version: string; kind: string }> = {
  configmaps: { group: '', version: 'v1', kind: 'ConfigMap' },
  secrets: { group: '', version: 'v1', kind: 'Secret' },
  resourcequotas: { group: '', version: 'v1', kind: 'ResourceQuota' },
  deployments: { group: 'apps', version: 'v1', kind: 'Deployment' },
  leases: { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease' },
};

const wantedOf = ({ path }: Case) => kinds[path.split('/').at(-1) ?? ''] ?? { group: '', version: '', kind: '' };
const answers = (recorded.answers as Answer[]).map((answer) => ({
  ...answer,
  title: `${answer.validation} ${answer.body}`,
}));
const refused = answers.filter(({ code }) => code === 400);
const taken = answers.filter(({ code }) => code !== 400);

function read(answer: Answer): Body {
  return readBody(Buffer.from(answer.body), answer.mediaType, wantedOf(answer), answer.validation);
}

/** Everything of `part` that `whole` has otherwise. */
function missing(part: unknown, whole: unknown, path = ''): string[] {
  if (typeof part !== 'object' || part === null)
    return part === whole ? [] : [`${path}: ${String(part)} for ${String(whole)}`];
  return Object.entries(part).flatMap(([key, value]) =>
    missing(value, (whole as Record<string, unknown> | undefined)?.[key], `${path}.${key}`),
  );
}

describe('a body that the server does not take', () => {
  it.each(refused)('is refused in its words: $title', (answer) => {
    let error: unknown;
    try {
      read(answer);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(StatusError);
    expect((error as StatusError).message).toBe(answer.message);
    expect((error as StatusError).code).toBe(400);
  });
});

describe('a body that the server takes', () => {
  it.each(taken)('is warned of like there, and means what it means there: $title', (answer) => {
    const { object, warnings } = read(answer);
    expect(warnings).toEqual(answer.warnings);
    if (answer.object === undefined) return;
    const { kind, apiVersion, ...rest } = object;
    expect({ kind, apiVersion }).toEqual({ kind: answer.object['kind'], apiVersion: answer.object['apiVersion'] });
    // What Secrets are written with is not what they are read with.
    delete rest['stringData'];
    delete (rest['metadata'] as JsonObject)['deletionTimestamp'];
    const wanted = { ...rest, metadata: withoutTime(rest['metadata'] as JsonObject) };
    expect(missing(wanted, answer.object)).toEqual([]);
  });

  it('has everything that the server adds to the types of its fields', () => {
    for (const answer of taken.filter(({ object }) => object !== undefined && object['kind'] === 'ConfigMap')) {
      const { object } = read(answer);
      const ref = messageOfKind('v1', 'ConfigMap')?.ref ?? '';
      const { metadata: _, ...rest } = withDefaults(object, { type: 'object', ref });
      const { metadata: __, ...wanted } = answer.object ?? {};
      expect(rest).toEqual(wanted);
    }
  });
});

function withoutTime(all: JsonObject): JsonObject {
  const { creationTimestamp: _, ...meta } = all;
  return meta;
}
