import type { RenderedObject } from '../../tools/helm/helm.ts';
import { paramText, type PlanStep, type StepId } from '../plan.ts';
import type { Finding } from './finding.ts';
import type { ReferenceCheck } from './reference-check.ts';
import { needsOf } from './needs.ts';
import { makersFor, prove } from './prove.ts';
import type { Problem } from './report.ts';
import { broughtKinds, portProblems, selectorProblem, type Placed } from './services.ts';
import { templateLine } from './template-line.ts';

export interface References {
  problems: Problem[];
  proven: number;
}

/** Proves that whatever the rendered pods need exists or is made by an earlier step. Pure. */
export function checkReferences(check: ReferenceCheck): References {
  const problems: Problem[] = [];
  let proven = 0;
  const before = closures(check.plan.steps);
  const placed = new Map(
    Object.entries(check.rendered).map(([step, objects]) => [step, placedBy(step, objects, check)]),
  );
  const all = [...placed.values()].flat();
  const brought = broughtKinds(Object.values(check.rendered).flat());
  for (const [step, objects] of Object.entries(check.rendered)) {
    const makers = makersFor(check, before.get(step) ?? new Set([step]));
    for (const [index, { object, source }] of objects.entries()) {
      const own: Placed = placed.get(step)?.[index] ?? { object, namespace: check.plan.namespace };
      const at = (hints: string[], by = `${object.kind} ${object.metadata.name}`) =>
        whereIn(check.templates, source, hints, by);
      const found = (finding: Finding | undefined, ...hints: string[]) => {
        if (finding !== undefined) problems.push({ ...finding, neededBy: at(hints) });
      };
      for (const need of needsOf(object, own.namespace)) {
        const verdict = prove(need, check, makers);
        if (verdict === 'proven') proven += 1;
        else if (verdict !== 'optional') problems.push({ ...verdict, neededBy: at(need.hints, need.by) });
      }
      for (const finding of portProblems(own, all, check.existing.nodePorts, check.plan)) found(finding, 'nodePort');
      found(unservedKind(own, check, brought), 'apiVersion');
      found(selectorProblem(own, all), 'selector:');
    }
  }
  return { problems, proven };
}

function placedBy(step: StepId, objects: RenderedObject[], { plan }: ReferenceCheck): Placed[] {
  const namespace = paramText(plan.steps.find(({ id }) => id === step)?.params ?? {}, 'namespace', plan.namespace);
  return objects.map(({ object }) => ({ object, namespace: object.metadata.namespace ?? namespace }));
}

const builtIn = /^(v1|(apps|batch|autoscaling|policy)\/.*|[a-z.]+\.k8s\.io\/.*)$/;

function unservedKind(
  { object: { apiVersion, kind } }: Placed,
  { existing: have, plan }: ReferenceCheck,
  brought: ReadonlySet<string>,
): Finding | undefined {
  if (have.servesKind(apiVersion, kind) !== false || brought.has(`${apiVersion.split('/')[0]}/${kind}`))
    return undefined;
  // An add-on of the plan may bring the definition; which ones it brings is known only when it is installed.
  const isBrought = plan.steps.some((step) => step.kind === 'addon') && !builtIn.test(apiVersion);
  return {
    code: 'missing-api',
    message: `The cluster does not serve ${kind} of ${apiVersion}`,
    remedy: ['Install what defines it (a CustomResourceDefinition), or a cluster version that has it.'],
    answers: [],
    isFatal: !isBrought,
  };
}

function whereIn(templates: Record<string, string>, source: string, hints: string[], by: string): string {
  const line = templates[source] === undefined ? undefined : templateLine(templates[source], hints);
  return `${source}${line === undefined ? '' : `:${line}`} (${by})`;
}

/** Every step with all that comes before it, itself included. */
function closures(steps: readonly PlanStep[]): Map<StepId, Set<StepId>> {
  const found = new Map<StepId, Set<StepId>>();
  for (const { id, needs } of steps)
    found.set(id, new Set([id, ...needs.flatMap((need) => [...(found.get(need) ?? [need])])]));
  return found;
}
