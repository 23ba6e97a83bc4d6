import type { Container, Volume } from '../../kinds/pod/types.ts';
import { baseline } from './baseline.ts';
import {
  badSeccomp,
  containersOf,
  isAllowedSeccomp,
  many,
  named,
  namesOf,
  quoted,
  settersOf,
  sortedQuoted,
  type CheckedPod,
  type PodCheck,
} from './check.ts';

const isWindows = ({ spec, minor }: CheckedPod) => minor >= 25 && spec.os?.name === 'windows';

const allowPrivilegeEscalation: PodCheck = (pod) => {
  const bad = namesOf(pod.spec, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  return bad.length === 0 || isWindows(pod)
    ? undefined
    : {
        reason: 'allowPrivilegeEscalation != false',
        detail: `${named(bad)} must set securityContext.allowPrivilegeEscalation=false`,
      };
};

const capabilitiesRestricted: PodCheck = (pod) => {
  if (isWindows(pod)) return undefined;
  const missing = namesOf(
    pod.spec,
    ({ securityContext }) => securityContext?.capabilities?.drop?.includes('ALL') !== true,
  );
  const addedBy = ({ securityContext }: Container) =>
    (securityContext?.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE');
  const adding = namesOf(pod.spec, (container) => addedBy(container).length > 0);
  const added = new Set(containersOf(pod.spec).flatMap(addedBy));
  const details = [
    ...(missing.length > 0 ? [`${named(missing)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(adding.length > 0
      ? [`${named(adding)} must not include ${sortedQuoted(added)} in securityContext.capabilities.add`]
      : []),
  ];
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
};

const allowedVolumes = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

const restrictedVolumes: PodCheck = ({ spec }) => {
  const typeOf = (volume: Volume) =>
    Object.keys(volume).find((field) => field !== 'name' && volume[field] !== undefined) ?? 'unknown';
  const bad = (spec.volumes ?? []).filter((volume) => !allowedVolumes.includes(typeOf(volume)));
  if (bad.length === 0) return undefined;
  const types = new Set(bad.map(typeOf));
  const what = many(types.size, 'restricted volume type', 'restricted volume types');
  return {
    reason: 'restricted volume types',
    detail: `${many(bad.length, 'volume', 'volumes')} ${quoted(bad.map(({ name = '' }) => name))} ${many(bad.length, 'uses', 'use')} ${what} ${sortedQuoted(types)}`,
  };
};

const runAsNonRoot: PodCheck = ({ spec }) => {
  const own = spec.securityContext?.runAsNonRoot;
  const bad = namesOf(spec, ({ securityContext }) => securityContext?.runAsNonRoot === false);
  const silent = namesOf(spec, ({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  const reason = 'runAsNonRoot != true';
  if (own === false || bad.length > 0)
    return { reason, detail: `${settersOf(own === false, bad)} must not set securityContext.runAsNonRoot=false` };
  return own === true || silent.length === 0
    ? undefined
    : { reason, detail: `pod or ${named(silent)} must set securityContext.runAsNonRoot=true` };
};

const runAsUser: PodCheck = ({ spec }) => {
  const own = spec.securityContext?.runAsUser === 0;
  const bad = namesOf(spec, ({ securityContext }) => securityContext?.runAsUser === 0);
  return own || bad.length > 0
    ? { reason: 'runAsUser=0', detail: `${settersOf(own, bad)} must not set runAsUser=0` }
    : undefined;
};

const seccompRestricted: PodCheck = (pod) => {
  if (isWindows(pod)) return undefined;
  const bad = badSeccomp(pod);
  if (bad !== undefined || isAllowedSeccomp(pod.spec.securityContext?.seccompProfile?.type)) return bad;
  const silent = namesOf(pod.spec, ({ securityContext }) => securityContext?.seccompProfile === undefined);
  return silent.length === 0
    ? undefined
    : {
        reason: 'seccompProfile',
        detail: `pod or ${named(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
      };
};

type BaselineName = keyof typeof baseline;

/** What the restricted standard adds, since which minor version, and the check of the baseline that is no longer needed. */
const additions: readonly { check: PodCheck; since: number; replaces?: BaselineName }[] = [
  { check: allowPrivilegeEscalation, since: 8 },
  { check: capabilitiesRestricted, since: 22, replaces: 'capabilitiesBaseline' },
  { check: restrictedVolumes, since: 0, replaces: 'hostPathVolumes' },
  { check: runAsNonRoot, since: 0 },
  { check: runAsUser, since: 23 },
  { check: seccompRestricted, since: 19, replaces: 'seccomp' },
];

/** The checks of a level, as they were in a minor version (k8s.io/pod-security-admission/policy/registry.go). */
export function checksOf(level: 'baseline' | 'restricted', minor: number): PodCheck[] {
  if (level === 'baseline') return Object.values(baseline);
  const added = additions.filter(({ since }) => minor >= since);
  const replaced = new Set(added.map(({ replaces }) => replaces));
  const kept = Object.entries(baseline).filter(([name]) => !replaced.has(name as BaselineName));
  return [...kept.map(([, check]) => check), ...added.map(({ check }) => check)];
}
