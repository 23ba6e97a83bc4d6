import type { KubernetesObject } from '../../../src/kubernetes/objects.ts';
import type { Plain } from './answer.ts';
import { byNature, fields, noise, unordered } from './by-nature.ts';
import { byText, order, sorted, sortEvents, sortGenerated, tidy } from './in-order.ts';

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
  /** Of the default StorageClass; it signs its events with the name of its pod. */
  provisioner: string | undefined;
}

/** Letters of generated names: k8s.io/apimachinery/pkg/util/rand. */
const letter = '[bcdfghjklmnpqrstvwxz2456789]';
const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
/** Hash of a pod template or of a controller revision: digits of a number, each as one of these (`SafeEncodeString`). */
const hash = /(?<![\w.])[456789bcdf]{7,10}(?![\w.])/g;
const suffix = new RegExp(String.raw`(?<=[a-z0-9>])-${letter}{5}(?![a-z0-9.-])`, 'g');

/**
 * Takes out of answers what cannot be equal on two clusters by its nature: identity, time, addresses, generated names. One for
 * each run of a scenario: hashes keep their order of appearance, so that references to the old and the new ReplicaSet still compare.
 */
export class Normaliser {
  readonly #hashes = new Map<string, string>();
  readonly #owners = new Map<string, string>();
  readonly #fixed: [RegExp, string][];

  constructor({ namespace, nodes, directory, server, version, provisioner }: RunNames) {
    const exactly = (text: string) => new RegExp(escape(text), 'g');
    this.#fixed = [
      [exactly(directory), '<directory>'],
      [exactly(server.replace(/\/$/, '')), '<server>'],
      [exactly(new URL(server).host), '<server host>'],
      [exactly(namespace), '<namespace>'],
      ...(provisioner === undefined
        ? []
        : [[new RegExp(String.raw`${escape(provisioner)}(_[\w-]+)?`, 'g'), '<provisioner>'] as [RegExp, string]]),
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
    return oldestFirst
      .map((object) => ({
        name: `${object.kind} ${this.text(object.metadata?.name ?? '')}`,
        value: this.value(tidy(object)),
      }))
      .toSorted((one, other) => order(one.name, other.name) || byText(one.value, other.value))
      .map(({ value }) => value);
  }

  /** What a test wants to know of events; how often and when depends on the speed of the machine. */
  events(events: readonly KubernetesObject[]): Plain[] {
    const told = events
      .filter((event) => !noise.test(String(event['message'])))
      .map((event): Plain => {
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
      // How often a rollout is seen half done depends on the speed of the machine.
      .filter((line) => !/^Waiting for .*\.\.\.$/.test(line))
      .map((line) =>
        this.text(line)
          .replace(/(?<=\S) {2,}/g, '  ')
          .trimEnd(),
      );
    while (lines.at(-1) === '') lines.pop();
    return sortEvents(sortGenerated(lines));
  }

  /** What has been counted so far: `reset` forgets what was seen after it, because it was only on its way. */
  mark(): ReadonlyMap<string, string> {
    return new Map(this.#hashes);
  }

  reset(mark: ReadonlyMap<string, string>): void {
    this.#hashes.clear();
    for (const [found, name] of mark) this.#hashes.set(found, name);
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
    if (Array.isArray(value)) {
      const entries = value.map((entry) => this.value(entry));
      return unordered[field]
        ? entries.toSorted((one, other) => order(typeOf(one), typeOf(other)) || byText(one, other))
        : entries;
    }
    if (typeof value !== 'object' || value === null) return value as Plain;
    return Object.fromEntries(
      Object.entries(value)
        .toSorted(([one], [other]) => order(one, other))
        .map(([name, entry]) => [this.text(name), this.value(entry, name)]),
    );
  }

  /** On one line; their order follows the clock. */
  #managed(entry: object): string {
    const { manager, operation, apiVersion, subresource, fieldsV1 } = entry as Record<string, string | undefined>;
    const who = [manager, operation, apiVersion, subresource].filter((word) => word !== undefined).join(' ');
    return this.text(`${who}: ${JSON.stringify(sorted(fieldsV1))}`);
  }
}

const typeOf = (value: Plain) => String((value as { type?: string } | null)?.type);
const createdAt = (object: KubernetesObject) => object.metadata?.creationTimestamp ?? '';
const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
