import { isAbsolute } from 'node:path';
import { ToolError } from '../../errors/errors.ts';
import { capture, jsonOf } from '../capture.ts';
import { explained } from '../problem.ts';
import type { CommandOptions, CommandResult, RunCommand } from '../shell/run.ts';
import { chartFlags, placeFlags, rollbackArgv, testArgv, upgradeArgv, type HelmTarget } from './argv.ts';
import { helmVersion } from './client.ts';
import type { Helm, ReleaseRequest, ReleaseStatus } from './helm.ts';
import { parseManifest } from './manifest.ts';
import { helmProblems } from './problems.ts';

export interface HelmSettings {
  run: RunCommand;
  context: string;
  /** File for `--kubeconfig`; else helm's own rules. */
  kubeconfig?: string;
  program?: string;
  /** Proves that the context is the approved cluster, before every write: `proveTarget` of kubectl. */
  proveTarget: () => Promise<void>;
}

/** Seconds for commands that do not change the cluster. */
const readTimeout = 60;
/** Seconds until the objects of a release that is uninstalled are gone. */
const uninstallTimeout = 300;

/** Finds out which helm it is. `UserError` (exit 4) when there is none or its version does not do. */
export async function createHelm(settings: HelmSettings): Promise<Helm> {
  const { run, context, kubeconfig, program = 'helm' } = settings;
  const { major, version } = await helmVersion(run, program);
  const target: HelmTarget = { program, context, kubeconfig, major };

  /** Manifests, hooks and values hold what their charts hold, passwords included: their output goes to the caller alone. */
  const read = (argv: readonly string[], options: CommandOptions = {}) =>
    explained(capture(run, argv, { timeout: readTimeout, ...options }), helmProblems);
  const write = async (argv: readonly string[], options?: CommandOptions): Promise<CommandResult> => {
    await settings.proveTarget();
    return explained(run(argv, options), helmProblems);
  };

  return {
    major,
    version,
    upgradeArgv: (request) => upgradeArgv(target, request),
    rollbackArgv: (name, namespace, revision) => rollbackArgv(target, name, namespace, revision),
    testArgv: (name, namespace) => testArgv(target, name, namespace),
    async render(request, options = {}) {
      const argv = [program, 'template', request.name, request.chart, ...placeFlags(target, request.namespace)];
      const { kubeVersion, apiVersions = [], crds = false } = options;
      const { stdout } = await read([
        ...argv,
        ...chartFlags(request),
        '--no-hooks',
        ...(crds ? ['--include-crds'] : []),
        ...(kubeVersion === undefined ? [] : ['--kube-version', kubeVersion]),
        ...apiVersions.flatMap((api) => ['--api-versions', api]),
      ]);
      return parseManifest(stdout);
    },
    lint: (request) => lint(run, target, request),
    async upgrade(argv, options) {
      await write(argv, options);
    },
    async test(argv, options) {
      await write(argv, options);
    },
    async status(name, namespace) {
      const argv = [program, 'status', name, ...placeFlags(target, namespace), '--output', 'json'];
      const answer = await orNone(read(argv));
      return answer === undefined ? undefined : statusIn(jsonOf(answer));
    },
    async manifest(name, namespace) {
      const { stdout } = await read([program, 'get', 'manifest', name, ...placeFlags(target, namespace)]);
      return parseManifest(stdout).map(({ object }) => object);
    },
    async uninstall(name, namespace, options = {}) {
      const timeout = options.timeout ?? uninstallTimeout;
      const flags = ['--ignore-not-found', '--wait', '--timeout', `${timeout}s`];
      await write([program, 'uninstall', name, ...placeFlags(target, namespace), ...flags], {
        ...options,
        timeout: timeout + 10,
      });
    },
  };
}

/** Charts of others are theirs to lint, and `helm lint` takes folders only. */
async function lint(run: RunCommand, { program }: HelmTarget, request: ReleaseRequest): Promise<void> {
  if (!isAbsolute(request.chart)) return;
  const { repo: _repo, version: _version, ...local } = request;
  const argv = [program, 'lint', request.chart, '--namespace', request.namespace, ...chartFlags(local)];
  await explained(run(argv, { timeout: readTimeout }), helmProblems);
}

/** `helm status -o json`; the same fields in Helm 3 and 4. */
function statusIn(answer: unknown): ReleaseStatus {
  const { name, namespace, version, info } = answer as {
    name: string;
    namespace: string;
    version: number;
    info: { status: string };
  };
  return { name, namespace, revision: version, status: info.status };
}

async function orNone<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ToolError && error.code === 'release-missing') return undefined;
    throw error;
  }
}
