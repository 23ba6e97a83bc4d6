import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf, ToolError, UserError } from '../../errors/errors.ts';
import type { PlanStep, StepId } from '../../plan/plan.ts';
import type { Problem } from '../../plan/preflight/report.ts';
import { databaseObjects, type DatabaseParams } from '../../steps/database/objects.ts';
import { chartSource, type ReleaseParams } from '../../steps/release/plan.ts';
import type { RenderedObject } from '../../tools/helm/helm.ts';
import type { PreflightRequest } from './request.ts';

/** Renders every chart of the plan, and reads its templates for the lines in messages. */
export async function renderAll({ plan, connection: { helm, facts }, recipe }: PreflightRequest) {
  const rendered: Record<StepId, RenderedObject[]> = {};
  const templates: Record<string, string> = {};
  const problems: Problem[] = [];
  await Promise.all(
    plan.steps
      .filter(({ kind }) => kind === 'release')
      .map(async (step) => {
        const params = step.params as unknown as ReleaseParams;
        const request = {
          name: params.name,
          namespace: params.namespace,
          ...chartSource(params.chart, params.values, recipe.folder),
          set: params.set,
        };
        try {
          await helm.lint(request);
          rendered[step.id] = await helm.render(request, {
            crds: true,
            ...(facts === undefined ? {} : { kubeVersion: facts.version }),
          });
          if (typeof params.chart === 'string') Object.assign(templates, await templateTexts(request.chart));
        } catch (error) {
          problems.push(renderProblem(error, step));
        }
      }),
  );
  // The database is objects of ours, and needs what they need: a StorageClass, its image.
  for (const step of plan.steps.filter(({ kind }) => kind === 'database')) {
    rendered[step.id] = databaseObjects(step.params as unknown as DatabaseParams).map((object) => ({
      object,
      source: step.id,
    }));
  }
  return { rendered, templates, problems };
}

function renderProblem(error: unknown, step: PlanStep): Problem {
  if (!(error instanceof ToolError) && !(error instanceof UserError)) throw error;
  const lines = error instanceof ToolError ? error.lastLines.slice(-4) : [];
  return {
    code: 'chart-does-not-render',
    message: `The chart of ${step.id} does not render: ${messageOf(error)}`,
    ...(lines.length === 0 ? {} : { neededBy: lines.join(' ') }),
    remedy: error.next.length > 0 ? error.next : ['Correct the chart or its values.'],
    answers: [...new Set(Object.values(step.origins).flat())],
    isFatal: true,
  };
}

/** Texts of a chart's templates by the name that Helm gives them: `backend/templates/deployment.yaml`. */
async function templateTexts(chart: string): Promise<Record<string, string>> {
  const name =
    /^name:\s*["']?([^"'\s]+)/m.exec(await readFile(join(chart, 'Chart.yaml'), 'utf8'))?.[1] ?? basename(chart);
  const files = await readdir(join(chart, 'templates'), { recursive: true, withFileTypes: true });
  const texts = await Promise.all(
    files
      .filter((file) => file.isFile())
      .map(async (file) => {
        const path = join(file.parentPath, file.name);
        return [`${name}${path.slice(chart.length)}`, await readFile(path, 'utf8')] as const;
      }),
  );
  return Object.fromEntries(texts);
}
