import type { Container, PodSpec } from '../../kinds/pod/types.ts';

/** A pod as the checks of the Pod Security Standards look at it. */
export interface CheckedPod {
  spec: PodSpec;
  annotations: Readonly<Record<string, string>>;
  /** Minor version of the standard: 34; Infinity for `latest`. */
  minor: number;
}

export interface Refusal {
  reason: string;
  detail: string;
}

export type PodCheck = (pod: CheckedPod) => Refusal | undefined;

export const quoted = (names: Iterable<string>) => `"${[...names].join('", "')}"`;
export const sortedQuoted = (names: Iterable<string>) => quoted([...names].sort());
export const many = (count: number, one: string, more: string) => (count === 1 ? one : more);

export const containersOf = ({ initContainers, containers, ephemeralContainers }: PodSpec): Container[] => [
  ...(initContainers ?? []),
  ...(containers ?? []),
  ...(ephemeralContainers ?? []),
];

export const namesOf = (spec: PodSpec, isBad: (container: Container) => boolean): string[] =>
  containersOf(spec)
    .filter(isBad)
    .map(({ name = '' }) => name);

export const named = (containers: readonly string[]) =>
  `${many(containers.length, 'container', 'containers')} ${quoted(containers)}`;

/** `pod and container "web"` */
export const settersOf = (isPod: boolean, containers: readonly string[]) =>
  [...(isPod ? ['pod'] : []), ...(containers.length > 0 ? [named(containers)] : [])].join(' and ');

export const isAllowedSeccomp = (type: string | undefined) => type === 'RuntimeDefault' || type === 'Localhost';

/** Profiles that somebody has set and that may not be. */
export function badSeccomp({ spec }: CheckedPod): Refusal | undefined {
  const typeOf = ({ securityContext }: Container) => securityContext?.seccompProfile?.type;
  const own = spec.securityContext?.seccompProfile?.type;
  const isBad = (type: string | undefined) => type !== undefined && !isAllowedSeccomp(type);
  const bad = namesOf(spec, (container) => isBad(typeOf(container)));
  const values = [own, ...containersOf(spec).map(typeOf)].filter((type): type is string => isBad(type));
  if (values.length === 0) return undefined;
  return {
    reason: 'seccompProfile',
    detail: `${settersOf(isBad(own), bad)} must not set securityContext.seccompProfile.type to ${sortedQuoted(new Set(values))}`,
  };
}
