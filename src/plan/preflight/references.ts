import type { KubernetesObject } from '../../kubernetes/objects.ts';
import type { RenderedObject } from '../../tools/helm/helm.ts';
import type { Plan, PlanStep, StepId } from '../plan.ts';
import { needsOf, podSpecOf, type Need } from './needs.ts';
import type { Problem } from './report.ts';
import { templateLine } from './template-line.ts';

/** What the check looks at: the plan, what its charts render to, and what the cluster has. */
export interface ReferenceCheck {
  plan: Plan;
  /** Rendered objects by release step. */
  rendered: Record<StepId, RenderedObject[]>;
  /** Text of each template by its source name. */
  templates: Record<string, string>;
  existing: ExistingObjects;
}

/** What the cluster has, as far as the rendered objects need it. undefined: could not be read, so not proven either way. */
export interface ExistingObjects {
  /** Keys of a Secret or ConfigMap; null: there is no such object. */
  keysOf(kind: 'Secret' | 'ConfigMap', namespace: string, name: string): string[] | null | undefined;
  has(
    kind: 'ServiceAccount' | 'PersistentVolumeClaim' | 'Service',
    namespace: string,
    name: string,
  ): boolean | undefined;
  storageClasses: { name: string; isDefault: boolean }[] | undefined;
  ingressClasses: { name: string; isDefault: boolean }[] | undefined;
  /** Served `group/version/Kind`. */
  servesKind(apiVersion: string, kind: string): boolean | undefined;
  /** Whether nodes or a registry have an image; undefined: nobody could say. */
  hasImage(image: string): boolean | undefined;
  /** Node port to the Service that has it: `namespace/name`. */
  nodePorts: Map<number, string> | undefined;
}

export interface References {
  problems: Problem[];
  proven: number;
}

/** Proves that whatever the rendered pods need exists or is made by an earlier step. Pure. */
export function checkReferences(check: ReferenceCheck): References {
  const problems: Problem[] = [];
  let proven = 0;
  const before = closures(check.plan.steps);
  for (const [step, objects] of Object.entries(check.rendered)) {
    const namespace = String(
      check.plan.steps.find(({ id }) => id === step)?.params['namespace'] ?? check.plan.namespace,
    );
    const makers = makersFor(check, before.get(step) ?? new Set());
    for (const { object, source } of objects) {
      const at = (need: { hints: string[]; by: string }) => whereIn(check.templates, source, need);
      for (const need of needsOf(object, namespace)) {
        const verdict = prove(need, check, makers);
        if (verdict === 'proven') proven += 1;
        else if (verdict !== 'optional') problems.push({ ...verdict, neededBy: at(need) });
      }
      for (const problem of portProblems(object, namespace, check))
        problems.push({ ...problem, neededBy: at({ hints: ['nodePort'], by: `Service ${object.metadata.name}` }) });
      const unserved = unservedKind(object, check);
      if (unserved !== undefined)
        problems.push({
          ...unserved,
          neededBy: at({ hints: ['apiVersion'], by: `${object.kind} ${object.metadata.name}` }),
        });
      const lonely = selectorProblem(object, objects);
      if (lonely !== undefined)
        problems.push({ ...lonely, neededBy: at({ hints: ['selector:'], by: `Service ${object.metadata.name}` }) });
    }
  }
  return { problems, proven };
}

/** An object that some earlier step makes, with its keys where it has any. */
interface Made {
  kind: string;
  name: string;
  namespace: string;
  keys?: string[];
  ports?: string[];
  step: StepId;
}

function makersFor(
  { plan, rendered }: ReferenceCheck,
  earlier: ReadonlySet<StepId>,
): { made: Made[]; tooLate: Made[] } {
  const all = plan.steps.flatMap((step) => madeBy(step, plan, rendered[step.id] ?? []));
  return { made: all.filter(({ step }) => earlier.has(step)), tooLate: all.filter(({ step }) => !earlier.has(step)) };
}

function madeBy({ id, kind, params }: PlanStep, plan: Plan, rendered: RenderedObject[]): Made[] {
  const namespace = String(params['namespace'] ?? plan.namespace);
  const name = String(params['name'] ?? '');
  switch (kind) {
    case 'secret':
      return [
        {
          kind: 'Secret',
          name,
          namespace,
          keys: (params['keys'] as { key: string; sources: unknown[] }[])
            .filter(({ sources }) => sources.length > 0)
            .map(({ key }) => key),
          step: id,
        },
      ];
    case 'pull-secret':
      return [{ kind: 'Secret', name, namespace, keys: ['.dockerconfigjson'], step: id }];
    case 'database':
      return [
        { kind: 'Secret', name, namespace, keys: ['password', 'username', 'database'], step: id },
        { kind: 'Service', name, namespace, ports: ['5432'], step: id },
      ];
    case 'certificate':
      return [
        {
          kind: 'Secret',
          name: String(params['secretName']),
          namespace,
          keys: ['tls.crt', 'tls.key', 'ca.crt'],
          step: id,
        },
      ];
    case 'release':
      return rendered.map(({ object }) => ({
        kind: object.kind,
        name: object.metadata.name,
        namespace: object.metadata.namespace ?? namespace,
        keys: [...Object.keys(object['data'] ?? {}), ...Object.keys(object['stringData'] ?? {})],
        ports: ((object['spec']?.ports ?? []) as { port?: number; name?: string }[]).flatMap(
          ({ port, name: portName }) => [String(port), ...(portName === undefined ? [] : [portName])],
        ),
        step: id,
      }));
    case 'image':
      return [{ kind: 'Image', name: String(params['pull']), namespace: '', step: id }];
    default:
      return [];
  }
}

type Verdict = 'proven' | 'optional' | Omit<Problem, 'neededBy'>;

function prove(need: Need, check: ReferenceCheck, { made, tooLate }: { made: Made[]; tooLate: Made[] }): Verdict {
  const same = (maker: Made) =>
    maker.kind === need.kind &&
    maker.name === need.name &&
    (need.kind === 'Image' || maker.namespace === need.namespace);
  const maker = made.find(same);
  if (maker !== undefined) {
    const has = need.kind === 'Service' ? maker.ports : maker.keys;
    if (need.key === undefined || has === undefined || has.includes(need.key)) return 'proven';
    return need.isOptional ? 'optional' : missingKey(need, has, check.plan, maker.step);
  }
  const exists = existing(need, check);
  if (exists === 'proven' || need.isOptional) return exists === 'proven' ? 'proven' : 'optional';
  const late = tooLate.find(same);
  if (late !== undefined) {
    return problem(
      'made-too-late',
      `${need.kind} ${need.name} is made by ${late.step}, which does not come before`,
      [`Add needs: [${late.step}] to the release, or refer to it by an expression.`],
      check.plan,
      need.name,
    );
  }
  return exists;
}

function existing(need: Need, check: ReferenceCheck): 'proven' | Omit<Problem, 'neededBy'> {
  const { existing: have, plan } = check;
  const unknown = () => ({
    ...problem(
      'not-proven',
      `Whether ${need.kind} ${need.name || '(default)'} exists could not be read`,
      [],
      plan,
      need.name,
    ),
    isFatal: false,
  });
  const missing = (message: string, remedy: string[]) =>
    problem(`missing-${kebab(need.kind)}`, message, remedy, plan, need.name);
  switch (need.kind) {
    case 'Secret':
    case 'ConfigMap': {
      const keys = have.keysOf(need.kind, need.namespace, need.name);
      if (keys === undefined) return unknown();
      if (keys === null)
        return missing(
          `${need.kind} ${need.name} is not in namespace ${need.namespace}, and no earlier step makes it`,
          [
            `Declare it in the recipe, or create it: kubectl -n ${need.namespace} create ${need.kind === 'Secret' ? 'secret generic' : 'configmap'} ${need.name}`,
          ],
        );
      return need.key === undefined || keys.includes(need.key) ? 'proven' : missingKey(need, keys, plan);
    }
    case 'ServiceAccount':
    case 'PersistentVolumeClaim':
    case 'Service': {
      const has = have.has(need.kind, need.namespace, need.name);
      return has === undefined
        ? unknown()
        : has
          ? 'proven'
          : missing(`${need.kind} ${need.name} is not in namespace ${need.namespace}, and no earlier step makes it`, [
              'Declare it in the chart, or correct the name.',
            ]);
    }
    case 'StorageClass':
      return classVerdict(need, have.storageClasses, unknown, missing, 'kubectl get storageclass');
    case 'IngressClass':
      return classVerdict(need, have.ingressClasses, unknown, missing, 'kubectl get ingressclass');
    case 'Image': {
      const has = have.hasImage(need.name);
      return has === undefined
        ? unknown()
        : has
          ? 'proven'
          : missing(`Image ${need.name} is neither on the nodes nor in its registry, and no earlier step builds it`, [
              'Correct the name or the tag, or log in to the registry.',
            ]);
    }
    case 'API':
    case 'Port':
      return 'proven';
    default:
      return need.kind satisfies never;
  }
}

function classVerdict(
  need: Need,
  classes: { name: string; isDefault: boolean }[] | undefined,
  unknown: () => Omit<Problem, 'neededBy'>,
  missing: (message: string, remedy: string[]) => Omit<Problem, 'neededBy'>,
  list: string,
): 'proven' | Omit<Problem, 'neededBy'> {
  if (classes === undefined) return unknown();
  const names = classes.map(({ name }) => name).join(', ') || 'none';
  if (need.name === '')
    return classes.some(({ isDefault }) => isDefault)
      ? 'proven'
      : missing(`The cluster has no default ${need.kind}, and none is named`, [`Name one of: ${names} (${list}).`]);
  return classes.some(({ name }) => name === need.name)
    ? 'proven'
    : missing(`${need.kind} ${need.name} is not in the cluster`, [`The cluster has: ${names} (${list}).`]);
}

function missingKey(need: Need, keys: string[], plan: Plan, step?: StepId): Omit<Problem, 'neededBy'> {
  const code = need.kind === 'Service' ? 'missing-port' : `missing-${kebab(need.kind)}-key`;
  const noun = need.kind === 'Service' ? 'port' : 'key';
  const made = plan.steps.find(({ id }) => id === step);
  const index = (made?.params['keys'] as { key: string }[] | undefined)?.findIndex(({ key }) => key === need.key) ?? -1;
  const behind =
    index < 0
      ? []
      : Object.entries(made?.origins ?? {}).flatMap(([at, answers]) =>
          at.startsWith(`keys[${index}]`) ? answers : [],
        );
  return {
    ...problem(
      code,
      `${need.kind} ${need.name} has no ${noun} ${need.key ?? ''}`,
      [`It has: ${keys.join(', ') || 'none'}. Add the ${noun}, or correct its name in the chart.`],
      plan,
      need.name,
    ),
    ...(behind.length === 0 ? {} : { answers: behind }),
  };
}

/** A problem, with the answers that any parameter holding this very name was made from. */
function problem(code: string, message: string, remedy: string[], plan: Plan, name: string): Omit<Problem, 'neededBy'> {
  const answers = new Set<string>();
  for (const { params, origins } of plan.steps) {
    for (const [at, from] of Object.entries(origins)) {
      if (name !== '' && valueAt(params, at) === name) for (const answer of from) answers.add(answer);
    }
  }
  return { code, message, remedy, answers: [...answers], isFatal: true };
}

/** `set.storage.class` may be a chart key with dots of its own: the longest key that fits is taken. */
function valueAt(value: unknown, path: string): unknown {
  if (path === '') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    if (path === key) return inner;
    if (path.startsWith(`${key}.`)) return valueAt(inner, path.slice(key.length + 1));
  }
  return undefined;
}

function portProblems(
  object: KubernetesObject,
  namespace: string,
  { existing: have, plan }: ReferenceCheck,
): Omit<Problem, 'neededBy'>[] {
  if (object.kind !== 'Service') return [];
  const self = `${object.metadata.namespace ?? namespace}/${object.metadata.name}`;
  return ((object['spec']?.ports ?? []) as { nodePort?: number }[]).flatMap(({ nodePort }) => {
    const holder = nodePort === undefined ? undefined : have.nodePorts?.get(nodePort);
    if (nodePort === undefined || holder === undefined || holder === self) return [];
    const answers = plan.steps.flatMap(({ params, origins }) =>
      Object.entries(origins).flatMap(([at, from]) => (valueAt(params, at) === nodePort ? from : [])),
    );
    return [
      {
        code: 'node-port-taken',
        message: `Node port ${nodePort} belongs to Service ${holder} already`,
        remedy: ['Answer another port from 30000 to 32767.'],
        answers: [...new Set(answers)],
        isFatal: true,
      },
    ];
  });
}

const builtIn = /^(v1|(apps|batch|autoscaling|policy)\/.*|[a-z.]+\.k8s\.io\/.*)$/;

function unservedKind(
  { apiVersion, kind }: KubernetesObject,
  { existing: have, plan }: ReferenceCheck,
): Omit<Problem, 'neededBy'> | undefined {
  if (have.servesKind(apiVersion, kind) !== false) return undefined;
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

/** A Service whose selector matches no pod of its release has no endpoints, ever. */
function selectorProblem(object: KubernetesObject, objects: RenderedObject[]): Omit<Problem, 'neededBy'> | undefined {
  const selector =
    object.kind === 'Service' ? (object['spec']?.selector as Record<string, string> | undefined) : undefined;
  if (selector === undefined || Object.keys(selector).length === 0) return undefined;
  const workloads = objects.filter((other) => podSpecOf(other.object) !== undefined);
  const matches = workloads.some(({ object: { kind, metadata, spec } }) => {
    const labels: Record<string, string> = (kind === 'Pod' ? metadata.labels : spec?.template?.metadata?.labels) ?? {};
    return Object.entries(selector).every(([name, value]) => labels[name] === value);
  });
  if (workloads.length === 0 || matches) return undefined;
  return {
    code: 'selector-matches-nothing',
    message: `Service ${object.metadata.name} selects ${Object.entries(selector)
      .map(([name, value]) => `${name}=${value}`)
      .join(', ')}, and no pod of the chart has these labels`,
    remedy: ['Make the selector and the labels of the pod template agree.'],
    answers: [],
    isFatal: true,
  };
}

function whereIn(
  templates: Record<string, string>,
  source: string,
  { hints, by }: { hints: string[]; by: string },
): string {
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

function kebab(kind: string): string {
  return kind.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
}
