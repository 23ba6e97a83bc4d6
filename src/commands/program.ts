import type { Invocation } from '../cli/invocation.ts';
import type { ProgramTime } from '../clock.ts';
import type { Provider } from '../providers/provider.ts';
import type { Vault } from '../secrets/vault.ts';
import type { CommandLog, RunCommand } from '../tools/shell/run.ts';
import type { Frontend } from '../ui/frontend.ts';
import type { RehearsalClaims } from '../events/events.ts';
import type { ExpectedAnswer } from '../rehearsal/network/expected-answers.ts';
import type { ReaderSettings } from '../kubernetes/watch/reader.ts';
import type { Docker } from '../tools/docker/docker.ts';

/** What `main.ts` composed, as far as every command needs it. */
export interface Program {
  invocation: Invocation;
  /** Name of the recipe that was chosen on the first screen. */
  chosen?: string | undefined;
  environment: NodeJS.ProcessEnv;
  /** Working directory. */
  directory: string;
  version: string;
  /** Folder with the recipes of the package. */
  recipes: string;
  /** Private directories of this program: durable state, and what lives as long as this process. */
  state: string;
  runtime: string;
  run: RunCommand;
  vault: Vault;
  providers: readonly Provider[];
  frontend: Frontend;
  /** No new step starts. */
  stop: AbortSignal;
  /** Everything ends. */
  kill: AbortSignal;
  /** Time as the cluster counts it: that of a rehearsal is its own. */
  time: ProgramTime;
  /** The program of a rehearsal cluster. */
  rehearsalProgram: string;
  /** Set when everything happens on the built-in cluster. */
  rehearsal?: RehearsalPart;
  /** Where the output of commands goes; names the log of a run. */
  logs: CommandLog & { folder(path: string): void; path(): string | undefined };
}

/** What a run on the built-in cluster has besides. */
interface RehearsalPart {
  /** How the cluster is read: in its time, and by the chance of its seed. */
  reading: Pick<ReaderSettings, 'run' | 'clock' | 'random' | 'through'>;
  random: () => number;
  newRun: () => string;
  /** What the application answers from now on. */
  expect(answers: readonly ExpectedAnswer[]): Promise<void>;
  /** While a person is asked. */
  attended<T>(ask: () => Promise<T>): Promise<T>;
  /** Set while images are rehearsed too. */
  docker?: Docker;
  claims: RehearsalClaims;
}
