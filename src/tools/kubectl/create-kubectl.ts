import { ToolError } from '../../errors/errors.ts';
import { managedBy, type KubernetesObject } from '../../kubernetes/objects.ts';
import { capture, jsonOf } from '../capture.ts';
import { explained } from '../problem.ts';
import type { CommandOptions, CommandResult, RunCommand } from '../shell/run.ts';
import { apiGet } from './api-get.ts';
import { applyObjects, manifestOf } from './apply.ts';
import { kubectlArgv, type KubectlTarget } from './argv.ts';
import { canI } from './can-i.ts';
import { kubectlVersion } from './client.ts';
import { readContexts, type KubeContexts } from './contexts.ts';
import { deleteObject } from './delete-object.ts';
import { forwardPort } from './forward.ts';
import type { Kubectl } from './kubectl.ts';
import { kubectlProblems } from './problems.ts';
import { createTargetGuard, type FrozenTarget, type TargetGuard } from './target-guard.ts';

export interface KubectlSettings {
  run: RunCommand;
  context: string;
  /** File for `--kubeconfig`; else kubectl's own rules. */
  kubeconfig?: string;
  program?: string;
  /** The cluster that was approved, when an earlier look found it. Without it `freezeTarget` comes before the first write. */
  freeze?: FrozenTarget;
  /** What `kubeconfigFiles()` names: a proof of the target then asks kubectl only after one of them changed. */
  kubeconfigFiles?: readonly string[];
}

/** kubectl as the composition root and the checks know it; steps see `Kubectl`. */
export interface BoundKubectl extends Kubectl {
  /** Version of the client; `UserError` (exit 4) when there is none or it is too old. */
  version(): Promise<string>;
  contexts(): Promise<KubeContexts>;
  /** GET of one API path as JSON, within 5 s. */
  api(path: string, options?: { timeout?: number; signal?: AbortSignal }): Promise<unknown>;
  /** What `write` does first; helm and whatever else writes do it too. */
  proveTarget: TargetGuard['prove'];
}

export function createKubectl(settings: KubectlSettings): BoundKubectl {
  const { run, context, kubeconfig, program = 'kubectl', freeze } = settings;
  const target: KubectlTarget = { program, context, kubeconfig };
  const files = settings.kubeconfigFiles ?? (kubeconfig === undefined ? undefined : [kubeconfig]);
  const guard = createTargetGuard({ run, target, kubeconfigFiles: files, frozen: freeze });

  const argv = (...args: string[]) => kubectlArgv(target, args);
  const read = (vector: readonly string[], options?: CommandOptions) =>
    explained(run(vector, options), kubectlProblems);
  const write = async (vector: readonly string[], options?: CommandOptions): Promise<CommandResult> => {
    await guard.prove();
    return explained(run(vector, options), kubectlProblems);
  };
  /** Output of these is what the cluster holds: it goes to the caller alone. */
  const readQuietly = (vector: readonly string[], options?: CommandOptions) =>
    explained(capture(run, vector, options), kubectlProblems);
  const writeQuietly = async (vector: readonly string[], options?: CommandOptions): Promise<CommandResult> => {
    await guard.prove();
    return explained(capture(run, vector, options), kubectlProblems);
  };

  const get: Kubectl['get'] = async (kind, name, namespace) => {
    const place = namespace === undefined ? [] : ['-n', namespace];
    try {
      const answer = await readQuietly(argv('get', kind, name, ...place, '-o', 'json', '--ignore-not-found'), {
        timeout: 60,
      });
      return answer.stdout.trim() === '' ? undefined : (jsonOf(answer) as KubernetesObject);
    } catch (error) {
      if (isCode(error, 'no-such-resource')) return undefined; // No kind, no object.
      throw error;
    }
  };

  return {
    argv,
    read,
    write,
    get,
    apply: (objects, options) => applyObjects({ argv, get, write: writeQuietly }, objects, options),
    async create(object, options = {}) {
      const vector = argv('create', `--field-manager=${managedBy}`, '-f', '-', '-o', 'json');
      const result = await writeQuietly(vector, { timeout: 60, ...options, stdin: manifestOf([object]) });
      return jsonOf(result) as KubernetesObject;
    },
    delete: (ref, options) =>
      deleteObject({ argv, write: writeQuietly, read: (path) => orNone(apiGet(run, target, path)) }, ref, options),
    mayI: (verb, resource, namespace) => canI({ argv, read }, verb, resource, namespace),
    forward: (service, port, namespace, signal) =>
      forwardPort(
        run,
        argv('port-forward', '-n', namespace, '--address', '127.0.0.1', `service/${service}`, `:${port}`),
        signal,
      ),
    version: () => kubectlVersion(run, program),
    contexts: () => readContexts(run, { program, kubeconfig }),
    api: (path, options) => apiGet(run, target, path, options),
    freezeTarget: (expected) => guard.freeze(expected),
    proveTarget: () => guard.prove(),
  };
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof ToolError && error.code === code;
}

async function orNone(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    if (isCode(error, 'not-found')) return undefined;
    throw error;
  }
}
