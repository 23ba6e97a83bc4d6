import { join } from 'node:path';
import { startRehearsal, type Rehearsal } from '../../../src/rehearsal/start.ts';
import { realRun } from '../../support/real-run.ts';
import { ClusterApi } from './cluster-api.ts';
import { heldPace, realPace, type Pace } from './pace.ts';
import { busybox, pod, server, shell } from './scenarios/manifests.ts';

/** A rehearsal cluster, and what it said of mistakes of its own. */
export interface RecordedLike {
  rehearsal: Rehearsal;
  said: readonly string[];
  pace: Pace;
}

/**
 * Starts a rehearsal cluster in the situation of the node that was recorded: it has the images of the scenarios but one, gives
 * load balancers no address, and binds claims when they are used first. Minikube, which a rehearsal plays, differs in these.
 * `speed` as a rehearsal takes it.
 */
export async function startRecordedLike(directory: string, speed: number | 'turns'): Promise<RecordedLike> {
  const said: string[] = [];
  const rehearsal = await startRehearsal({
    run: (argv, options) =>
      realRun({})(argv, {
        ...options,
        onLine(line, stream) {
          if (stream === 'stderr') said.push(line);
          options?.onLine?.(line, stream);
        },
      }),
    program: join(import.meta.dirname, '../../../src/rehearsal/process.ts'),
    directory,
    environment: process.env,
    now: Date.now(),
    seed: 'contract',
    speed,
    // A rehearsal cannot know what is in an image either: a program that is not.
    faults: ['load-balancer:never', 'image-pull:"echo:absent"', 'start-error:no-program'],
  });
  const pace = speed === 'turns' ? heldPace(rehearsal.control, rehearsal.options.start) : realPace;
  const api = await ClusterApi.open(rehearsal.kubeconfig);
  try {
    await bindAtFirstUse(api);
    await pullImages(api, pace);
  } finally {
    api.close();
  }
  return { rehearsal, said, pace };
}

async function bindAtFirstUse(api: ClusterApi): Promise<void> {
  const path = '/apis/storage.k8s.io/v1/storageclasses';
  const [standard] = await api.read(`${path}/standard`);
  if (standard === undefined) throw new Error('the rehearsal has no StorageClass standard');
  const { name, annotations } = standard.metadata;
  await api.send('DELETE', `${path}/standard`);
  const { status, body } = await api.send('POST', path, {
    ...standard,
    metadata: { name, annotations },
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  if (status !== 201) throw new Error(`no StorageClass: ${JSON.stringify(body)}`);
}

async function pullImages(api: ClusterApi, pace: Pace): Promise<void> {
  const path = '/api/v1/namespaces/default/pods';
  const accounts = '/api/v1/namespaces/default/serviceaccounts/default';
  while ((await api.read(accounts)).length === 0) await pace.pass(20);
  const images = { name: 'image', image: server, command: shell('exit 0').command };
  const puller = pod('images', images, {
    initContainers: [{ ...shell('true'), image: busybox }],
    restartPolicy: 'Never',
  });
  const { status, body } = await api.send('POST', path, puller);
  if (status !== 201) throw new Error(`no pod: ${JSON.stringify(body)}`);
  for (;;) {
    const [found] = await api.read(`${path}/images`);
    if (found?.status?.phase === 'Succeeded') break;
    await pace.pass(50);
  }
  await api.send('DELETE', `${path}/images`);
}
