import recorded from './recorded/resources.json' with { type: 'json' };
import { apiVersionOf, type Resource } from './resource.ts';
import { builtInShape } from './types.ts';

/** Two APIs of one storage: an object written through one is read through the other. */
const sharedStorage: Record<string, string> = { 'events.k8s.io/events': '/events' };

/** Groups in the order in which discovery lists them, each with its versions, the preferred one first. */
export interface Group {
  group: string;
  versions: string[];
}

/** Which resources the server has: the built-in ones, as recorded from a real server, and those of established definitions. */
export class Registry {
  readonly #byPath = new Map<string, Resource>();
  readonly #byKind = new Map<string, Resource>();
  /** Built-in resources, in the version in which they are kept: the one that claimed the storage first. */
  readonly #byStorage = new Map<string, Resource>();
  readonly #custom = new Map<string, readonly Resource[]>();
  #groups: Group[] | undefined;

  constructor() {
    for (const { group, versions } of recorded.groups)
      for (const { version, resources } of versions)
        for (const { name, namespaced, ...rest } of resources) {
          const storage = `${group}/${name}`;
          const shape = builtInShape(apiVersionOf({ group, version }), rest.kind) ?? { type: 'any' as const };
          this.#add({
            group,
            version,
            kind: rest.kind,
            plural: name,
            singular: rest.singular,
            shortNames: rest.shortNames,
            categories: rest.categories,
            isNamespaced: namespaced,
            verbs: rest.verbs,
            subresources: rest.subresources,
            storage: sharedStorage[storage] ?? storage,
            shape,
          });
        }
  }

  /** `find('apps', 'v1', 'deployments')` */
  find(group: string, version: string, plural: string): Resource | undefined {
    return this.#byPath.get(`${group}/${version}/${plural}`);
  }

  /** `ofKind('apps/v1 Deployment')` */
  ofKind(kind: string): Resource | undefined {
    return this.#byKind.get(kind);
  }

  /** The resource in the version in which its objects are kept. */
  stored(resource: Resource): Resource {
    return this.#byStorage.get(resource.storage) ?? resource;
  }

  all(): Iterable<Resource> {
    return this.#byPath.values();
  }

  groups(): readonly Group[] {
    this.#groups ??= groupsOf([...this.all()]);
    return this.#groups;
  }

  /** The resources of a definition, one for each served version; replaces what it had before. */
  define(definition: string, resources: readonly Resource[]): void {
    this.forget(definition);
    this.#custom.set(definition, resources);
    for (const resource of resources) this.#add(resource);
    this.#groups = undefined;
  }

  forget(definition: string): void {
    for (const resource of this.#custom.get(definition) ?? []) {
      this.#byPath.delete(pathOf(resource));
      this.#byKind.delete(kindOf(resource));
    }
    this.#custom.delete(definition);
    this.#groups = undefined;
  }

  #add(resource: Resource): void {
    this.#byPath.set(pathOf(resource), resource);
    if (resource.custom === undefined && !this.#byStorage.has(resource.storage))
      this.#byStorage.set(resource.storage, resource);
    // `bindings` and the like share a kind with nothing that is stored; the first one that can be read names the kind.
    if (!this.#byKind.has(kindOf(resource)) || resource.verbs.includes('get'))
      this.#byKind.set(kindOf(resource), resource);
  }
}

const pathOf = ({ group, version, plural }: Resource) => `${group}/${version}/${plural}`;
const kindOf = (resource: Resource) => `${apiVersionOf(resource)} ${resource.kind}`;

function groupsOf(resources: readonly Resource[]): Group[] {
  const groups = new Map<string, Set<string>>();
  for (const { group, version } of resources) {
    const versions = groups.get(group) ?? new Set();
    groups.set(group, versions.add(version));
  }
  return [...groups].map(([group, versions]) => ({ group, versions: [...versions].sort(byPriority) }));
}

/**
 * The order of versions of one group (apimachinery `version.CompareKubeAwareVersionStrings`): v2, v1, v1beta2, v1alpha1,
 * then the others by name.
 */
export function byPriority(one: string, other: string): number {
  const [left, right] = [one, other].map((text) => /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(text));
  if (left === undefined || right === undefined || left === null || right === null)
    return left === right ? one.localeCompare(other) : left === null ? 1 : -1;
  const stability = (match: RegExpExecArray) => (match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0);
  return (
    stability(right) - stability(left) ||
    Number(right[1]) - Number(left[1]) ||
    Number(right[3] ?? 0) - Number(left[3] ?? 0)
  );
}
