import { pause } from '../../clock.ts';
import { clusterId } from '../../plan/graph.ts';
import { defineStep, done, StepFailure, todo } from '../../engine/step.ts';
import { quantity } from '../../kubernetes/quantity.ts';
import { imagePlan } from './plan.ts';

const startTries = 20;
/** Milliseconds. */
const startPause = 1000;

export const imageStep = defineStep(imagePlan, {
  // Two builds share the cores and the cache well; more make each other slower.
  parallel: 2,
  async check({ push }, { target, provider, docker, signal }) {
    if (target.delivery.by === 'shared-daemon')
      return (await docker.image(push)) === undefined ? todo('the engine has no such image') : done();
    if (target.state !== 'running') return todo('the cluster is not running yet');
    return (await provider.hasImage(target.delivery, push, signal)) === true
      ? done()
      : todo('the nodes have no such image');
  },
  async run(
    { push, maxSize },
    { step, warn, docker, provider, target, execute, finished, progress, output, signal, waiting, time },
  ) {
    const [build = [], ...deliver] = step.commands;
    // BuildKit puts the number of a step and the seconds in front of each line: the step's own words are meant.
    const onLine = (line: string) => {
      const text = line.replace(/^#\d+ (?:\d+\.\d+ ?)?/, '');
      if (text.trim() !== '') output([text]);
    };
    const onProgress = ({ message, done: at, total }: { message: string; done?: number; total?: number }) =>
      progress(message, at, total);
    const isBuilt = (await docker.image(push)) !== undefined;
    if (!isBuilt) await docker.build(build, { signal, onLine, onProgress });
    if (maxSize !== undefined) {
      const { bytes = 0 } = (await docker.image(push)) ?? {};
      if (bytes > quantity(maxSize))
        warn(`The image has ${Math.ceil(bytes / 1024 ** 2)} MiB, and its recipe wants at most ${maxSize}`);
    }
    if (deliver.length === 0) return { undo: {}, made: [] };
    // The state changes while the cluster starts: what it was before counts.
    const { state } = target;
    if (state !== 'running') waiting('the cluster, to bring the image to its nodes');
    await finished(clusterId);
    // A cluster that was stopped could not be asked before; it may have the image from an earlier run.
    // After a start containerd fills its list of images in the background (CRI CheckImages): an image that was built in an
    // earlier run, and so delivered then, is asked for again before it is delivered anew. A new cluster has nothing to fill.
    for (let tries = isBuilt && state === 'stopped' ? startTries : 1; tries > 0; tries -= 1) {
      if ((await provider.hasImage(target.delivery, push, signal)) === true)
        return isBuilt ? {} : { undo: {}, made: [] };
      if (tries > 1) await pause(time, startPause, signal);
      signal.throwIfAborted();
    }
    for (const argv of deliver) {
      progress(target.delivery.by === 'push' ? 'pushing to the registry' : 'loading into the cluster');
      if (target.delivery.by === 'push') await docker.push(argv, { signal, onLine, onProgress });
      else await execute(argv, { signal, onLine });
    }
    return { undo: {}, made: [] };
  },
  async verify({ push }, { target, provider, docker, signal }) {
    const isThere =
      target.delivery.by === 'shared-daemon'
        ? (await docker.image(push)) !== undefined
        : await provider.hasImage(target.delivery, push, signal);
    if (isThere !== false) return;
    throw new StepFailure({
      code: 'image-not-delivered',
      cause: `The nodes do not have ${push} after it was delivered without an error`,
      evidence: [],
      remedy: ['Look whether the nodes have room for it, then try again.'],
    });
  },
});
