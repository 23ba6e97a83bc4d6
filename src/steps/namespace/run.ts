import { blocked, defineStep, done, todo } from '../../engine/step.ts';
import { ForbiddenError } from '../../errors/errors.ts';
import { labels, managedBy } from '../../kubernetes/objects.ts';
import { removeMade } from '../remove-made.ts';
import { namespacePlan } from './plan.ts';

export const namespaceStep = defineStep(namespacePlan, {
  async check({ name }, { cluster }) {
    const found = await cluster.get({ apiVersion: 'v1', kind: 'Namespace' }, name).catch(unreadable);
    // Rights in one namespace alone need not include reading it: whether it is there shows with the first object in it.
    if (found === 'unreadable') return done();
    if (found === undefined) return todo('there is no such namespace');
    if (found.metadata.deletionTimestamp !== undefined) {
      return blocked({
        code: 'namespace-terminating',
        cause: `Namespace ${name} is being deleted`,
        evidence: conditionsOf(found['status']),
        remedy: [`Wait until it is gone: kubectl get namespace ${name}`, 'Or answer another namespace.'],
        answers: ['namespace'],
      });
    }
    return done();
  },
  async run({ name, labels: wanted }, { kubectl, signal }) {
    const [made] = await kubectl.apply(
      [
        {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name, labels: { ...wanted, [labels.managedBy]: managedBy } },
        },
      ],
      { signal },
    );
    return {
      made: [
        {
          apiVersion: 'v1',
          kind: 'Namespace',
          name,
          ...(made?.metadata.uid === undefined ? {} : { uid: made.metadata.uid }),
        },
      ],
      undo: {},
    };
  },
  async undo({ made }, context) {
    for (const object of made) {
      context.progress(`namespace ${object.name} and what is left in it`);
      await removeMade(object, context);
    }
  },
});

function unreadable(error: unknown): 'unreadable' {
  if (error instanceof ForbiddenError) return 'unreadable';
  throw error;
}

/** Why a namespace does not go: the conditions that the namespace controller writes. */
function conditionsOf(
  status: { conditions?: { status: string; type: string; message?: string }[] } | undefined,
): string[] {
  return (status?.conditions ?? []).flatMap(({ status: is, type, message }) =>
    is === 'True' ? [`${type}: ${message ?? ''}`] : [],
  );
}
