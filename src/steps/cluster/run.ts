import { defineStep, done, todo } from '../../engine/step.ts';
import { clusterPlan } from './plan.ts';

export const clusterStep = defineStep(clusterPlan, {
  async check({ isStarted }, { connected, target, progress }) {
    if (!isStarted) return todo(`${target.name} is ${target.state}`);
    progress('reading the identity of the cluster');
    await connected();
    return done();
  },
  async run(_params, { provider, target, progress, connected, output, signal }) {
    const isNew = target.state === 'absent'; // When it answers it is running.
    await provider.start(target.name, {
      signal,
      onProgress: ({ message, done: at, total }) => progress(message, at, total),
      onLine: (line) => output([line]),
    });
    progress('proving that the cluster answers');
    await connected();
    // What was stopped before is not ours to delete; one that did not exist is, and is asked for by itself.
    return { undo: isNew ? { provider: target.provider, name: target.name } : {}, made: [] };
  },
});
