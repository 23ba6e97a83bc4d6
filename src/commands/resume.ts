import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unfinishedRun, type RunStart } from '../engine/journal/journal.ts';
import type { ExitCode } from '../errors/exit-codes.ts';
import { exitCodes } from '../errors/exit-codes.ts';
import { UserError } from '../errors/errors.ts';
import type { Program } from './program.ts';
import { findRecipe } from './recipes.ts';
import { findTarget } from './targets.ts';
import { upOn } from './up.ts';

/** Goes on with the latest run on this machine that has no end. */
export async function resume(program: Program): Promise<ExitCode> {
  const open = await unfinishedRuns(program.state);
  const latest = open.sort((a, b) => (a.at < b.at ? 1 : -1))[0];
  if (latest === undefined) throw new UserError('No run is unfinished on this machine', { next: ['deploy-wizard up'] });
  const recipe = await findRecipe(latest.recipePath, program);
  const cluster = await findTarget(latest.target, program.providers, program.stop);
  const invocation = {
    ...program.invocation,
    target: latest.target,
    environment: latest.environment,
    namespace: latest.namespace,
  };
  const code = await upOn({ ...program, invocation }, recipe, cluster, true);
  return code === 'choose-again' ? exitCodes.interrupted : code;
}

async function unfinishedRuns(state: string): Promise<RunStart[]> {
  const folders = await readdir(state).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const runs = await Promise.all(
    folders.map((folder) =>
      unfinishedRun(join(state, folder)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOTDIR') return undefined; // A file beside the folders of deployments.
        throw error;
      }),
    ),
  );
  return runs.flatMap((run) => (run === undefined ? [] : [run.start]));
}
