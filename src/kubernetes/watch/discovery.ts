import type { Api } from './api.ts';
import type { KindRef } from './cluster-reader.ts';

/** Where the objects of a kind are. */
export interface Resource {
  plural: string;
  isNamespaced: boolean;
  /** Path of the collection; of all namespaces without one. */
  collection(namespace?: string): string;
}

export interface Discovery {
  /** undefined: the cluster has no such kind (now). */
  find(ref: KindRef): Promise<Resource | undefined>;
}

interface ApiResourceList {
  resources?: { name: string; kind: string; namespaced: boolean }[];
}

/** `/apis/GROUP/VERSION` says which plural a kind has; asked once for each group, again for a kind that was not there. */
export function createDiscovery(api: Api): Discovery {
  const known = new Map<string, Promise<Map<string, Resource> | undefined>>();

  const fetchGroup = async (apiVersion: string): Promise<Map<string, Resource> | undefined> => {
    const path = groupPath(apiVersion);
    const list = (await api.json(path, { verb: 'get', resource: path })) as ApiResourceList | undefined;
    return list === undefined ? undefined : resourcesOf(path, list);
  };
  const group = (apiVersion: string) => {
    const found = known.get(apiVersion) ?? fetchGroup(apiVersion);
    known.set(apiVersion, found);
    found.catch(() => known.delete(apiVersion));
    return found;
  };
  return {
    async find({ apiVersion, kind }) {
      const wasKnown = known.has(apiVersion);
      const found = (await group(apiVersion))?.get(kind);
      if (found !== undefined) return found;
      known.delete(apiVersion); // Its CRD may come later.
      if (!wasKnown) return undefined;
      const again = (await group(apiVersion))?.get(kind);
      if (again === undefined) known.delete(apiVersion);
      return again;
    },
  };
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

function resourcesOf(path: string, list: ApiResourceList): Map<string, Resource> {
  const resources = new Map<string, Resource>();
  for (const { name, kind, namespaced } of list.resources ?? []) {
    if (name.includes('/')) continue; // Subresources: pods/log.
    resources.set(kind, {
      plural: name,
      isNamespaced: namespaced,
      collection: (namespace) =>
        namespaced && namespace !== undefined ? `${path}/namespaces/${segment(namespace)}/${name}` : `${path}/${name}`,
    });
  }
  return resources;
}

/** A name as part of a path; names come from recipes and answers too. */
export const segment = encodeURIComponent;
