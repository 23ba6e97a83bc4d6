import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { helmPrograms } from '../../support/helm-programs.ts';
import { kubernetesTools } from '../../support/kubernetes-tools.ts';

/** A program that scenarios are told with. */
export interface Client {
  /** `kubectl 1.35`, `helm 4`: what a recording files its answers under. */
  name: string;
  tool: 'kubectl' | 'helm';
  /** `v1.35.2` */
  version: string;
  /** Absolute path. */
  program: string;
}

/** Other kubectls to run the suite with, as PATH lists folders; without it that of PATH. */
const otherKubectls = process.env['DEPLOY_WIZARD_TEST_KUBECTLS'];

const run = promisify(execFile);

/** Every client that is there, one for each name. The newest kubectl, which every scenario may use, comes first. */
export async function findClients(): Promise<Client[]> {
  const carried = await kubernetesTools();
  const others = otherKubectls?.split(delimiter).filter((path) => path !== '') ?? onPath('kubectl');
  const helms = await Promise.all(helmPrograms.filter(({ isThere }) => isThere).map(({ program }) => program()));
  const found = await Promise.all([...[carried.kubectl, ...others].map(kubectlAt), ...helms.map(helmAt)]);
  return [...new Map(found.toReversed().map((client) => [client.name, client])).values()].toReversed();
}

async function kubectlAt(program: string): Promise<Client> {
  const { stdout } = await run(program, ['version', '--client', '--output=json']);
  const { clientVersion } = JSON.parse(stdout) as { clientVersion: { gitVersion: string } };
  const version = clientVersion.gitVersion;
  return { name: `kubectl ${/^v(\d+\.\d+)/.exec(version)?.[1] ?? version}`, tool: 'kubectl', version, program };
}

async function helmAt(program: string): Promise<Client> {
  const { stdout } = await run(program, ['version', '--template={{.Version}}']);
  const version = stdout.trim();
  return { name: `helm ${/^v(\d+)/.exec(version)?.[1] ?? version}`, tool: 'helm', version, program };
}

const onPath = (program: string): string[] =>
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .filter((path) => existsSync(path))
    .slice(0, 1);
