import { ToolError, UserError } from '../errors/errors.ts';
import type { ImageDelivery } from '../plan/plan.ts';
import { createDocker } from '../tools/docker/create-docker.ts';
import { createK3d } from '../tools/k3d/k3d.ts';
import { createKind } from '../tools/kind/kind.ts';
import { createMinikube } from '../tools/minikube/minikube.ts';
import { hasImageNamed, inRegistry } from '../tools/registry/image-name.ts';
import type { Provider } from './provider.ts';
import { registryHasImage } from '../tools/registry/registry.ts';
import type { ProviderSettings } from './settings.ts';

/** The ways in which images reach nodes; the same for whoever chose the way. */
export function createDeliveries({
  run,
  fetch: request = fetch,
}: ProviderSettings): Pick<Provider, 'deliverArgv' | 'hasImage'> {
  const docker = createDocker({ run });
  const minikube = createMinikube({ run });
  const kind = createKind({ run });
  const k3d = createK3d({ run });

  /** Images of each node of a cluster. */
  const imagesOf = {
    minikube: async (cluster: string, signal: AbortSignal) => [await minikube.images(cluster, { signal })],
    kind: async (cluster: string, signal: AbortSignal) => {
      const nodes = await kind.nodes(cluster, { signal });
      return Promise.all(nodes.map(({ name }) => kind.images(name, { signal })));
    },
    k3d: async (cluster: string, signal: AbortSignal) => {
      const nodes = (await k3d.clusters({ signal })).find(({ name }) => name === cluster)?.nodes ?? [];
      return Promise.all(nodes.map((name) => k3d.images(name, { signal })));
    },
  };
  const loadArgv = {
    minikube: (cluster: string, tag: string) => minikube.loadArgv(cluster, tag),
    kind: (cluster: string, tag: string) => kind.loadArgv(cluster, tag),
    k3d: (cluster: string, tag: string) => k3d.importArgv(cluster, tag),
  };

  const nodesHave = async (delivery: ImageDelivery & { by: 'load' }, tag: string, signal: AbortSignal) => {
    const nodes = await imagesOf[delivery.program](delivery.cluster, signal);
    return nodes.length > 0 && nodes.every((images) => hasImageNamed(images, tag));
  };

  return {
    deliverArgv(delivery, tag) {
      switch (delivery.by) {
        case 'load':
          return [loadArgv[delivery.program](delivery.cluster, tag)];
        case 'shared-daemon':
          return [];
        case 'push': {
          const image = inRegistry(delivery.push, tag);
          return [...(image === tag ? [] : [['docker', 'tag', tag, image]]), docker.pushArgv(image)];
        }
      }
    },
    async hasImage(delivery, tag, signal) {
      try {
        switch (delivery.by) {
          case 'load':
            return await nodesHave(delivery, tag, signal);
          case 'shared-daemon':
            return (await docker.image(tag)) !== undefined;
          case 'push':
            return await registryHasImage(request, inRegistry(delivery.push, tag), signal);
        }
      } catch (error) {
        signal.throwIfAborted();
        // Delivering will say what is wrong; not knowing is an answer here.
        if (error instanceof ToolError || error instanceof UserError) return undefined;
        throw error;
      }
    },
  };
}
