import { StatusError } from '../../api/status-error.ts';
import { namesOf, type Controller } from '../controller.ts';
import { controllerReference } from '../owners.ts';
import { isTerminating, podSpec } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';
import { claimKind } from './volume-view.ts';

interface EphemeralSource {
  volumeClaimTemplate?: {
    metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
    spec: object;
  };
}

/** Makes the claims of volumes that live as long as their pod: pkg/controller/volume/ephemeral. */
export function ephemeralVolumeController(): Controller {
  return {
    name: 'ephemeral-volume-controller',
    start({ client, clock }) {
      const queue = new Reconciler(clock, (key) => {
        const pod = client.get('v1 Pod', ...namesOf(key));
        if (pod === undefined || isTerminating(pod)) return;
        const { namespace } = pod.metadata;
        for (const { name, ephemeral } of podSpec(pod).volumes ?? []) {
          const template = (ephemeral as EphemeralSource | undefined)?.volumeClaimTemplate;
          const claim = `${pod.metadata.name}-${name}`;
          if (template === undefined || client.get(claimKind, namespace, claim) !== undefined) continue;
          try {
            client.create({
              apiVersion: 'v1',
              kind: 'PersistentVolumeClaim',
              metadata: {
                ...template.metadata,
                name: claim,
                ...(namespace === undefined ? {} : { namespace }),
                ownerReferences: [controllerReference(pod)],
              },
              spec: template.spec,
            });
          } catch (error) {
            if (error instanceof StatusError)
              client.event(pod, {
                type: 'Warning',
                reason: 'FailedBinding',
                message: `ephemeral volume ${name}: create PVC ${claim}: ${error.message}`,
              });
            throw error;
          }
        }
      });
      client.watch('v1 Pod', ({ type, object }) => {
        const isEphemeral = podSpec(object).volumes?.some(({ ephemeral }) => ephemeral !== undefined) ?? false;
        if (type === 'ADDED' && isEphemeral) queue.add(`${object.metadata.namespace}/${object.metadata.name}`);
      });
    },
  };
}
