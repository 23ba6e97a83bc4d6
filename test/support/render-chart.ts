import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from '../../src/kubernetes/objects.ts';
import { Vault } from '../../src/secrets/vault.ts';
import { createRun, type RunCommand } from '../../src/tools/shell/run.ts';
import { kubernetesTools } from './kubernetes-tools.ts';

export interface ChartValues {
  /** Names of files in the chart's folder, besides values.yaml, which Helm takes anyway. */
  files?: string[];
  /** Dotted key to value, as the wizard gives them: texts by --set-string, all else by --set-json. */
  set?: Record<string, unknown>;
}

export interface Chart {
  /** Objects in the order of the output, test pods included. Throws what Helm says; what is no YAML throws too. */
  render(values?: ChartValues): Promise<KubernetesObject[]>;
  /** Warnings count as errors. Throws what Helm says. */
  lint(values?: ChartValues): Promise<void>;
}

/** A chart of this repository, for instance `recipes/todo/chart/backend`, as a release of the given name. */
export function chartAt(folder: string, release: string): Chart {
  const chart = join(import.meta.dirname, '..', '..', folder);
  // Helm must not find a cluster: what is rendered here does not depend on one.
  const run: RunCommand = createRun({ environment: { ...process.env, KUBECONFIG: '/dev/null' }, vault: new Vault() });
  const flags = ({ files = [], set = {} }: ChartValues) => [
    ...files.flatMap((file) => ['--values', join(chart, file)]),
    ...Object.entries(set).flatMap(([key, value]) =>
      typeof value === 'string'
        ? ['--set-string', `${key}=${value.replaceAll(',', String.raw`\,`)}`]
        : ['--set-json', `${key}=${JSON.stringify(value)}`],
    ),
  ];

  return {
    async render(values = {}) {
      const { helm } = await kubernetesTools();
      const { stdout } = await run([helm, 'template', release, chart, '--namespace', 'todo', ...flags(values)]);
      return parseAllDocuments(stdout).map((document) => {
        // Among them a key that is there twice, which Helm lets pass and the API server refuses.
        if (document.errors[0] !== undefined) throw document.errors[0];
        return document.toJS() as KubernetesObject;
      });
    },
    async lint(values = {}) {
      const { helm } = await kubernetesTools();
      await run([helm, 'lint', '--strict', chart, ...flags(values)]);
    },
  };
}

/** The only object of a kind. */
export function theOnly(objects: KubernetesObject[], kind: string): KubernetesObject {
  const found = objects.filter((object) => object.kind === kind);
  if (found.length !== 1 || found[0] === undefined) {
    throw new Error(`${found.length} objects of kind ${kind} among ${objects.map((object) => object.kind).join(', ')}`);
  }
  return found[0];
}

/** Label selectors: `matchLabels` of the parts that charts use. An empty selector would match everything, so it is refused. */
export function selects(
  selector: Record<string, string>,
  object: { metadata: { labels?: Record<string, string> } },
): boolean {
  const wanted = Object.entries(selector);
  if (wanted.length === 0) throw new Error('The selector is empty.');
  return wanted.every(([key, value]) => object.metadata.labels?.[key] === value);
}
