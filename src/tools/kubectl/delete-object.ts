import { Bug, ToolError } from '../../errors/errors.ts';
import type { KubernetesObject } from '../../kubernetes/objects.ts';
import type { CommandOptions, CommandResult } from '../shell/run.ts';
import { isOurs } from './apply.ts';

/** What names one object, and which one it was. */
export interface ObjectRef {
  apiVersion: string;
  kind: string;
  name: string;
  namespace?: string;
  uid?: string;
}

/** The parts of kubectl that deleting needs. */
export interface DeleteTools {
  argv(...args: string[]): string[];
  /** GET of a path; undefined for 404. */
  read(path: string): Promise<unknown>;
  write(argv: readonly string[], options?: CommandOptions): Promise<CommandResult>;
}

/** Seconds to wait until the object is gone. */
const patience = 300;

/**
 * Deletes one object if it still is the one that was made, and waits until it and what it owns are gone. kubectl has no
 * flag for a uid, so the request is written by hand: the API server then compares in the same moment in which it deletes.
 */
export async function deleteObject(
  tools: DeleteTools,
  ref: ObjectRef,
  options: CommandOptions = {},
): Promise<'deleted' | 'gone' | 'foreign'> {
  const resource = await resourceOf(tools, ref);
  if (resource === undefined) return 'gone'; // The kind went, and its objects with it.
  const path = objectPath(ref, resource);
  const found = (await tools.read(path)) as KubernetesObject | undefined;
  if (found === undefined) return 'gone';
  const isMeant = ref.uid === undefined ? isOurs(found) : ref.uid === found.metadata.uid;
  if (!isMeant) return 'foreign';

  const body = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    // The object stays until what it owns is gone, so that its end is the end of all.
    propagationPolicy: 'Foreground',
    preconditions: { uid: found.metadata.uid },
  };
  try {
    const { signal, onLine } = options;
    await tools.write(tools.argv('delete', '--raw', path, '-f', '-'), {
      stdin: JSON.stringify(body),
      timeout: 60,
      ...(signal === undefined ? {} : { signal }),
      ...(onLine === undefined ? {} : { onLine }),
    });
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    if (error.code === 'not-found') return 'gone';
    if (error.lastLines.some((line) => line.includes('UID in the precondition'))) return 'foreign';
    throw error;
  }
  await untilGone(tools, ref, resource, options);
  return 'deleted';
}

async function untilGone(tools: DeleteTools, ref: ObjectRef, resource: Resource, options: CommandOptions) {
  const seconds = options.timeout ?? patience;
  const { group, version } = groupVersion(ref.apiVersion);
  const name = group === '' ? `${resource.plural}/${ref.name}` : `${resource.plural}.${version}.${group}/${ref.name}`;
  const place = ref.namespace === undefined ? [] : ['-n', ref.namespace];
  const argv = tools.argv('wait', '--for=delete', name, ...place, `--timeout=${seconds}s`);
  const { signal } = options;
  try {
    await tools.write(argv, { timeout: seconds + 10, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    if (!(error instanceof ToolError) || !/timed out waiting/.test(error.lastLines.join('\n'))) throw error;
    const held = (await tools.read(objectPath(ref, resource))) as KubernetesObject | undefined;
    if (held === undefined) return;
    throw new ToolError(`${ref.kind} ${ref.name} is still there ${seconds} s after it was deleted`, {
      argv,
      status: error.status,
      lastLines: error.lastLines,
      why: whatHolds(held),
      next: ['See what it waits for, then try again.', `kubectl get ${name} ${place.join(' ')} -o yaml`.trimEnd()],
      code: 'deletion-blocked',
    });
  }
}

/** A namespace says it in its conditions, anything else by its finalizers. */
function whatHolds(object: KubernetesObject): string {
  const conditions = (object['status']?.conditions ?? []) as { type: string; status: string; message?: string }[];
  const remaining = conditions.filter(({ type, status }) => type.endsWith('Remaining') && status === 'True');
  if (remaining.length > 0) return remaining.map(({ message }) => message).join(' ');
  const finalizers = object.metadata.finalizers ?? [];
  return finalizers.length > 0 ? `It waits for ${finalizers.join(', ')}.` : 'The cluster has not removed it yet.';
}

interface Resource {
  plural: string;
  isNamespaced: boolean;
}

async function resourceOf(tools: DeleteTools, { apiVersion, kind }: ObjectRef): Promise<Resource | undefined> {
  const { group, version } = groupVersion(apiVersion);
  const found = await tools.read(group === '' ? `/api/${version}` : `/apis/${group}/${version}`);
  const resources = (found as { resources?: { name: string; kind: string; namespaced: boolean }[] } | undefined)
    ?.resources;
  const resource = resources?.find((candidate) => candidate.kind === kind && !candidate.name.includes('/'));
  return resource === undefined ? undefined : { plural: resource.name, isNamespaced: resource.namespaced };
}

function objectPath({ apiVersion, kind, name, namespace }: ObjectRef, { plural, isNamespaced }: Resource): string {
  if (isNamespaced && namespace === undefined) throw new Bug(`${kind} ${name} has a namespace, and it is not told`);
  const { group, version } = groupVersion(apiVersion);
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${base}/${isNamespaced ? `namespaces/${namespace}/` : ''}${plural}/${name}`;
}

function groupVersion(apiVersion: string): { group: string; version: string } {
  const [first = '', second] = apiVersion.split('/');
  return second === undefined ? { group: '', version: first } : { group: first, version: second };
}
