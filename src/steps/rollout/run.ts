import type { z } from 'zod';
import { defineStep, StepFailure, todo, type StepContext } from '../../engine/step.ts';
import { UserError } from '../../errors/errors.ts';
import type { KubernetesObject } from '../../kubernetes/objects.ts';
import { untilReady } from '../../kubernetes/until-ready.ts';
import { addressOf } from './addresses.ts';
import { rolloutPlan } from './plan.ts';

/** Kinds with a state to wait for. Everything else is there once it is stored. */
const watched = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'PersistentVolumeClaim'];

export const rolloutStep = defineStep(rolloutPlan, {
  // Reading is free and always right: whether it is ready now, no earlier run can tell.
  check: async () => todo('it is watched'),
  async run({ release, namespace, services }, context) {
    const objects = (await context.helm.manifest(release, namespace)).filter(({ kind }) => watched.includes(kind));
    const found = await readyAndAnswering(objects, { namespace, services }, context);
    const id = context.step.id.split('.')[1] ?? '';
    const [first] = found;
    return {
      outputs: {
        ...Object.fromEntries(found.map(([service, url]) => [`releases.${id}.services.${service}.url`, url])),
        ...(first === undefined ? {} : { [`releases.${id}.url`]: first[1] }),
      },
    };
  },
});

/** How often pods that say that they are ready, and do not answer, are waited for anew. */
const rounds = 3;

/**
 * After a start of the cluster its objects still tell how they were before: a node that just came back has not said yet
 * that its pods are gone. So pods that do not answer are looked at again before that is called a failure.
 */
async function readyAndAnswering(
  objects: KubernetesObject[],
  { namespace, services }: Pick<z.output<typeof rolloutPlan.params>, 'namespace' | 'services'>,
  context: StepContext,
): Promise<(readonly [string, string])[]> {
  for (let round = 1; ; round += 1) {
    const failure = await untilReady({ ...context, objects, namespace });
    if (failure !== undefined) throw new StepFailure(failure);
    try {
      return await Promise.all(
        services.map(async (service) => [service.id, await addressOf(service, namespace, context)] as const),
      );
    } catch (error) {
      if (!(error instanceof UserError) || round === rounds) throw error;
      context.waiting(error.message);
    }
  }
}
