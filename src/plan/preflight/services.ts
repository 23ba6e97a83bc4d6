import type { KubernetesObject } from '../../kubernetes/objects.ts';
import type { RenderedObject } from '../../tools/helm/helm.ts';
import type { Plan } from '../plan.ts';
import { answersBehind, type Finding } from './finding.ts';
import { podSpecOf } from './needs.ts';

/** A rendered object, and the namespace in which it will be. */
export interface Placed {
  object: KubernetesObject;
  namespace: string;
}

interface ServicePort {
  nodePort?: number;
  protocol?: string;
}

/** Node ports that others have: in the cluster, or in this very plan. */
export function portProblems(
  { object, namespace }: Placed,
  all: readonly Placed[],
  taken: Map<number, string> | undefined,
  plan: Plan,
): Finding[] {
  if (object.kind !== 'Service') return [];
  const self = `${namespace}/${object.metadata.name}`;
  return portsOf(object).flatMap(({ nodePort, protocol }) => {
    if (nodePort === undefined) return [];
    const holder = taken?.get(nodePort);
    const twin = all.find((other) => other.object !== object && asksFor(other, nodePort, protocol));
    const problem = (code: string, message: string, remedy: string) => [
      { code, message, remedy: [remedy], answers: answersBehind(plan, nodePort), isFatal: true },
    ];
    if (holder !== undefined && holder !== self)
      return problem(
        'node-port-taken',
        `Node port ${nodePort} belongs to Service ${holder} already`,
        'Answer another port from 30000 to 32767.',
      );
    if (twin !== undefined)
      return problem(
        'node-port-twice',
        `Node port ${nodePort} is asked for by Service ${twin.object.metadata.name} as well`,
        'Answer two different ports from 30000 to 32767.',
      );
    return [];
  });
}

function portsOf(object: KubernetesObject): ServicePort[] {
  return (object['spec']?.ports ?? []) as ServicePort[];
}

function asksFor({ object }: Placed, port: number, protocol = 'TCP'): boolean {
  return (
    object.kind === 'Service' &&
    portsOf(object).some(({ nodePort, protocol: other = 'TCP' }) => nodePort === port && other === protocol)
  );
}

/** A Service whose selector matches no pod of the plan has no endpoints, ever. */
export function selectorProblem({ object, namespace }: Placed, all: readonly Placed[]): Finding | undefined {
  const selector =
    object.kind === 'Service' ? (object['spec']?.selector as Record<string, string> | undefined) : undefined;
  if (selector === undefined || Object.keys(selector).length === 0) return undefined;
  const workloads = all.filter((other) => other.namespace === namespace && podSpecOf(other.object) !== undefined);
  const matches = workloads.some((other) => {
    const labels = podLabels(other.object);
    return Object.entries(selector).every(([name, value]) => labels[name] === value);
  });
  if (workloads.length === 0 || matches) return undefined;
  return {
    code: 'selector-matches-nothing',
    message: `Service ${object.metadata.name} selects ${Object.entries(selector)
      .map(([name, value]) => `${name}=${value}`)
      .join(', ')}, and no pod of the plan has these labels`,
    remedy: ['Make the selector and the labels of the pod template agree.'],
    answers: [],
    isFatal: true,
  };
}

function podLabels({ kind, metadata, spec }: KubernetesObject): Record<string, string> {
  const template = kind === 'CronJob' ? spec?.jobTemplate?.spec?.template : spec?.template;
  return ((kind === 'Pod' ? metadata.labels : template?.metadata?.labels) as Record<string, string> | undefined) ?? {};
}

/** Definitions that the charts bring themselves, as `group/Kind`. */
export function broughtKinds(all: readonly RenderedObject[]): Set<string> {
  return new Set(
    all.flatMap(({ object: { kind, spec } }) =>
      kind === 'CustomResourceDefinition' ? [`${String(spec?.group)}/${String(spec?.names?.kind)}`] : [],
    ),
  );
}
