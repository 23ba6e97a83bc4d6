import { hasNamespace } from '../../facts/cluster-facts.ts';
import { paramText, type PlanStep } from '../../plan/plan.ts';
import type { Problem } from '../../plan/preflight/report.ts';
import type { PreflightRequest } from './request.ts';

/** What the plan does to the API server, as verb and resource. */
const rightsByKind: Partial<Record<PlanStep['kind'], [verb: string, resource: string][]>> = {
  secret: [
    ['get', 'secrets'],
    ['create', 'secrets'],
  ],
  'pull-secret': [['create', 'secrets']],
  database: [
    ['create', 'statefulsets.apps'],
    ['create', 'services'],
    ['create', 'secrets'],
  ],
  release: [
    ['create', 'deployments.apps'],
    ['create', 'services'],
    ['create', 'configmaps'],
    ['create', 'secrets'],
  ],
};

/** Each verb and resource that the person may not, named. */
export async function rightsProblems({
  plan,
  connection: { kubectl, facts, reader },
}: PreflightRequest): Promise<Problem[]> {
  if (facts === undefined) return [];
  const wanted = new Map<string, { verb: string; resource: string; namespace?: string }>();
  const ask = (verb: string, resource: string, namespace?: string) =>
    wanted.set(`${verb} ${resource} ${namespace ?? ''}`, {
      verb,
      resource,
      ...(namespace === undefined ? {} : { namespace }),
    });
  for (const { kind, params } of plan.steps) {
    // One that may not be read is taken for there: who may not make namespaces was given theirs.
    if (kind === 'namespace' && (await hasNamespace(facts, reader, paramText(params, 'name'))) === false)
      ask('create', 'namespaces');
    for (const [verb, resource] of rightsByKind[kind] ?? [])
      ask(verb, resource, paramText(params, 'namespace', plan.namespace));
  }
  const answers = await Promise.all(
    [...wanted.values()].map(async (right) => ({
      ...right,
      may: await kubectl.mayI(right.verb, right.resource, right.namespace),
    })),
  );
  return answers
    .filter(({ may }) => !may)
    .map(({ verb, resource, namespace }) => ({
      code: 'no-permission',
      message: `You may not ${verb} ${resource}${namespace === undefined ? ' in this cluster' : ` in namespace ${namespace}`}`,
      remedy: [
        `Ask an administrator for the right to ${verb} ${resource}${namespace === undefined ? '' : ` in namespace ${namespace}`}.`,
        ...(resource === 'namespaces' ? ['Or answer a namespace that is there and in which you may work.'] : []),
      ],
      answers: ['namespace'],
      isFatal: true,
    }));
}
