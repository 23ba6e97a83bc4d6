import { ToolError } from '../../errors/errors.ts';
import { labels, managedBy, type KubernetesObject } from '../../kubernetes/objects.ts';
import { jsonOf } from '../capture.ts';
import { explain } from '../problem.ts';
import type { CommandOptions, CommandResult } from '../shell/run.ts';
import { conflictError, parseConflicts, type Conflicts } from './conflicts.ts';
import type { Kubectl } from './kubectl.ts';
import { kubectlProblems } from './problems.ts';

/** The parts of kubectl that applying needs; `write` keeps the output from logs. */
export type ApplyTools = Pick<Kubectl, 'argv' | 'get' | 'write'>;

type Applied = { stored: KubernetesObject[] } | { conflicts: Conflicts };

/**
 * Server-side apply. A field that another manager set is taken over only on objects of ours, where someone edited by
 * hand; on any other object it is a `UserError` that names manager and fields.
 */
export async function applyObjects(
  tools: ApplyTools,
  objects: readonly KubernetesObject[],
  options: CommandOptions = {},
): Promise<KubernetesObject[]> {
  const [object] = objects;
  if (object === undefined) return [];
  const applied = await tryApply(tools, objects, [], options);
  if ('stored' in applied) return applied.stored;
  if (objects.length > 1) {
    // kubectl does not say which object is in conflict: one by one it shows.
    const stored: KubernetesObject[] = [];
    for (const each of objects) stored.push(...(await applyObjects(tools, [each], options)));
    return stored;
  }
  const found = await tools.get(qualifiedKind(object), object.metadata.name, object.metadata.namespace);
  if (!isOurs(found)) throw conflictError(object, applied.conflicts);
  const forced = await tryApply(tools, objects, ['--force-conflicts'], options);
  if ('stored' in forced) return forced.stored;
  throw conflictError(object, forced.conflicts);
}

async function tryApply(
  tools: ApplyTools,
  objects: readonly KubernetesObject[],
  flags: string[],
  options: CommandOptions,
): Promise<Applied> {
  const argv = tools.argv('apply', '--server-side', `--field-manager=${managedBy}`, ...flags, '-f', '-', '-o', 'json');
  const lines: string[] = [];
  const result = await tools.write(argv, {
    timeout: 120,
    ...options,
    stdin: manifestOf(objects),
    // A conflict is told in more lines than an error keeps.
    accept: [1],
    onLine: (line, stream) => {
      lines.push(line);
      options.onLine?.(line, stream);
    },
  });
  if (result.status === 0) return { stored: storedObjects(result) };
  const conflicts = parseConflicts(lines.join('\n'));
  if (conflicts !== undefined) return { conflicts };
  const failure = new ToolError('kubectl apply failed', { argv, status: result.status, lastLines: lines.slice(-20) });
  throw explain(failure, kubectlProblems);
}

/** Made by us: then a field that someone edited by hand is ours to set again. */
export function isOurs(object: KubernetesObject | undefined): boolean {
  return object?.metadata.labels?.[labels.managedBy] === managedBy;
}

/** kubectl prints one object as it is, several as a List. */
function storedObjects(result: CommandResult): KubernetesObject[] {
  const printed = jsonOf(result) as KubernetesObject;
  return printed.kind === 'List' ? (printed['items'] as KubernetesObject[]) : [printed];
}

/** Manifests for stdin: JSON, so that no text can change its meaning. */
export function manifestOf(objects: readonly KubernetesObject[]): string {
  return JSON.stringify(objects.length === 1 ? objects[0] : { apiVersion: 'v1', kind: 'List', items: objects });
}

/** `Deployment.v1.apps`: names of kinds repeat between API groups. */
function qualifiedKind({ apiVersion, kind }: KubernetesObject): string {
  const [group, version] = apiVersion.split('/');
  return version === undefined ? kind : `${kind}.${version}.${group}`;
}
