import type { Reader } from '../controllers/client.ts';
import { hasKey, type MissingData } from './container-config.ts';
import type { Pod, Volume } from './pod.ts';

/** Milliseconds: the first wait after a mount that failed, and the longest (pkg/volume/util/operationexecutor: 500 ms to 2 min 2 s). */
export const mountBackOff = { first: 500, longest: 122_000 } as const;

export interface MountProblem {
  volume: string;
  message: string;
}

/** Volumes that cannot be mounted yet, each with the text of its event FailedMount (recorded from a 1.34 kubelet). */
export function mountProblems(pod: Pod, reader: Reader, isMissing: MissingData): MountProblem[] {
  return (pod.spec.volumes ?? []).flatMap((volume) => {
    const why = problemOf(pod, volume, reader, isMissing);
    return why === undefined
      ? []
      : [{ volume: volume.name, message: `MountVolume.SetUp failed for volume "${volume.name}" : ${why}` }];
  });
}

function problemOf(pod: Pod, volume: Volume, reader: Reader, isMissing: MissingData): string | undefined {
  const { secret, configMap, projected } = volume;
  if (secret !== undefined) return dataProblem('Secret', secret.secretName, secret, pod, reader, isMissing);
  if (configMap !== undefined) return dataProblem('ConfigMap', configMap.name, configMap, pod, reader, isMissing);
  const problems = (projected?.sources ?? []).flatMap((source) => {
    // Every pod has the root certificate projected; the kubelet's complaint about it is a race that heals by itself.
    if (source.configMap?.name === 'kube-root-ca.crt') return [];
    const why =
      source.secret === undefined
        ? source.configMap === undefined
          ? undefined
          : dataProblem('ConfigMap', source.configMap.name, source.configMap, pod, reader, isMissing)
        : dataProblem('Secret', source.secret.name, source.secret, pod, reader, isMissing);
    return why === undefined ? [] : [why];
  });
  return problems.length > 1 ? `[${problems.join(', ')}]` : problems[0];
}

function dataProblem(
  kind: 'Secret' | 'ConfigMap',
  name: string,
  { items, optional }: { items?: { key: string }[]; optional?: boolean },
  pod: Pod,
  reader: Reader,
  isMissing: MissingData,
): string | undefined {
  if (optional === true) return undefined;
  const { namespace = '' } = pod.metadata;
  const object = isMissing(kind, namespace, name) ? undefined : reader.get(`v1 ${kind}`, namespace, name);
  if (object === undefined) return `${kind.toLowerCase()} "${name}" not found`;
  const absent = (items ?? []).find(({ key }) => !hasKey(object, key) || isMissing(kind, namespace, name, key));
  if (absent === undefined) return undefined;
  return kind === 'Secret'
    ? `references non-existent secret key: ${absent.key}`
    : `configmap references non-existent config key: ${absent.key}`;
}
