import type { KubernetesObject } from '../kubernetes/objects.ts';
import { ForbiddenError } from '../errors/errors.ts';
import type { ClusterReader } from '../kubernetes/watch/cluster-reader.ts';
import { paramText, type Plan, type StepId } from '../plan/plan.ts';
import { needsOf, type Need } from '../plan/preflight/needs.ts';
import type { ExistingObjects } from '../plan/preflight/reference-check.ts';
import type { RenderedObject } from '../tools/helm/helm.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import { registryHasImage } from '../tools/registry/registry.ts';

export interface ExistingRequest {
  plan: Plan;
  rendered: Record<StepId, RenderedObject[]>;
  reader: ClusterReader;
  facts: ClusterFacts | undefined;
}

/** Looks up whatever the rendered objects need and the plan does not make, all at once, so that the check itself is pure. */
export async function existingObjects({ plan, rendered, reader, facts }: ExistingRequest): Promise<ExistingObjects> {
  const objects = Object.entries(rendered).flatMap(([step, list]) => {
    const namespace = paramText(plan.steps.find(({ id }) => id === step)?.params ?? {}, 'namespace', plan.namespace);
    return list.map(({ object }) => ({ object, namespace }));
  });
  const needs = objects.flatMap(({ object, namespace }) => needsOf(object, namespace));
  const [found, images, kinds] = await Promise.all([
    lookUp(needs, reader),
    lookUpImages(needs, plan, reader),
    servedKinds(
      objects.map(({ object }) => object),
      reader,
    ),
  ]);
  return {
    keysOf: (kind, namespace, name) => {
      const object = found.get(`${kind} ${namespace} ${name}`);
      if (object === undefined) return undefined;
      return object === null
        ? null
        : Object.keys({ ...(object['data'] as object), ...(object['binaryData'] as object) });
    },
    has: (kind, namespace, name) => {
      const object = found.get(`${kind} ${namespace} ${name}`);
      return object === undefined ? undefined : object !== null;
    },
    storageClasses: facts?.storageClasses?.map((object) => ({
      name: object.metadata.name,
      isDefault: hasTrue(object, 'storageclass.kubernetes.io/is-default-class'),
    })),
    ingressClasses: facts?.ingressClasses?.map((object) => ({
      name: object.metadata.name,
      isDefault: hasTrue(object, 'ingressclass.kubernetes.io/is-default-class'),
    })),
    servesKind: (apiVersion, kind) => kinds.get(`${apiVersion} ${kind}`),
    hasImage: (image) => images.get(image),
    nodePorts: facts?.nodePorts,
  };
}

function hasTrue({ metadata: { annotations = {} } }: KubernetesObject, name: string): boolean {
  return annotations[name] === 'true';
}

/** By `kind namespace name`: the object, null for none, absent when it may not be read. */
async function lookUp(needs: Need[], reader: ClusterReader): Promise<Map<string, KubernetesObject | null>> {
  const named = new Map(
    needs.flatMap(({ kind, name, namespace }) =>
      ['Secret', 'ConfigMap', 'ServiceAccount', 'PersistentVolumeClaim', 'Service'].includes(kind)
        ? [[`${kind} ${namespace} ${name}`, { kind, name, namespace }] as const]
        : [],
    ),
  );
  const found = await Promise.all(
    [...named].map(async ([key, { kind, name, namespace }]): Promise<[string, KubernetesObject | null][]> => {
      try {
        return [[key, (await reader.get({ apiVersion: 'v1', kind }, name, namespace)) ?? null]];
      } catch (error) {
        if (error instanceof ForbiddenError) return []; // No right to read it: neither proven nor missing.
        throw error;
      }
    }),
  );
  return new Map(found.flat());
}

/** Images that the plan does not build: on a node, or in their registry. */
async function lookUpImages(needs: Need[], plan: Plan, reader: ClusterReader): Promise<Map<string, boolean>> {
  const built = new Set(
    plan.steps.flatMap(({ kind, params }) => (kind === 'image' ? [paramText(params, 'pull')] : [])),
  );
  const wanted = [...new Set(needs.flatMap(({ kind, name }) => (kind === 'Image' && !built.has(name) ? [name] : [])))];
  if (wanted.length === 0) return new Map();
  // The nodes of a rehearsal pull nothing: whether an image exists is what it says it does not prove.
  if (plan.target.provider === 'rehearsal') return new Map(wanted.map((image) => [image, true]));
  const nodes = await reader.list({ apiVersion: 'v1', kind: 'Node' }).catch((error: unknown) => {
    if (error instanceof ForbiddenError) return []; // The registry is asked instead.
    throw error;
  });
  const onNodes = new Set(
    nodes.flatMap((node) =>
      ((node['status']?.images ?? []) as { names?: string[] }[]).flatMap(({ names = [] }) => names),
    ),
  );
  const answers = await Promise.all(
    wanted.map(async (image): Promise<[string, boolean][]> => {
      if (fullNames(image).some((name) => onNodes.has(name))) return [[image, true]];
      const answer = await registryHasImage(fetch, image, new AbortController().signal);
      return answer === undefined ? [] : [[image, answer]];
    }),
  );
  return new Map(answers.flat());
}

/** `postgres:17` is stored by containerd as `docker.io/library/postgres:17`. */
function fullNames(image: string): string[] {
  const first = image.split('/')[0] ?? '';
  if (image.includes('/') && (first.includes('.') || first.includes(':') || first === 'localhost')) return [image];
  return [image, `docker.io/${image.includes('/') ? image : `library/${image}`}`];
}

/** Whether the API server serves each kind: GET of its group and version. */
async function servedKinds(objects: KubernetesObject[], reader: ClusterReader): Promise<Map<string, boolean>> {
  const versions = [...new Set(objects.map(({ apiVersion }) => apiVersion))];
  const served = new Map<string, Set<string>>();
  await Promise.all(
    versions.map(async (version) => {
      const path = version.includes('/') ? `/apis/${version}` : `/api/${version}`;
      const list = (await reader.raw(path).catch((error: unknown) => {
        if (
          error instanceof Error &&
          /not.?found|404/i.test(`${(error as { code?: string }).code ?? ''} ${error.message}`)
        )
          return { resources: [] };
        throw error;
      })) as { resources?: { kind: string }[] };
      served.set(version, new Set(list.resources?.map(({ kind }) => kind)));
    }),
  );
  return new Map(
    objects.map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, served.get(apiVersion)?.has(kind) === true]),
  );
}
