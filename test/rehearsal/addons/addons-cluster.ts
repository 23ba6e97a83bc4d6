import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startRehearsal } from '../../../src/rehearsal/start.ts';
import { kubernetesTools } from '../../support/kubernetes-tools.ts';
import { realRun } from '../../support/real-run.ts';

/**
 * A folder with a script `manifests NAME` that prints the folder of an add-on's official manifests: they are too large for this
 * repository (the definitions of four add-ons are 4 MB).
 */
export const addons = process.env['DEPLOY_WIZARD_TEST_ADDONS'];

const execute = promisify(execFile);

/** A rehearsal with a real kubectl that installs add-ons in it. */
export async function addonsCluster(faults: string[] = []) {
  const directory = await mkdtemp(join(tmpdir(), 'rehearsal-addons-'));
  const { kubectl } = await kubernetesTools();
  const rehearsal = await startRehearsal({
    run: realRun({}),
    program: join(import.meta.dirname, '../../../src/rehearsal/process.ts'),
    directory,
    environment: process.env,
    now: Date.now(),
    seed: 'addons',
    speed: 50,
    faults,
  });
  const env = { ...rehearsal.environment, KUBECONFIG: rehearsal.kubeconfig };
  /** Standard output, or with `fails` what it said when it failed. */
  async function run(args: readonly string[], input = ''): Promise<string> {
    const child = execute(kubectl, args, { env, maxBuffer: 64 * 1024 * 1024 });
    child.child.stdin?.end(input);
    return (await child).stdout;
  }
  const refused = async (args: readonly string[], input = ''): Promise<string> =>
    run(args, input).then(
      (said) => `not refused: ${said}`,
      (error: unknown) => (error as { stderr: string }).stderr,
    );
  return {
    rehearsal,
    kubectl: run,
    refused,
    apply: (text: string) => run(['apply', '-f', '-'], text),
    wait: (what: string, namespace: string, condition: string) =>
      run(['wait', ...what.split(' '), '-n', namespace, `--for=${condition}`, '--timeout=60s']),
    async get(what: string, namespace: string): Promise<Record<string, unknown>> {
      return JSON.parse(await run(['get', ...what.split(' '), '-n', namespace, '-o', 'json'])) as Record<
        string,
        unknown
      >;
    },
    /** Folder of the manifests of an add-on. */
    async manifests(name: string): Promise<string> {
      const { stdout } = await execute(join(addons ?? '', 'manifests'), [name]);
      return stdout.trim().split('\n').at(-1) ?? '';
    },
    /** `Warning REASON: MESSAGE` of each event about an object, in their order. */
    async events(namespace: string, name: string): Promise<string[]> {
      const { items } = JSON.parse(
        await run(['get', 'events', '-n', namespace, '-o', 'json', `--field-selector=involvedObject.name=${name}`]),
      ) as { items: { type: string; reason: string; message: string }[] };
      return items.map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
    },
    async stop() {
      await rehearsal.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export type AddonsCluster = Awaited<ReturnType<typeof addonsCluster>>;
