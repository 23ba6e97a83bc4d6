import type { KubernetesObject } from '../../kubernetes/objects.ts';
import type { CommandOptions, CommandResult } from '../shell/run.ts';
import type { FrozenTarget } from './target-guard.ts';

/** The person's kubectl, bound to one context. Every command names it; writes first prove that the context still is the approved cluster. */
export interface Kubectl {
  /** Argument vector of a command: `kubectl --context X ...`. What plans show. */
  argv(...args: string[]): string[];
  /**
   * Takes the cluster that the context names now as the approved one: before the first write, and again after a start
   * gave it another address. `expected` is what was approved before; `UserError` (exit 5) when it is another cluster.
   */
  freezeTarget(expected?: Partial<FrozenTarget>): Promise<FrozenTarget>;
  /** Runs an argument vector that `describe` returned, or one made by `argv`; for reads. */
  read(argv: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** The same for commands that change the cluster: refuses (exit 5) when the context points elsewhere than approved. */
  write(argv: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Server-side apply of the objects by stdin, as field manager `deploy-wizard`; the objects as the server stored them. */
  apply(objects: KubernetesObject[], options?: CommandOptions): Promise<KubernetesObject[]>;
  /** Creates one object by stdin; fails when it exists. The way for secrets: never apply, never argv. */
  create(object: KubernetesObject, options?: CommandOptions): Promise<KubernetesObject>;
  /** undefined when there is none, or no such kind. */
  get(kind: string, name: string, namespace?: string): Promise<KubernetesObject | undefined>;
  /**
   * Deletes an object if it still has this uid (without one: if it carries our label), and waits until it and what it owns
   * are gone; `timeout` seconds, 300 unless told. `ToolError` `deletion-blocked` says what holds it.
   */
  delete(
    object: { apiVersion: string; kind: string; name: string; namespace?: string; uid?: string },
    options?: CommandOptions,
  ): Promise<'deleted' | 'gone' | 'foreign'>;
  /** `kubectl auth can-i`: SelfSubjectAccessReview, no change. */
  mayI(verb: string, resource: string, namespace?: string): Promise<boolean>;
  /** Forwards a free port of this host to a Service; resolves when it listens. */
  forward(
    service: string,
    port: number,
    namespace: string,
    signal: AbortSignal,
  ): Promise<{ port: number; ended: Promise<void> }>;
}
