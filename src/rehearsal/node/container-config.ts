import type { Reader } from '../controllers/client.ts';
import { knownImage } from './known-images.ts';
import { podText, type Container, type Pod } from './pod.ts';

/** What of a Secret or ConfigMap is missing, as a fault would have it: `secret "x" not found`, or a key. */
export type MissingData = (kind: 'Secret' | 'ConfigMap', namespace: string, name: string, key?: string) => boolean;

/** makeEnvironmentVariables and verifyRunAsNonRoot in pkg/kubelet; the order of the checks is theirs. */
export function configProblem(
  pod: Pod,
  container: Container,
  reader: Reader,
  isMissing: MissingData,
): string | undefined {
  return nonRootProblem(pod, container) ?? environmentProblem(pod, container, reader, isMissing);
}

function environmentProblem(
  pod: Pod,
  container: Container,
  reader: Reader,
  isMissing: MissingData,
): string | undefined {
  const namespace = pod.metadata.namespace ?? '';
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    const problem =
      refProblem('ConfigMap', namespace, configMapRef, reader, isMissing) ??
      refProblem('Secret', namespace, secretRef, reader, isMissing);
    if (problem !== undefined) return problem;
  }
  for (const { valueFrom } of container.env ?? []) {
    const problem =
      refProblem('ConfigMap', namespace, valueFrom?.configMapKeyRef, reader, isMissing) ??
      refProblem('Secret', namespace, valueFrom?.secretKeyRef, reader, isMissing);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function refProblem(
  kind: 'Secret' | 'ConfigMap',
  namespace: string,
  ref: { name: string; key?: string; optional?: boolean } | undefined,
  reader: Reader,
  isMissing: MissingData,
): string | undefined {
  if (ref === undefined || ref.optional === true) return undefined;
  const { name, key } = ref;
  const object = isMissing(kind, namespace, name) ? undefined : reader.get(`v1 ${kind}`, namespace, name);
  if (object === undefined) return `${kind.toLowerCase()} "${name}" not found`;
  if (key === undefined) return undefined;
  const has = hasKey(object, key) && !isMissing(kind, namespace, name, key);
  return has ? undefined : `couldn't find key ${key} in ${kind} ${namespace}/${name}`;
}

export function hasKey(object: Record<string, unknown>, key: string): boolean {
  const data = object['data'] as Record<string, string> | undefined;
  const binary = object['binaryData'] as Record<string, string> | undefined;
  return data?.[key] !== undefined || binary?.[key] !== undefined;
}

/** pkg/kubelet/kuberuntime/security_context.go */
function nonRootProblem(pod: Pod, container: Container): string | undefined {
  const context = { ...pod.spec.securityContext, ...container.securityContext };
  if (context.runAsNonRoot !== true) return undefined;
  const about = `(pod: "${podText(pod)}", container: ${container.name})`;
  if (context.runAsUser !== undefined)
    return context.runAsUser === 0 ? `container's runAsUser breaks non-root policy ${about}` : undefined;
  return runsAsRoot(container.image) ? `container has runAsNonRoot and image will run as root ${about}` : undefined;
}

/** Known for the images of the table only: of others nobody can say without pulling them. */
const runsAsRoot = (image: string) => {
  const known = knownImage(image);
  return known !== undefined && known.user === undefined;
};

/** The user that the status of a container names; root unless something says otherwise. */
export function userOf(
  { spec }: Pod,
  container: Container,
): { uid: number; gid: number; supplementalGroups: number[] } {
  const context = { ...spec.securityContext, ...container.securityContext };
  const uid = context.runAsUser ?? knownImage(container.image)?.user ?? 0;
  const gid = context.runAsGroup ?? 0;
  const { fsGroup, supplementalGroups = [] } = spec.securityContext ?? {};
  const groups = [...supplementalGroups, ...(fsGroup === undefined ? [] : [fsGroup]), gid];
  return { uid, gid, supplementalGroups: [...new Set(groups)].sort((one, other) => one - other) };
}
