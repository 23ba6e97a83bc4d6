import type { BuildOutput } from './build-follower.ts';
import { followBuildkit } from './buildkit-output.ts';
import { followLegacyBuilder } from './legacy-output.ts';

/** `docker build`, whichever builder it turns out to be. */
export function followBuild(): BuildOutput {
  const buildkit = followBuildkit();
  const legacy = followLegacyBuilder();
  return {
    read: (line) => buildkit.read(line) ?? legacy.read(line),
    failedStep: () => buildkit.failedStep() ?? legacy.failedStep(),
  };
}
