import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StatusError } from '../../../src/rehearsal/api/status-error.ts';
import type { JsonObject } from '../../../src/rehearsal/objects.ts';
import { canonical } from '../../../src/rehearsal/schema/canonical.ts';
import { messageOfKind } from '../../../src/rehearsal/wire/messages.ts';
import { decodeProtobuf } from '../../../src/rehearsal/wire/protobuf.ts';
import recorded from './bodies.json' with { type: 'json' };

interface Line {
  kind: string;
  base64: string;
  json: JsonObject;
}

const bytes = (base64: string) => Buffer.from(base64, 'base64');
/** Written by record-objects.go. */
const objects = readFileSync(join(import.meta.dirname, 'objects.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Line);

const bodies = recorded.bodies as { command: string; request: string; base64: string; printed?: JsonObject }[];
const printed = bodies.flatMap(({ command, base64, printed: json }) =>
  json === undefined ? [] : [{ command, base64, json }],
);

/** Read as what it says it is. The frame starts with a message of two texts: apiVersion and kind. */
function read(body: Buffer): JsonObject {
  const kindAt = 8 + (body[7] ?? 0);
  const apiVersion = body.subarray(8, kindAt).toString();
  const kind = body.subarray(kindAt + 2, kindAt + 2 + (body[kindAt + 1] ?? 0)).toString();
  const slash = apiVersion.indexOf('/');
  const group = slash === -1 ? '' : apiVersion.slice(0, slash);
  return decodeProtobuf(body, { group, version: apiVersion.slice(slash + 1), kind });
}

const configMap = { group: '', version: 'v1', kind: 'ConfigMap' };

function form(object: JsonObject): JsonObject {
  const { apiVersion, kind } = object as { apiVersion: string; kind: string };
  const ref = messageOfKind(apiVersion, kind)?.ref ?? '';
  return canonical(object, ref);
}

describe('what kubectl sends', () => {
  it.each(printed)('is read as kubectl prints it: $command', ({ base64, json }) => {
    const { metadata, ...rest } = read(bytes(base64));
    // With --dry-run=client the namespace of the context is not filled in for all kinds.
    const { namespace: _, ...meta } = metadata as JsonObject;
    const { metadata: wantedMeta, ...wanted } = form(json);
    const { namespace: __, ...wantedRest } = wantedMeta as JsonObject;
    expect({ ...rest, metadata: meta }).toEqual({ ...wanted, metadata: wantedRest });
  });

  it('has reviews and token requests among it', () => {
    const kindOf = (command: string) =>
      bodies.filter((body) => body.command === command).map(({ base64 }) => read(bytes(base64)));
    expect(kindOf('kubectl auth can-i create deployments.apps --subresource=scale')).toEqual([
      {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        metadata: {},
        spec: {
          resourceAttributes: {
            namespace: 'rh-wire-bodies',
            verb: 'create',
            group: 'apps',
            resource: 'deployments',
            subresource: 'scale',
          },
        },
        status: { allowed: false },
      },
    ]);
    expect(kindOf('kubectl auth can-i --list')[0]).toMatchObject({
      kind: 'SelfSubjectRulesReview',
      spec: { namespace: 'rh-wire-bodies' },
    });
    expect(kindOf('kubectl auth whoami')[0]).toMatchObject({ kind: 'SelfSubjectReview', status: { userInfo: {} } });
    const [token] = kindOf(
      'kubectl create token default --duration=1h --audience=me --bound-object-kind=Secret --bound-object-name=none',
    );
    expect(token).toMatchObject({
      kind: 'TokenRequest',
      spec: { audiences: ['me'], expirationSeconds: 3600, boundObjectRef: { kind: 'Secret', name: 'none' } },
    });
  });
});

describe('what helm sends', () => {
  const sent = (command: string, method: string) =>
    bodies
      .filter((body) => body.command === command && body.request.startsWith(method))
      .map(({ base64 }) => read(bytes(base64)));

  it('is a Secret with its labels and its release', () => {
    const [secret] = sent('helm install tiny ./tiny', 'POST');
    expect(secret).toMatchObject({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'helm.sh/release.v1',
      metadata: {
        name: 'sh.helm.release.v1.tiny.v1',
        labels: { owner: 'helm', status: 'pending-install', version: '1' },
      },
    });
    const { release = '' } = (secret?.['data'] ?? {}) as { release?: string };
    expect(Buffer.from(release, 'base64').toString()).toMatch(/^H4sI/);
  });

  it('is DeleteOptions with the uninstall', () => {
    for (const options of sent('helm uninstall tiny', 'DELETE'))
      expect(options).toEqual({ kind: 'DeleteOptions', apiVersion: 'v1' });
  });
});

describe('every kind', () => {
  it.each(objects)('is read as Go reads it: $kind', ({ base64, json }) => {
    expect(read(bytes(base64))).toEqual(json);
  });

  it('has the form of Go already', () => {
    for (const { json } of objects) expect(form(json)).toEqual(json);
  });
});

describe('malformed bodies', () => {
  const samples = [...objects.map(({ base64 }) => bytes(base64)), ...bodies.map(({ base64 }) => bytes(base64))];

  /** Decoded or refused with 400; anything else fails the test. */
  function attempt(body: Buffer): void {
    try {
      read(body);
    } catch (error) {
      expect(error).toBeInstanceOf(StatusError);
      expect((error as StatusError).code).toBe(400);
    }
  }

  it('are refused wherever they are cut off', () => {
    fc.assert(
      fc.property(fc.constantFrom(...samples), fc.nat(), (sample, at) =>
        attempt(sample.subarray(0, at % sample.length)),
      ),
      { numRuns: 500 },
    );
  });

  it('are refused or read when bits are flipped', () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(fc.constantFrom(...samples), flips, (sample, changes) => {
        const copy = Buffer.from(sample);
        for (const [at, bits] of changes)
          copy[4 + (at % (copy.length - 4))] = (copy[4 + (at % (copy.length - 4))] ?? 0) ^ bits;
        attempt(copy);
      }),
      { numRuns: 1000 },
    );
  });

  it('are refused when they are random', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (tail) => attempt(Buffer.concat([Buffer.from('k8s\0'), tail]))),
      {
        numRuns: 1000,
      },
    );
  });

  it('are refused when a length goes beyond the end', () => {
    const huge = Buffer.from([0x6b, 0x38, 0x73, 0, 0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
    expect(() => decodeProtobuf(huge, configMap)).toThrow('unexpected EOF');
  });

  it('are refused when an integer does not end', () => {
    const endless = Buffer.from([0x6b, 0x38, 0x73, 0, 0x12, ...Array<number>(20).fill(0xff)]);
    expect(() => decodeProtobuf(endless, configMap)).toThrow('integer overflow');
  });

  it('are refused when messages are nested without end', () => {
    const field = (number: number, inner: Buffer) => {
      const length: number[] = [];
      for (let rest = inner.length; ; rest >>>= 7) {
        length.push(rest > 127 ? (rest & 127) | 128 : rest);
        if (rest <= 127) break;
      }
      const tag = (number << 3) | 2;
      return Buffer.concat([
        Buffer.from(tag > 127 ? [(tag & 127) | 128, tag >> 7] : [tag]),
        Buffer.from(length),
        inner,
      ]);
    };
    // `not` of a JSONSchemaProps is its field 28.
    let schema: Buffer = Buffer.alloc(0);
    for (let depth = 0; depth < 5000; depth += 1) schema = field(28, schema);
    const meta = field(
      1,
      Buffer.concat([
        field(1, Buffer.from('apiextensions.k8s.io/v1')),
        field(2, Buffer.from('CustomResourceDefinition')),
      ]),
    );
    const version = field(7, field(4, field(1, schema)));
    const body = Buffer.concat([Buffer.from('k8s\0'), meta, field(2, field(2, version))]);
    expect(() => read(body)).toThrow('nested');
  });

  it('are refused when the kind is not known', () => {
    expect(() => decodeProtobuf(Buffer.from('k8s\0\x0a\x0b\x0a\x02v1\x12\x05Thing', 'latin1'), configMap)).toThrow(
      'no kind "Thing" is registered for version "v1"',
    );
  });

  it('are refused when they are JSON', () => {
    expect(() => decodeProtobuf(Buffer.from('{}'), configMap)).toThrow('does not appear to be a protobuf message');
  });
});
