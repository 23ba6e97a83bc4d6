import type { KubernetesObject } from '../../../src/kubernetes/objects.ts';
import type { Plain } from './answer.ts';

/** Names of one run that say nothing about the cluster. */
export interface RunNames {
  namespace: string;
  /** Names of the nodes that run pods. */
  nodes: readonly string[];
  /** Working directory of the clients. */
  directory: string;
  /** URL of the API server. */
  server: string;
  /** `v1.34.10` */
  version: string;
}

/** Letters of generated names: k8s.io/apimachinery/pkg/util/rand. */
const letter = '[bcdfghjklmnpqrstvwxz2456789]';
const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
/** Hash of a pod template or of a controller revision, and what stands before a suffix. */
const hash = new RegExp(String.raw`(?<![\w.])(?=[b-z0-9]*[a-z])(?=[b-z0-9]*\d)${letter}{8,10}(?![\w.])`, 'g');
const suffix = new RegExp(String.raw`(?<=[a-z0-9>])-${letter}{5}(?![\w.-])`, 'g');

/**
 * Takes out of answers what cannot be equal on two clusters by its nature: identity, time, addresses, generated names. One for
 * each run of a scenario: hashes keep their order of appearance, so that references to the old and the new ReplicaSet still compare.
 */
export class Normaliser {
  readonly #hashes = new Map<string, string>();
  readonly #owners = new Map<string, string>();
  readonly #fixed: [RegExp, string][];

  constructor({ namespace, nodes, directory, server, version }: RunNames) {
    const exactly = (text: string) => new RegExp(escape(text), 'g');
    this.#fixed = [
      [exactly(directory), '<directory>'],
      [exactly(server.replace(/\/$/, '')), '<server>'],
      [exactly(new URL(server).host), '<server host>'],
      [exactly(namespace), '<namespace>'],
      [new RegExp(String.raw`${escape(version)}(?![\w.])`, 'g'), version.replace(/\.\d+([-+].*)?$/, '.x')],
      ...nodes.map((node): [RegExp, string] => [
        new RegExp(String.raw`(?<![\w.-])${escape(node)}(?![\w-])`, 'g'),
        '<node>',
      ]),
    ];
  }

  /** Objects of a list: hashes are counted from the oldest object, the result has an order that does not depend on names. */
  objects(objects: readonly KubernetesObject[]): Plain[] {
    const oldestFirst = objects.toSorted((one, other) => order(createdAt(one), createdAt(other)));
    for (const { kind, metadata } of oldestFirst) {
      if (metadata?.uid !== undefined) this.#owners.set(metadata.uid, `${kind} ${this.text(metadata.name)}`);
    }
    return oldestFirst.map((object) => this.value(object)).toSorted(byText);
  }

  /** What a test wants to know of events; how often and when depends on the speed of the machine. */
  events(events: readonly KubernetesObject[]): Plain[] {
    const told = events.map((event): Plain => {
      const about = event['involvedObject'] as { kind: string; name: string; fieldPath?: string };
      return {
        type: String(event['type']),
        reason: String(event['reason']),
        message: this.text(String(event['message'])),
        about: `${about.kind} ${this.text(about.name)}${about.fieldPath === undefined ? '' : ` ${about.fieldPath}`}`,
        from: this.text(String(event['source']?.component ?? '') || String(event['reportingComponent'] ?? '')),
      };
    });
    return [...new Map(told.map((event) => [JSON.stringify(event), event])).values()].toSorted(byText);
  }

  /** What a program printed: one value where it is JSON, else lines. */
  output(text: string): Plain {
    if (/^\s*[{[]/.test(text)) {
      try {
        return this.value(JSON.parse(text));
      } catch {
        // Not JSON after all: `[1] done`, several documents.
      }
    }
    return this.lines(text);
  }

  lines(text: string): string[] {
    const lines = text
      .replace(/\n$/, '')
      .split('\n')
      // The klog lines of client-go tell of hiccups of a watch.
      .filter((line) => !/^[IWE]\d{4} \d\d:/.test(line))
      .map((line) =>
        this.text(line)
          .replace(/(?<=\S) {2,}/g, '  ')
          .trimEnd(),
      );
    while (lines.at(-1) === '') lines.pop();
    return sortGenerated(lines);
  }

  text(text: string): string {
    let result = text;
    for (const [pattern, name] of this.#fixed) result = result.replace(pattern, name);
    for (const [pattern, name] of byNature) result = result.replace(pattern, name);
    return result
      .replace(uuid, (found) => (this.#owners.has(found) ? `<uid of ${this.#owners.get(found)}>` : '<uid>'))
      .replace(hash, (found) => {
        if (!this.#hashes.has(found)) this.#hashes.set(found, `<hash ${this.#hashes.size + 1}>`);
        return this.#hashes.get(found) ?? found;
      })
      .replace(suffix, '-<suffix>');
  }

  value(value: unknown, field = ''): Plain {
    const nature = fields[field];
    if (nature !== undefined && nature.is(value)) return nature.name;
    if (field === 'managedFields') return (value as object[]).map((entry) => this.#managed(entry)).toSorted();
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((entry) => this.value(entry));
    if (typeof value !== 'object' || value === null) return value as Plain;
    return Object.fromEntries(
      Object.entries(value)
        .toSorted(([one], [other]) => order(one, other))
        .map(([name, entry]) => [this.text(name), this.value(entry, name)]),
    );
  }

  /** On one line; their order follows the clock. */
  #managed(entry: object): string {
    const { manager, operation, apiVersion, subresource, fieldsV1 } = entry as Record<string, unknown>;
    const who = [manager, operation, apiVersion, subresource].filter((word) => word !== undefined).join(' ');
    return this.text(`${who}: ${JSON.stringify(sorted(fieldsV1))}`);
  }
}

/** Texts that differ by nature, wherever they stand. */
const byNature: [RegExp, string][] = [
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| [+-]\d{4}( UTC)?|[+-]\d\d:\d\d)/g, '<time>'],
  [/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, '<time>'],
  [/[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}/g, '<time>'],
  [/-----BEGIN CERTIFICATE-----[\s\S]*-----END CERTIFICATE-----\n?/g, '<certificates>'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]+/g, '<token>'],
  [/\b(containerd|docker|cri-o):\/\/[0-9a-f]{64}/g, '$1://<id>'],
  [/sha256:[0-9a-f]{64}/g, 'sha256:<digest>'],
  [/(resourceVersion"?: *)"\d+"/g, '$1"<version>"'],
  [/\b(?!127\.0\.0\.1|0\.0\.0\.0)\d{1,3}(\.\d{1,3}){3}\b/g, '<ip>'],
  [/:3[0-2]\d{3}(?=\/(TCP|UDP))|(?<=NodePort: .* )3[0-2]\d{3}(?=\/(TCP|UDP))/g, ':<node port>'],
  // How long something has been; a back-off is a promise, and stays.
  [/(?<=\s|\()(?<!back-off )(<invalid>|(\d+[smhdy])+)( \(x\d+ over [\w<>]+\))?(?=\s|\)|$)/g, '<age>'],
  [/(?<=-)\d{8}(?=-|$|\W)/g, '<minute>'],
  // Local ports that a client chose.
  [/127\.0\.0\.1:\d+|\[::1\]:\d+/g, '<local>'],
];

const isString = (value: unknown) => typeof value === 'string';

/** Fields that differ by nature, whatever they hold. */
const fields: Record<string, { name: string; is(value: unknown): boolean }> = {
  resourceVersion: { name: '<version>', is: isString },
  nodePort: { name: '<node port>', is: (value) => typeof value === 'number' && value >= 30_000 && value < 32_768 },
  healthCheckNodePort: { name: '<node port>', is: (value) => typeof value === 'number' },
  // The Secret of a helm release: a gzipped JSON with times.
  release: { name: '<release>', is: (value) => isString(value) && String(value).length > 200 },
};

const order = (one: string, other: string) => (one < other ? -1 : Number(one > other));
const byText = (one: Plain, other: Plain) => order(JSON.stringify(one), JSON.stringify(other));
const createdAt = (object: KubernetesObject) => object.metadata?.creationTimestamp ?? '';
const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([one], [other]) => order(one, other))
      .map(([name, entry]) => [name, sorted(entry)]),
  );
}

/** Rows of generated names stand in the order of those names: neighbours are put into the order of the rest. */
function sortGenerated(lines: string[]): string[] {
  const isGenerated = (line: string | undefined) => line !== undefined && /^\S*<(suffix|hash|minute)/.test(line);
  const result: string[] = [];
  for (let from = 0; from < lines.length;) {
    let to = from + 1;
    if (isGenerated(lines[from])) while (isGenerated(lines[to])) to += 1;
    result.push(...lines.slice(from, to).toSorted(order));
    from = to;
  }
  return result;
}
