import { execFileSync } from 'node:child_process';

/** Tests of the whole program run what is shipped: the bundle, made once before them. */
export function setup(): void {
  execFileSync(process.execPath, ['build.ts'], { stdio: 'ignore' });
}
