import { randomBytes } from 'node:crypto';
import { pause } from '../../clock.ts';
import {
  blocked,
  defineStep,
  done,
  StepFailure,
  todo,
  type MadeObject,
  type Making,
  type StepContext,
  type UndoContext,
} from '../../engine/step.ts';
import type { Failure } from '../../events/events.ts';
import { labels, managedBy, type KubernetesObject } from '../../kubernetes/objects.ts';
import { untilReady } from '../../kubernetes/until-ready.ts';
import { generateSecret } from '../../secrets/generate.ts';
import { removeMade } from '../remove-made.ts';
import { decode } from '../secret/object.ts';
import { databaseObjects, type DatabaseParams } from './objects.ts';
import { databasePlan } from './plan.ts';

const secretKind = { apiVersion: 'v1', kind: 'Secret' };
const setKind = { apiVersion: 'apps/v1', kind: 'StatefulSet' };
const claimKind = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' };

/** Written on the StatefulSet: which wish it was made from. */
const wishAnnotation = 'deploy-wizard.dev/input-hash';

/** Written on the Secret: the data directory that its password opens. */
const directoryAnnotation = 'deploy-wizard.dev/data-directory';

export const databaseStep = defineStep(databasePlan, {
  async check(params, { cluster, step }) {
    const [set, secret] = await Promise.all([
      cluster.get(setKind, params.name, params.namespace),
      cluster.get(secretKind, params.name, params.namespace),
    ]);
    const foreign = [set, secret].find((object) => object !== undefined && !isOurs(object));
    if (foreign !== undefined) return blocked(foreignFailure(foreign));
    if (set === undefined || secret === undefined) return todo('there is no such database', makes(params));
    if (set.metadata.annotations?.[wishAnnotation] !== step.inputHash) return todo('it was asked for differently');
    return set['status']?.readyReplicas === 1 && set['status']?.observedGeneration === set.metadata.generation
      ? done()
      : todo('it is not ready');
  },
  async run(params, context) {
    const { cluster, kubectl, signal, step } = context;
    if ((await cluster.get(secretKind, params.name, params.namespace)) === undefined) {
      await refuseForeignData(params, context);
      const password = generateSecret({ bytes: 24, encoding: 'alphanumeric' });
      context.protect('database.password', password);
      // The API server's answer is the commit point: from here on this password is the one, whatever happens to us.
      await kubectl.create(secretObject(params, password), { signal });
    }
    const secret = await cluster.get(secretKind, params.name, params.namespace);
    const objects = databaseObjects(params, {
      annotations: { [wishAnnotation]: step.inputHash },
      cluster: dataDirectory(secret),
    });
    const applied = await kubectl.apply(objects, { signal });
    const failure = await untilReady({
      ...context,
      objects: applied.filter(({ kind }) => kind === 'StatefulSet'),
      namespace: params.namespace,
    });
    if (failure !== undefined) throw new StepFailure(failure);
    const making = makes(params);
    return { ...making, made: await Promise.all(making.made.map((object) => identified(object, cluster))) };
  },
  async secrets(params, { cluster }) {
    const { password } = decode(await cluster.get(secretKind, params.name, params.namespace));
    if (password === undefined) return {};
    const url = `postgresql://${params.user}:${encodeURIComponent(password)}@${params.name}.${params.namespace}.svc:5432/${params.database}`;
    return { 'database.password': password, 'database.url': url };
  },
  async undo({ made }, context) {
    // Pods first, so that nothing writes any more; then, when asked, the volume, and the password that opens it last.
    const order = ['StatefulSet', 'Service', ...(context.withData ? ['PersistentVolumeClaim', 'Secret'] : [])];
    for (const kind of order) {
      for (const object of made.filter((one) => one.kind === kind)) {
        context.progress(`${kind} ${object.name}`);
        if (kind === 'PersistentVolumeClaim') await removeClaim(object, context);
        else await removeMade(object, context);
      }
    }
  },
});

/** All that there is of a database, also what its StatefulSet makes. */
function makes({ name, namespace }: DatabaseParams): Required<Making> {
  return {
    made: [
      { ...secretKind, name, namespace },
      { apiVersion: 'v1', kind: 'Service', name, namespace },
      { ...setKind, name, namespace },
      { ...claimKind, name: claimName(name), namespace },
    ],
    undo: { name, namespace },
    holdsData: true,
  };
}

async function identified(object: MadeObject, cluster: StepContext['cluster']): Promise<MadeObject> {
  const found = await cluster.get(object, object.name, object.namespace);
  return found?.metadata.uid === undefined ? object : { ...object, uid: found.metadata.uid };
}

/**
 * Data belongs to the password that it was initialised with, so the Secret that holds it names the directory. As a note
 * on it and not by its uid: a Secret that is put back from a backup must find its data again.
 */
function dataDirectory(secret: KubernetesObject | undefined): string {
  const noted = secret?.metadata.annotations?.[directoryAnnotation];
  return noted ?? (secret?.metadata.uid ?? '').split('-')[0] ?? '';
}

/** How long a provisioner may take for the volume behind a claim that is gone. */
const volumePatience = 30_000;

/** The claim, and then the volume behind it: only that one's end is the end of the data. */
async function removeClaim(claim: MadeObject, context: UndoContext): Promise<void> {
  const { kubectl, signal, progress, time } = context;
  const found = await kubectl.get('persistentvolumeclaim', claim.name, claim.namespace);
  await removeMade(claim, context);
  const name = found?.['spec']?.volumeName as string | undefined;
  if (name === undefined) return;
  progress(`the volume ${name} behind it`);
  const deadline = time.elapsed() + volumePatience;
  for (;;) {
    const volume = await kubectl.get('persistentvolume', name);
    // Another claim's, or one that is to be kept by its own policy, is not ours to remove.
    if (
      volume === undefined ||
      volume['spec']?.claimRef?.uid !== found?.metadata.uid ||
      volume['spec']?.persistentVolumeReclaimPolicy !== 'Delete'
    )
      return;
    if (time.elapsed() > deadline) {
      // Minikube's provisioner ignores volumes that it made before its last restart (kubernetes/minikube, storage_provisioner.go).
      await kubectl.delete(
        {
          apiVersion: 'v1',
          kind: 'PersistentVolume',
          name,
          ...(volume.metadata.uid === undefined ? {} : { uid: volume.metadata.uid }),
        },
        { signal },
      );
      return;
    }
    await pause(time, 500, signal);
    signal.throwIfAborted();
  }
}

/** `volumeClaimTemplates`: name of the template, name of the set, number of the pod. */
function claimName(name: string): string {
  return `data-${name}-0`;
}

function isOurs({ metadata }: KubernetesObject): boolean {
  return metadata.labels?.[labels.managedBy] === managedBy;
}

function foreignFailure({ kind, metadata: { name, namespace } }: KubernetesObject): Failure {
  return {
    code: 'database-foreign',
    cause: `${kind} ${name} is there already and was not made by this program`,
    evidence: [],
    remedy: [
      `Answer another namespace, or the URL of that database; to give it up: kubectl -n ${namespace} delete ${kind.toLowerCase()} ${name}`,
    ],
    answers: ['namespace', 'database'],
  };
}

/** An old volume opens only with its old password; the image reads the variable on an empty volume alone. */
async function refuseForeignData({ name, namespace }: DatabaseParams, { cluster }: StepContext): Promise<void> {
  const claim = await cluster.get(claimKind, claimName(name), namespace);
  if (claim === undefined) return;
  throw new StepFailure({
    code: 'database-password-lost',
    cause: `The volume ${claimName(name)} of an earlier database is there, but the Secret ${name} with its password is not`,
    evidence: [`volume claim ${claimName(name)}, created ${claim.metadata.creationTimestamp ?? ''}`],
    remedy: [
      `Put the Secret ${name} back, or give up the old data: kubectl -n ${namespace} delete pvc ${claimName(name)}`,
    ],
    answers: ['database'],
  });
}

function secretObject({ name, namespace, user, database }: DatabaseParams, password: string) {
  const data = { username: user, database, password };
  return {
    ...secretKind,
    metadata: {
      name,
      namespace,
      labels: { [labels.managedBy]: managedBy },
      annotations: { [directoryAnnotation]: randomBytes(4).toString('hex') },
    },
    type: 'Opaque',
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
  };
}
