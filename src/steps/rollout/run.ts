import { defineStep, StepFailure, todo } from '../../engine/step.ts';
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
    const failure = await untilReady({ ...context, objects, namespace, now: Date.now });
    if (failure !== undefined) throw new StepFailure(failure);
    const id = context.step.id.split('.')[1] ?? '';
    const found = await Promise.all(
      services.map(async (service) => [service.id, await addressOf(service, namespace, context)] as const),
    );
    const [first] = found;
    return {
      outputs: {
        ...Object.fromEntries(found.map(([service, url]) => [`releases.${id}.services.${service}.url`, url])),
        ...(first === undefined ? {} : { [`releases.${id}.url`]: first[1] }),
      },
    };
  },
});
