import type { KubernetesObject } from '../objects.ts';
import type { PodContainer } from '../rollout/containers.ts';
import type { Scene } from './scene.ts';

/** Who can mend it: the image or program, what was written into the recipe or chart, the registry, the cluster. */
export type Mender = 'application' | 'recipe' | 'registry' | 'cluster';

/** A Secret or ConfigMap, and the key in it, from which a container takes what is wrong. */
export interface Reference {
  kind: 'Secret' | 'ConfigMap';
  name: string;
  key?: string;
}

/** What was found, before it becomes sentences. */
export interface Finding {
  /** The object that has it: a pod, a claim, a ReplicaSet. */
  object: KubernetesObject;
  container?: PodContainer;
  /** The true words of the cluster or of the program. */
  message: string;
  /** What the words say in particular, for the sentences. */
  names: Record<string, string>;
  /** Where the words stand: `event: ...`, `log: ...`. */
  evidence: string[];
  /** Path in the object of what is to be changed: `spec.containers[0].image`. */
  field?: string;
  reference?: Reference;
  /** Milliseconds since 1970. */
  since: number | undefined;
  /** How often it has happened; 1 unless it repeats. */
  occurrences: number;
}

/**
 * When a failure counts as one that the cluster cannot heal: at once; when it happens again (the kubelet tries once more
 * within moments); after so many seconds; when the rollout's own time is up; never by itself.
 */
export type Fatal = 'now' | 'again' | 'deadline' | 'never' | { seconds: number };

/** A known failure is an entry, not an `if`. */
export interface KnownFailure {
  /** Stable and public: `deploy-wizard explain CODE`. */
  code: string;
  who: Mender;
  /** Pure; looks at one scene and nothing else. */
  find(scene: Scene): Finding | undefined;
  /** Seconds for which it is how things begin, and nothing to be told of. */
  usualFor?: number;
  fatal: Fatal | ((finding: Finding, scene: Scene) => Fatal);
  /** One sentence for somebody who knows Docker and little Kubernetes. */
  cause(finding: Finding): string;
  /** What to do, the best first; sentences or commands. */
  remedy(finding: Finding): string[];
  /** What `explain` tells of it: what it means and how it is mended, whatever the names. */
  means: string;
  /** Where the signal is specified: source or documentation. */
  source: string;
}

/**
 * What the named groups of a pattern matched. A group that took no part is left out; `host2` is another place for `host`,
 * since a name may stand only once in a pattern.
 */
export function groupsOf(match: RegExpMatchArray | null | undefined): Record<string, string> {
  const entries = Object.entries(match?.groups ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.map(([name, value]) => [name.replace(/\d+$/, ''), value]));
}

/** A group of the table; here so that its entries are checked where they stand. */
export const knownFailures = (entries: KnownFailure[]): KnownFailure[] => entries;

/** `stalled`: may heal; `failsAt` (milliseconds since 1970) is when that hope ends. */
export interface Severity {
  state: 'stalled' | 'failed';
  failsAt?: number;
}

export function severity(failure: KnownFailure, finding: Finding, scene: Scene): Severity {
  const fatal = typeof failure.fatal === 'function' ? failure.fatal(finding, scene) : failure.fatal;
  if (fatal === 'now') return { state: 'failed' };
  if (fatal === 'again') return { state: finding.occurrences > 1 ? 'failed' : 'stalled' };
  if (fatal === 'never') return { state: 'stalled' };
  const failsAt = fatal === 'deadline' ? scene.deadline : (finding.since ?? scene.now) + fatal.seconds * 1000;
  if (failsAt === undefined) return { state: 'stalled' };
  return scene.now >= failsAt ? { state: 'failed' } : { state: 'stalled', failsAt };
}
