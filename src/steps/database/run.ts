import { defineStep, done, StepFailure, todo, type StepContext } from '../../engine/step.ts';
import { labels, managedBy } from '../../kubernetes/objects.ts';
import { untilReady } from '../../kubernetes/until-ready.ts';
import { generateSecret } from '../../secrets/generate.ts';
import { decode } from '../secret/object.ts';
import { databaseObjects, type DatabaseParams } from './objects.ts';
import { databasePlan } from './plan.ts';

const secretKind = { apiVersion: 'v1', kind: 'Secret' };
const setKind = { apiVersion: 'apps/v1', kind: 'StatefulSet' };

/** Written on the StatefulSet: which wish it was made from. */
const wishAnnotation = 'deploy-wizard.dev/input-hash';

export const databaseStep = defineStep(databasePlan, {
  async check(params, { cluster, step }) {
    const [set, secret] = await Promise.all([
      cluster.get(setKind, params.name, params.namespace),
      cluster.get(secretKind, params.name, params.namespace),
    ]);
    if (set === undefined || secret === undefined) return todo('there is no such database');
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
      await kubectl.apply([secretObject(params, password)], { signal });
    }
    const applied = await kubectl.apply(databaseObjects(params, { [wishAnnotation]: step.inputHash }), { signal });
    const failure = await untilReady({
      ...context,
      objects: applied.filter(({ kind }) => kind === 'StatefulSet'),
      namespace: params.namespace,
      now: Date.now,
    });
    if (failure !== undefined) throw new StepFailure(failure);
    const secret = await cluster.get(secretKind, params.name, params.namespace);
    return {
      made: [...applied, ...(secret === undefined ? [] : [secret])].map(
        ({ apiVersion, kind, metadata: { name, uid } }) => ({
          apiVersion,
          kind,
          name,
          namespace: params.namespace,
          ...(uid === undefined ? {} : { uid }),
        }),
      ),
      undo: { name: params.name, namespace: params.namespace },
      holdsData: true,
    };
  },
  async secrets(params, { cluster }) {
    const { password = '' } = decode(await cluster.get(secretKind, params.name, params.namespace));
    const url = `postgresql://${params.user}:${encodeURIComponent(password)}@${params.name}.${params.namespace}.svc:5432/${params.database}`;
    return { 'database.password': password, 'database.url': url };
  },
  async undo({ made, undo }, { kubectl, signal, withData, progress, namespace }) {
    // Pods first, so that nothing writes any more; then, when asked, the volume and the password that opens it.
    for (const object of made.filter(({ kind }) => kind !== 'Secret')) {
      progress(`${object.kind} ${object.name}`);
      await kubectl.delete(object, { signal });
    }
    if (!withData) return;
    const claim = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      name: `data-${String(undo['name'])}-0`,
      namespace: String(undo['namespace'] ?? namespace),
    };
    progress(`volume claim ${claim.name}`);
    await kubectl.delete(claim, { signal });
    for (const object of made.filter(({ kind }) => kind === 'Secret')) await kubectl.delete(object, { signal });
  },
});

/** An old volume opens only with its old password; the image reads the variable on an empty volume alone. */
async function refuseForeignData({ name, namespace }: DatabaseParams, { cluster }: StepContext): Promise<void> {
  const claim = await cluster.get({ apiVersion: 'v1', kind: 'PersistentVolumeClaim' }, `data-${name}-0`, namespace);
  if (claim === undefined) return;
  throw new StepFailure({
    code: 'database-password-lost',
    cause: `The volume data-${name}-0 of an earlier database is there, but the Secret ${name} with its password is not`,
    evidence: [`volume claim data-${name}-0, created ${claim.metadata.creationTimestamp ?? ''}`],
    remedy: [`Put the Secret ${name} back, or give up the old data: kubectl -n ${namespace} delete pvc data-${name}-0`],
    answers: ['database'],
  });
}

function secretObject({ name, namespace, user, database }: DatabaseParams, password: string) {
  const data = { username: user, database, password };
  return {
    ...secretKind,
    metadata: { name, namespace, labels: { [labels.managedBy]: managedBy } },
    type: 'Opaque',
    data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
  };
}
