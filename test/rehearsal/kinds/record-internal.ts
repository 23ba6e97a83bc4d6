import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format } from 'prettier';
import { builtInType } from '../../../src/rehearsal/api/types.ts';
import type { Shape } from '../../../src/rehearsal/api/shape.ts';
import { openApiServer, sourceOf } from './api-server.ts';

/**
 * Records how the API server prints pod templates when it refuses to change one: names, order and empty values of the
 * fields of its internal types, which no schema tells. A Job's template may not change, so a change of one is refused with
 * the whole new template as text; templates of growing depth show every type with everything and with nothing set.
 *
 *     node test/rehearsal/kinds/record-internal.ts
 */
const target = join(import.meta.dirname, '../../../src/rehearsal/kinds/recorded/internal-types.json');
const root = 'core.v1.PodTemplateSpec';
const namespace = 'rh-kinds-internal';
type Value = Record<string, unknown>;
/** Fields of the pod that the internal type keeps in its security context. */
const ofSpec = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers'];

const server = await openApiServer();
const jobs = `/apis/batch/v1/namespaces/${namespace}/jobs`;
await server.send('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
const job = await server.send('POST', `${jobs}`, {
  metadata: { name: 'template' },
  spec: { suspend: true, template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a', image: 'a' }] } } },
});
interface Field {
  go: string;
  json: string;
  zero: unknown;
}
const types: Record<string, Field[]> = {};
const samples: { ref: string; sent: Value; printed: Value }[] = [];
for (let depth = 1; depth <= 9; depth += 1) {
  const sent = filled({ type: 'object', ref: root }, depth) as Value;
  const answer = await server.send('PUT', `${jobs}/template?dryRun=All`, {
    ...job.body,
    metadata: { ...(job.body['metadata'] as Value), resourceVersion: undefined },
    spec: { ...(job.body['spec'] as Value), template: sent },
  });
  const causes =
    (answer.body['details'] as { causes?: { field: string; message: string }[] } | undefined)?.causes ?? [];
  const text = causes.find(
    ({ field, message }) => field === 'spec.template' && message.endsWith(': field is immutable'),
  );
  if (text === undefined) throw new Error(`depth ${depth}: ${JSON.stringify(answer.body).slice(0, 2000)}`);
  const json = text.message.slice('Invalid value: '.length, -': field is immutable'.length);
  collect(root, sent, JSON.parse(json) as Value);
}
await server.send('DELETE', `/api/v1/namespaces/${namespace}`);
server.close();
for (const ref of new Set(samples.map((sample) => sample.ref))) types[ref] = fieldsOf(ref);
const text = JSON.stringify({ source: sourceOf(server, 'test/rehearsal/kinds/record-internal.ts'), types });
await writeFile(target, await format(text, { parser: 'json', printWidth: 120 }));

/** A value of the shape with everything set down to a depth; what lies deeper is left empty. */
function filled(shape: Shape, depth: number): unknown {
  if (shape.type === 'list')
    return shape.items === undefined ? [] : [filled(shape.items, depth), ...second(shape.items, depth)];
  if (shape.type === 'map') return { a: filled(shape.values ?? { type: 'string' }, depth) };
  if (shape.type === 'quantity') return '1';
  if (shape.type === 'int-or-string' || shape.type === 'integer') return 1;
  if (shape.type === 'boolean') return true;
  if (shape.type !== 'object') return shape.enum?.find((value) => value !== '') ?? 'x';
  if (depth === 0) return {};
  return Object.fromEntries(
    Object.entries(builtInType(shape.ref ?? '')?.fields ?? {})
      .filter(([name]) => shape.ref !== 'meta.v1.ObjectMeta' || name === 'labels' || name === 'annotations')
      // Switched off by default in 1.34: the server drops a volume that has it.
      .filter(([name]) => shape.ref !== 'core.v1.Volume' || name !== 'image')
      .map(([name, field]) => [name, filled(field, depth - 1)]),
  );
}

/** One more element with a single field, so that what a default fills in can be told from what is there anyway. */
function second(items: Shape, depth: number): unknown[] {
  if (depth !== 0 || items.ref !== 'core.v1.Volume') return [];
  return [{ name: 'y', secret: {} }];
}

function collect(ref: string, sent: Value, printed: Value): void {
  samples.push({ ref, sent, printed });
  for (const [name, field] of Object.entries(builtInType(ref)?.fields ?? {})) {
    const value = sent[name];
    const shown = printed[Object.keys(printed).find((key) => key.toLowerCase() === name.toLowerCase()) ?? ''];
    if (field.ref === undefined && field.items?.ref === undefined) continue;
    if (field.ref !== undefined && isObject(value) && isObject(shown)) collect(field.ref, value, shown);
    if (field.items?.ref !== undefined && Array.isArray(value) && Array.isArray(shown))
      for (const [index, element] of value.entries()) collect(field.items.ref, element as Value, shown[index] as Value);
  }
}

function fieldsOf(ref: string): Field[] {
  const own = samples.filter((sample) => sample.ref === ref);
  const names = Object.keys(builtInType(ref)?.fields ?? {});
  if (ref === 'core.v1.PodSecurityContext') names.push(...ofSpec);
  const order = own.map(({ printed }) => Object.keys(printed)).sort((one, other) => other.length - one.length)[0] ?? [];
  return order.flatMap((go) => {
    const json = names.find((name) => name.toLowerCase() === go.toLowerCase());
    if (json === undefined) return [];
    const absent = ofSpec.includes(json)
      ? samples
          .filter((sample) => sample.ref === 'core.v1.PodSpec' && sample.sent[json] === undefined)
          .map(({ printed }) => (printed['SecurityContext'] as Value)[go])
      : own.filter(({ sent }) => sent[json] === undefined).map(({ printed }) => printed[go]);
    const zero = absent.includes(null) ? null : absent[0];
    return [{ go, json, zero: zero === undefined ? null : zero }];
  });
}

function isObject(value: unknown): value is Value {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
