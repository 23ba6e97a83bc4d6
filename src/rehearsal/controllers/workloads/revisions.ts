import type { StoredObject } from '../../objects.ts';
import { isEqual } from '../../store/equal.ts';
import type { Client } from '../client.ts';
import { controlledBy, controllerReference } from '../owners.ts';
import type { PodTemplate } from '../pods.ts';
import { templateHash } from './template-hash.ts';

/** How a kind keeps earlier templates as ControllerRevisions (pkg/controller/history). */
interface Keeping {
  /** Label of the revision that holds its hash. */
  hashLabel: string;
  /** Annotations that a new revision is given. */
  annotations: Record<string, string> | undefined;
}

const revisionNumber = (revision: StoredObject) => (revision['revision'] as number | undefined) ?? 0;
export const templateOf = (revision: StoredObject) =>
  (revision['data'] as { spec: { template: PodTemplate & { $patch?: string } } }).spec.template;

const byNumber = (one: StoredObject, other: StoredObject) =>
  revisionNumber(one) - revisionNumber(other) || (one.metadata.name < other.metadata.name ? -1 : 1);

/** The revisions of a workload, oldest first. */
export const revisionsOf = (client: Client, owner: StoredObject): StoredObject[] =>
  controlledBy(client, owner, 'ControllerRevision').sort(byNumber);

/**
 * The revision that holds the template of the workload: the latest, an earlier one that becomes the latest again, or a
 * new one. Says the collision count that it took to find a name.
 */
export function currentRevision(
  client: Client,
  owner: StoredObject,
  template: PodTemplate,
  keeping: Keeping,
  collisionCount: number | undefined,
): { revision: StoredObject; collisionCount: number | undefined } {
  const revisions = revisionsOf(client, owner);
  const data = { spec: { template: { ...template, $patch: 'replace' } } };
  const equal = revisions.filter((revision) => isEqual(revision['data'], data)).at(-1);
  const last = revisions.at(-1);
  const next = (last === undefined ? 0 : revisionNumber(last)) + 1;
  if (equal !== undefined)
    return { revision: equal === last ? equal : client.update({ ...equal, revision: next }), collisionCount };
  for (let collisions = collisionCount; ; collisions = (collisions ?? 0) + 1) {
    const hash = templateHash(data, collisions);
    const name = `${owner.metadata.name.slice(0, 223)}-${hash}`;
    const { namespace } = owner.metadata;
    const other = client.get('apps/v1 ControllerRevision', namespace, name);
    if (other !== undefined && isEqual(other['data'], data)) return { revision: other, collisionCount: collisions };
    if (other !== undefined) continue;
    const revision = client.create({
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name,
        ...(namespace === undefined ? {} : { namespace }),
        labels: { ...template.metadata?.labels, [keeping.hashLabel]: hash },
        ...(keeping.annotations === undefined ? {} : { annotations: keeping.annotations }),
        ownerReferences: [controllerReference(owner)],
      },
      data,
      revision: next,
    });
    return { revision, collisionCount: collisions };
  }
}

/** Deletes the oldest revisions that nobody uses, beyond the limit. */
export function truncateHistory(client: Client, owner: StoredObject, used: ReadonlySet<string>, limit: number): void {
  const unused = revisionsOf(client, owner).filter(({ metadata }) => !used.has(metadata.name));
  for (const revision of unused.slice(0, Math.max(0, unused.length - limit))) client.delete(revision);
}
