import { readdir, readFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { basename, join } from 'node:path';
import { messageOf, ToolError, UserError } from '../errors/errors.ts';
import { quantity } from '../facts/cluster-facts.ts';
import { existingObjects } from '../facts/existing-objects.ts';
import { paramText, type Plan, type PlanStep, type StepId } from '../plan/plan.ts';
import { podSpecOf } from '../plan/preflight/needs.ts';
import { checkReferences } from '../plan/preflight/references.ts';
import type { PreflightReport, Problem } from '../plan/preflight/report.ts';
import { unsupported } from '../plan/preflight/unsupported.ts';
import type { Answers } from '../questions/question.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { isSecretRef } from '../secrets/secret.ts';
import { databaseObjects, type DatabaseParams } from '../steps/database/objects.ts';
import { chartSource, type ReleaseParams } from '../steps/release/plan.ts';
import { steps } from '../steps/steps.ts';
import type { RenderedObject } from '../tools/helm/helm.ts';
import type { Connection } from './connection.ts';
import type { Program } from './program.ts';

export interface PreflightRequest {
  program: Program;
  recipe: Recipe;
  connection: Connection;
  plan: Plan;
  answers: Answers;
  source: string;
}

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
    ],
    proven: [
      ...(connection.facts === undefined
        ? ['references are checked when the cluster has started']
        : [`${references.proven} references resolve`]),
      ...(rights.length === 0 && connection.facts !== undefined ? ['you may do all of this'] : []),
      ...room.proven,
    ],
  };
}

/** Renders every chart of the plan, and reads its templates for the lines in messages. */
async function renderAll({ plan, connection: { helm, facts }, recipe }: PreflightRequest) {
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

async function referencesOf(
  { plan, connection }: PreflightRequest,
  rendered: Record<StepId, RenderedObject[]>,
  templates: Record<string, string>,
) {
  const existing = await existingObjects({ plan, rendered, reader: connection.reader, facts: connection.facts });
  return checkReferences({ plan, rendered, templates, existing });
}

/** Docker is needed only for images that the nodes do not have. */
async function engineProblems({
  plan,
  connection: { docker, provider },
  program,
}: PreflightRequest): Promise<Problem[]> {
  const images = plan.steps.filter(({ kind }) => kind === 'image');
  if (images.length === 0) return [];
  const has = await Promise.all(
    images.map(async ({ params }) => {
      const tag = paramText(params, 'push');
      if (plan.target.delivery.by === 'shared-daemon')
        return docker.imageId(tag).then(
          (id) => id !== undefined,
          () => false,
        ); // The engine says below why not.
      return (
        plan.target.state === 'running' && (await provider.hasImage(plan.target.delivery, tag, program.stop)) === true
      );
    }),
  );
  if (has.every(Boolean)) return [];
  try {
    const engine = await docker.engine();
    if (engine.architecture !== plan.target.architecture && engine.builder === 'legacy') {
      return [
        {
          code: 'image-architecture',
          message: `The nodes are ${plan.target.architecture}, and this Docker engine builds only ${engine.architecture}`,
          remedy: ['Install buildx with emulation: https://docs.docker.com/build/building/multi-platform/'],
          answers: [],
          isFatal: true,
        },
      ];
    }
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [
      {
        code: 'docker',
        message: error.message,
        ...(error.why === undefined ? {} : { neededBy: error.why }),
        remedy: error.next,
        answers: [],
        isFatal: true,
      },
    ];
  }
}

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

async function rightsProblems({ plan, connection: { kubectl, facts } }: PreflightRequest): Promise<Problem[]> {
  if (facts === undefined) return [];
  const wanted = new Map<string, { verb: string; resource: string; namespace?: string }>();
  const ask = (verb: string, resource: string, namespace?: string) =>
    wanted.set(`${verb} ${resource} ${namespace ?? ''}`, {
      verb,
      resource,
      ...(namespace === undefined ? {} : { namespace }),
    });
  for (const { kind, params } of plan.steps) {
    if (kind === 'namespace' && facts.namespaces?.every(({ metadata }) => metadata.name !== params['name']) !== false)
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

const connectMilliseconds = 4000;

/** A database outside the cluster must answer from here, unless only the cluster can know its name. */
async function databaseProblems({ answers, program: { vault } }: PreflightRequest): Promise<Problem[]> {
  const checks = Object.entries(answers).map(async ([id, value]): Promise<Problem[]> => {
    const text = isSecretRef(value) ? vault.get(value)?.reveal() : undefined;
    if (text === undefined || !/^postgres(ql)?(\+\w+)?:\/\//.test(text) || !URL.canParse(text)) return [];
    const { hostname, port } = new URL(text);
    const isOnlyInside = /\.svc(\.cluster\.local)?$/.test(hostname) || !hostname.includes('.');
    const isPrivate = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd][0-9a-f]{2}:)/.test(hostname);
    if (isOnlyInside && hostname !== 'localhost') return [];
    const why = await tcpAnswer(hostname, Number(port === '' ? 5432 : port));
    if (why === undefined) return [];
    return [
      {
        code: 'database-unreachable',
        message: `The database at ${hostname}:${port === '' ? 5432 : port} does not answer: ${why}`,
        remedy: ['Check host and port of the URL, and that this machine and the cluster may connect to it.'],
        answers: [id],
        isFatal: !isPrivate,
      },
    ];
  });
  return (await Promise.all(checks)).flat();
}

/** undefined: somebody answers. */
function tcpAnswer(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connectTcp({ host, port, timeout: connectMilliseconds });
    const end = (why: string | undefined) => {
      socket.destroy();
      resolve(why);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end(`no answer within ${connectMilliseconds / 1000} s`));
    socket.once('error', (error: NodeJS.ErrnoException) =>
      end(
        error.code === 'ENOTFOUND'
          ? 'there is no such host'
          : error.code === 'ECONNREFUSED'
            ? 'the connection is refused'
            : error.message,
      ),
    );
  });
}

/** Requests of all pods together against what the nodes have left. Pods that run already are counted among the used: a warning only then. */
function roomProblems(
  objects: RenderedObject[],
  { facts }: Connection,
  plan: Plan,
): { problems: Problem[]; proven: string[] } {
  if (facts?.free === undefined) return { problems: [], proven: [] };
  let cpu = 0;
  let memory = 0;
  for (const { object } of objects) {
    const replicas = Number(object['spec']?.replicas ?? 1);
    for (const container of podSpecOf(object)?.containers ?? []) {
      const { requests } = (container as { resources?: { requests?: Record<string, string> } }).resources ?? {};
      cpu += replicas * quantity(requests?.['cpu']);
      memory += replicas * quantity(requests?.['memory']);
    }
  }
  const gigabytes = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
  const free = `${facts.free.cpu.toFixed(1)} CPU and ${gigabytes(facts.free.memory)} are free`;
  const isThere = facts.namespaces?.some(({ metadata }) => metadata.name === plan.namespace) === true;
  if (cpu <= facts.free.cpu && memory <= facts.free.memory) return { problems: [], proven: [free] };
  return {
    problems: [
      {
        code: 'no-room',
        message: `The pods request ${cpu.toFixed(1)} CPU and ${gigabytes(memory)}; ${free}`,
        remedy: ['Answer fewer pods, or give the cluster more room.'],
        answers: ['replicas'].filter((id) =>
          plan.steps.some(({ origins }) => Object.values(origins).flat().includes(id)),
        ),
        // What an earlier run put there is counted as used, and is replaced: only a new deployment must find all of it free.
        isFatal: !isThere,
      },
    ],
    proven: [],
  };
}
