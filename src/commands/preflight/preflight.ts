import { existingObjects } from '../../facts/existing-objects.ts';
import type { StepId } from '../../plan/plan.ts';
import { checkReferences } from '../../plan/preflight/references.ts';
import type { PreflightReport, Problem } from '../../plan/preflight/report.ts';
import { unsupported } from '../../plan/preflight/unsupported.ts';
import { steps } from '../../steps/steps.ts';
import type { RenderedObject } from '../../tools/helm/helm.ts';
import { databaseProblems } from './database.ts';
import { engineProblems } from './engine.ts';
import { renderAll } from './rendering.ts';
import type { PreflightRequest } from './request.ts';
import { rightsProblems } from './rights.ts';
import { roomProblems } from './room.ts';

/** Everything that would make the run fail and can be known before the first change. Reads only. */
export async function preflight(request: PreflightRequest): Promise<PreflightReport> {
  const { plan, connection } = request;
  const { rendered, templates, problems: unrendered } = await renderAll(request);
  const objects = Object.values(rendered).flat();
  const [references, engine, rights, databases] = await Promise.all([
    connection.facts === undefined ? { problems: [], proven: 0 } : referencesOf(request, rendered, templates),
    engineProblems(request),
    rightsProblems(request),
    databaseProblems(request),
  ]);
  const room = roomProblems(objects, connection, plan);
  return {
    problems: [
      ...unsupported(plan, steps),
      ...unrendered,
      ...references.problems,
      ...engine,
      ...rights,
      ...databases,
      ...room.problems,
      ...(connection.facts === undefined ? [unchecked] : []),
    ],
    proven: [
      ...(connection.facts === undefined ? [] : [`${references.proven} references resolve`]),
      ...(rights.length === 0 && connection.facts !== undefined ? ['you may do all of this'] : []),
      ...room.proven,
    ],
  };
}

const unchecked: Problem = {
  code: 'not-checked-yet',
  message: 'References, rights and room are checked once the cluster has started, before anything is made in it',
  remedy: [],
  answers: [],
  isFatal: false,
};

async function referencesOf(
  { plan, connection }: PreflightRequest,
  rendered: Record<StepId, RenderedObject[]>,
  templates: Record<string, string>,
) {
  const existing = await existingObjects({ plan, rendered, reader: connection.reader, facts: connection.facts });
  return checkReferences({ plan, rendered, templates, existing });
}
