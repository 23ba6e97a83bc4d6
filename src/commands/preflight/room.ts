import { quantity } from '../../kubernetes/quantity.ts';
import type { Plan } from '../../plan/plan.ts';
import { podSpecOf } from '../../plan/preflight/needs.ts';
import type { Problem } from '../../plan/preflight/report.ts';
import type { RenderedObject } from '../../tools/helm/helm.ts';
import type { Connection } from '../connection.ts';

/** Requests of all pods together against what the nodes have left. Pods that run already are counted among the used: a warning only then. */
export function roomProblems(
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
