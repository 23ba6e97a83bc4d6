import { parse, type ScalarTag, type Tags } from 'yaml';
import { ToolError } from '../../errors/errors.ts';
import type { KubernetesObject } from '../../kubernetes/objects.ts';
import type { RenderedObject } from './helm.ts';

/** Helm writes it above every document, with the chart's name first. */
const sourceLine = /^# Source: (\S+)/m;

/**
 * The objects of a rendered chart, in its order; lists are taken apart. YAML as Kubernetes reads it (sigs.k8s.io/yaml):
 * version 1.1, in which `yes` is true and `0400` is 256, but without dates and numbers to the base of 60.
 */
export function parseManifest(text: string): RenderedObject[] {
  // A line of three hyphens cannot be inside a value: block scalars are indented.
  return text.split(/^---[ \t]*$/m).flatMap((document) => {
    const source = sourceLine.exec(document)?.[1] ?? '';
    const value: unknown = parseDocument(document, source);
    return value === null || value === undefined ? [] : objectsIn(value).map((object) => ({ object, source }));
  });
}

function objectsIn(value: unknown): KubernetesObject[] {
  const object = value as KubernetesObject;
  return object.kind === 'List' && Array.isArray(object['items']) ? object['items'].flatMap(objectsIn) : [object];
}

const octal: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^0o[0-7]+$/,
  resolve: (text) => Number(text),
};
const kubernetesTags = (tags: Tags): Tags => [
  // Go's ParseInt takes the form of YAML 1.2 too.
  octal,
  ...tags.filter(
    (tag) => typeof tag === 'string' || (tag.tag !== 'tag:yaml.org,2002:timestamp' && tag.format !== 'TIME'),
  ),
];

function parseDocument(document: string, source: string): unknown {
  try {
    return parse(document, { version: '1.1', customTags: kubernetesTags, uniqueKeys: false, logLevel: 'error' });
  } catch (error) {
    throw new ToolError(
      `${source === '' ? 'The manifest' : `The template ${source}`} renders to something that is no YAML`,
      {
        argv: ['helm'],
        status: 0,
        lastLines: [error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)],
        code: 'chart-yaml-invalid',
      },
    );
  }
}
