import { Bug, ToolError } from '../../errors/errors.ts';
import { sanitiseLine } from '../../secrets/sanitise.ts';
import type { KubernetesObject } from '../objects.ts';
import { createApi, notKubernetes } from './api.ts';
import type { Clock } from '../../clock.ts';
import type { ClusterReader, KindRef } from './cluster-reader.ts';
import { createDiscovery, segment, type Resource } from './discovery.ts';
import type { Request } from './failures.ts';
import { isRefusal, listPages } from './list-pages.ts';
import { liveView } from './live-view.ts';
import { sharedWatches } from './shared-watches.ts';
import type { Transport } from './transport.ts';

export interface ReadThroughSettings {
  transport: Transport;
  argv: (path: string) => string[];
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
}

/** Lines and bytes of one log that are asked for; a line may be of any length. */
const logLines = 80;
const logBytes = 1024 * 1024;

/** The questions of a `ClusterReader`, over whichever transport. */
export function readThrough({
  transport,
  argv,
  clock,
  random,
  signal,
}: ReadThroughSettings): Omit<ClusterReader, 'close'> {
  const api = createApi({ transport, clock, argv, signal });
  const discovery = createDiscovery(api);
  const watches = sharedWatches({ api, discovery, transport, clock, random, signal });
  return {
    async get(ref, name, namespace) {
      const resource = await discovery.find(ref);
      if (resource === undefined) return undefined;
      const path = `${resource.collection(namespaceOf(ref, resource, namespace))}/${segment(name)}`;
      const object = await api.json(path, { verb: 'get', resource: resource.plural, namespace });
      return object as KubernetesObject | undefined;
    },
    async list(ref, { namespace, labelSelector, fieldSelector } = {}) {
      const resource = await discovery.find(ref);
      if (resource === undefined) return [];
      const collection = resource.collection(namespace);
      const query = { ...(labelSelector && { labelSelector }), ...(fieldSelector && { fieldSelector }) };
      const request: Omit<Request, 'argv'> = { verb: 'list', resource: resource.plural, namespace };
      try {
        const list = await listPages((path) => api.answer(path), ref, collection, query);
        if (!isRefusal(list)) return list.objects;
        if (list.status === 404) return [];
        throw api.failure(list, collection, request);
      } catch (error) {
        throw error instanceof SyntaxError ? notKubernetes(argv(collection), '') : error;
      }
    },
    async raw(path) {
      const value = await api.json(path, { verb: 'get', resource: path });
      if (value !== undefined) return value;
      const notFound = { argv: argv(path), status: null, lastLines: [], code: 'not-found' };
      throw new ToolError(`The API server has nothing at ${path}`, notFound);
    },
    async logs(namespace, pod, container, { previous = false, lines = logLines } = {}) {
      const parameters = new URLSearchParams({
        container,
        tailLines: String(lines),
        limitBytes: String(logBytes),
        ...(previous && { previous: 'true' }),
      });
      const path = `/api/v1/namespaces/${segment(namespace)}/pods/${segment(pod)}/log?${parameters.toString()}`;
      const answer = await api.answer(path);
      // No such pod any more (404), or a container that has not run (yet, or not before).
      if (answer.status === 404 || answer.status === 400) return undefined;
      if (answer.status !== 200) throw api.failure(answer, path, { verb: 'get', resource: 'pods/log', namespace });
      const said = answer.body.split('\n').map(sanitiseLine);
      if (said.some((line) => removedLog.test(line))) return undefined;
      return said.filter((line) => line !== '');
    },
    view: (kinds, namespace) => liveView(kinds.map((kind) => watches.use(kind, namespace))),
  };
}

// The kubelet answers 200 with this sentence when the container of that run has been removed.
const removedLog = /^unable to retrieve container logs for [\w.-]+:\/\//;

function namespaceOf(ref: KindRef, resource: Resource, namespace: string | undefined): string | undefined {
  if (resource.isNamespaced && namespace === undefined) throw new Bug(`a ${ref.kind} is read without a namespace`);
  return namespace;
}
