import { namesOf, type Controller } from '../controller.ts';
import { isTerminating } from '../pods.ts';
import { Reconciler } from '../reconciler.ts';
import { isFinished, jobSpec, jobStatus } from './job-view.ts';

/** Deletes Jobs some time after they have ended: pkg/controller/ttlafterfinished. */
export function ttlAfterFinishedController(): Controller {
  return {
    name: 'ttl-after-finished-controller',
    start({ client, clock }) {
      const queue = new Reconciler(clock, (key) => {
        const job = client.get('batch/v1 Job', ...namesOf(key));
        if (job === undefined || isTerminating(job) || !isFinished(job)) return;
        const { ttlSecondsAfterFinished: seconds } = jobSpec(job);
        if (seconds === undefined) return;
        const end = jobStatus(job).conditions?.find(({ type }) => type === 'Complete' || type === 'Failed');
        const wait = Date.parse(end?.lastTransitionTime ?? '') + seconds * 1000 - clock.now();
        if (wait > 0) queue.addAfter(key, wait);
        else client.delete(job, { propagationPolicy: 'Foreground', preconditions: { uid: job.metadata.uid } });
      });
      client.watch('batch/v1 Job', ({ object, type }) => {
        if (type !== 'DELETED') queue.add(`${object.metadata.namespace}/${object.metadata.name}`);
      });
    },
  };
}
