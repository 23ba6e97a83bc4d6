import type { ReleaseRequest } from './helm.ts';
import { setFlags } from './set-flags.ts';

/** One context of one kubeconfig, as every command of helm names it. */
export interface HelmTarget {
  program: string;
  context: string;
  kubeconfig: string | undefined;
  major: 3 | 4;
}

/** Revisions that are kept; each is a Secret that holds the chart and its values. */
const history = '10';

/**
 * Helm 3 compares the old manifest, the new one and the live object, and changes what differs. Helm 4 would use server-side
 * apply for new releases: a field that someone or something else set (`kubectl edit`, an autoscaler) then fails the
 * upgrade. With it off both do the same to the same cluster, and a release may go from one to the other.
 */
const likeHelm3 = (major: 3 | 4): string[] => (major === 4 ? ['--server-side=false'] : []);

/** What names cluster and namespace. */
export function placeFlags({ context, kubeconfig }: HelmTarget, namespace: string): string[] {
  return [
    '--namespace',
    namespace,
    '--kube-context',
    context,
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
  ];
}

/** Where the chart comes from and the values that it is given. */
export function chartFlags({ repo, version, values, set }: ReleaseRequest): string[] {
  return [
    ...(repo === undefined ? [] : ['--repo', repo]),
    ...(version === undefined ? [] : ['--version', version]),
    ...values.flatMap((file) => ['--values', file]),
    ...setFlags(set),
  ];
}

/** Never `--wait`: the rollout is watched, and explained, by ourselves. */
export function upgradeArgv(target: HelmTarget, request: ReleaseRequest): string[] {
  return [
    target.program,
    'upgrade',
    '--install',
    request.name,
    request.chart,
    ...placeFlags(target, request.namespace),
    ...chartFlags(request),
    '--history-max',
    history,
    ...likeHelm3(target.major),
  ];
}

export function rollbackArgv(target: HelmTarget, name: string, namespace: string, revision: number): string[] {
  return [
    target.program,
    'rollback',
    name,
    String(revision),
    ...placeFlags(target, namespace),
    '--history-max',
    history,
    ...likeHelm3(target.major),
  ];
}

export function testArgv(target: HelmTarget, name: string, namespace: string): string[] {
  return [target.program, 'test', name, ...placeFlags(target, namespace), '--logs'];
}
