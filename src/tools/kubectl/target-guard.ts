import { createHash } from 'node:crypto';
import { exitCodes } from '../../errors/exit-codes.ts';
import { Bug, ToolError, UserError } from '../../errors/errors.ts';
import { capture } from '../capture.ts';
import { explained } from '../problem.ts';
import type { RunCommand } from '../shell/run.ts';
import { apiGet } from './api-get.ts';
import { kubectlArgv, type KubectlTarget } from './argv.ts';
import { fingerprint } from './kubeconfig-files.ts';
import { kubectlProblems } from './problems.ts';

/** The cluster that the person approved. */
export interface FrozenTarget {
  /** API server URL. */
  server: string;
  /** SHA-256 of how the server proves itself: its CA, or that it need not. */
  ca: string;
  /** uid of the namespace kube-system; absent when the person may not read it. */
  uid?: string;
}

/** Proves before every write that the context still is the approved cluster. */
export interface TargetGuard {
  /**
   * Takes the cluster behind the context as the approved one. `expected`: what an earlier look, or an earlier run,
   * found; `UserError` (exit 5) when it differs.
   */
  freeze(expected?: Partial<FrozenTarget>): Promise<FrozenTarget>;
  /** `UserError` (exit 5) when the context points elsewhere. Asks nobody while the kubeconfig files are as they were. */
  prove(): Promise<void>;
}

export interface TargetGuardSettings {
  run: RunCommand;
  target: KubectlTarget;
  /** Without them there is nothing to notice a change by, so each proof asks kubectl. */
  kubeconfigFiles?: readonly string[] | undefined;
  frozen?: FrozenTarget | undefined;
}

export function createTargetGuard({ run, target, kubeconfigFiles, frozen }: TargetGuardSettings): TargetGuard {
  let approved = frozen;
  let provenAt: string | undefined;
  let proving: Promise<void> | undefined;

  const look = async (): Promise<FrozenTarget> => {
    const identity = await readIdentity(run, target);
    const uid = await readUid(run, target);
    return { ...identity, ...(uid === undefined ? {} : { uid }) };
  };

  const proveNow = async (): Promise<void> => {
    if (approved === undefined) throw new Bug('a write before the target was frozen');
    const mark = kubeconfigFiles === undefined ? undefined : await fingerprint(kubeconfigFiles);
    if (mark !== undefined && mark === provenAt) return;
    compare(target.context, approved, await look());
    provenAt = mark;
  };

  return {
    async freeze(expected = {}) {
      const mark = kubeconfigFiles === undefined ? undefined : await fingerprint(kubeconfigFiles);
      const found = await look();
      compare(target.context, expected, found);
      approved = found;
      provenAt = mark;
      return found;
    },
    prove() {
      proving ??= proveNow().finally(() => {
        proving = undefined;
      });
      return proving;
    },
  };
}

function compare(context: string, approved: Partial<FrozenTarget>, found: FrozenTarget): void {
  const difference = (['server', 'ca', 'uid'] as const).find(
    (part) => approved[part] !== undefined && found[part] !== undefined && approved[part] !== found[part],
  );
  if (difference === undefined) return;
  const words = {
    server: `It pointed at ${approved.server} and now points at ${found.server}.`,
    ca: `${found.server} is now trusted by another certificate authority.`,
    uid: `${found.server} is now another cluster (its namespace kube-system has another uid).`,
  };
  throw new UserError(`Context ${context} is no longer the cluster that you approved`, {
    why: words[difference],
    next: ['Nothing more was changed. Look at the context, then start again and approve the cluster that it names.'],
    exitCode: exitCodes.targetChanged,
  });
}

async function readIdentity(run: RunCommand, target: KubectlTarget): Promise<Pick<FrozenTarget, 'server' | 'ca'>> {
  // `--flatten` puts a CA that is a file in place; the template leaves keys and tokens out.
  const fields = ['server', 'certificate-authority-data', 'insecure-skip-tls-verify', 'tls-server-name'];
  const template = fields.map((field) => `{.clusters[0].cluster.${field}}`).join('{"\\n"}');
  const argv = kubectlArgv(target, ['config', 'view', '--minify', '--flatten', '--raw', `-o=jsonpath=${template}`]);
  const { stdout } = await explained(capture(run, argv, { timeout: 5 }), kubectlProblems);
  const [server = '', ...trust] = stdout.split('\n');
  if (server === '') {
    // kubectl itself would fall back to localhost:8080.
    throw new UserError(`Context ${target.context} names a cluster that is not in the kubeconfig`, {
      next: ['Correct the kubeconfig, or choose another context.'],
    });
  }
  return { server, ca: createHash('sha256').update(trust.join('\n')).digest('hex') };
}

async function readUid(run: RunCommand, target: KubectlTarget): Promise<string | undefined> {
  try {
    const namespace = await apiGet(run, target, '/api/v1/namespaces/kube-system');
    return (namespace as { metadata?: { uid?: string } }).metadata?.uid;
  } catch (error) {
    if (error instanceof ToolError && error.code === 'forbidden') return undefined;
    throw error;
  }
}
