import type { Container, Pod } from '../node/pod.ts';

/** Labels by which people call the parts of an application (kubernetes.io, recommended labels). */
const labels = ['app', 'app.kubernetes.io/name', 'app.kubernetes.io/component', 'app.kubernetes.io/instance'];

/** Whether a fault that names a component means this container; without one: this pod. */
export function isMeant(component: string, pod: Pod, container?: Container): boolean {
  if (container?.name === component) return true;
  const { name, labels: own = {} } = pod.metadata;
  if (container === undefined && pod.spec.containers.some((each) => each.name === component)) return true;
  // A container of another name in a pod of this one is a sidecar or a helper unless it is the only one.
  const isOnly = container === undefined || pod.spec.containers.length === 1 || pod.spec.containers[0] === container;
  return (
    isOnly &&
    (name === component || name.startsWith(`${component}-`) || labels.some((label) => own[label] === component))
  );
}

/** A pod of an operator that OLM installed: it writes its OperatorGroup on them. The server of its own catalog API is none. */
export const isInstalledOperator = ({ metadata }: Pod): boolean =>
  metadata.annotations?.['olm.operatorGroup'] !== undefined && metadata.labels?.['app'] !== 'packageserver';

/** A pod of a server that the Keycloak operator runs. */
export const isKeycloakServer = ({ metadata }: Pod): boolean =>
  metadata.labels?.['app'] === 'keycloak' && metadata.labels['app.kubernetes.io/managed-by'] === 'keycloak-operator';
