import type { Copy } from './commands.ts';
import { isRemote, refuseWrongCopy } from './copy-rules.ts';
import { DockerfileError } from './dockerfile-error.ts';
import { exposedPorts } from './exposed-ports.ts';
import type { Escape, Instruction } from './instructions.ts';
import { fullName } from './image-reference.ts';
import { readMount } from './mounts.ts';
import type { Stage, StageCommand, StagePlan } from './stages.ts';
import { sourceStage } from './stages.ts';
import { hasOneState, stepText } from './step-names.ts';
import { expand, type ExpansionRules } from './variables.ts';

/** What a stage leaves to the stages and containers that begin with it. */
export interface StageResult {
  env: ReadonlyMap<string, string>;
  /** Names of build arguments, which are variables from then on. */
  args: ReadonlySet<string>;
  /** All of it begins with `scratch`, so nothing is set that the Dockerfile does not say. */
  isWhole: boolean;
  user: { name: string; line: number } | undefined;
  /** Of TCP. */
  exposed: readonly { port: number; line: number }[];
  command: { words: readonly string[]; line: number } | undefined;
  entrypoint: { words: readonly string[]; line: number } | undefined;
}

/** One step as the builder numbers and names it. */
export interface Step {
  line: number;
  /** `[builder 2/5] COPY . .`. */
  name: string;
}

/** Sources of one COPY, ADD or bind mount that come from the build context. */
export interface ContextSource {
  instruction: Instruction;
  /** Variables replaced. */
  path: string;
  /** The word in the Dockerfile. */
  word: string;
  /** Position of its step in `steps`. */
  step: number;
}

export interface Evaluation {
  steps: readonly Step[];
  sources: readonly ContextSource[];
  result: StageResult;
}

export interface EvaluationSettings {
  plan: StagePlan;
  escape: Escape;
  args: Readonly<Record<string, string>>;
  onError: (error: unknown, at: Instruction) => void;
}

/** Keywords that make a step. */
const stepKinds: readonly string[] = ['copy', 'add', 'run', 'workdir'];

/** Goes through the instructions of the stages that a build needs, in the order of the file. */
export function evaluate(settings: EvaluationSettings): Evaluation {
  const { reachable, target } = settings.plan;
  const results = new Map<Stage, StageResult>();
  const steps: Step[] = [];
  const sources: ContextSource[] = [];
  for (const stage of reachable) {
    const run = new StageRun(
      stage,
      settings,
      stage.parent === undefined ? undefined : results.get(stage.parent),
      results,
    );
    run.all(steps, sources);
    results.set(stage, run.result());
  }
  const result = results.get(target);
  if (result === undefined) throw new DockerfileError('the target is not reachable');
  return { steps, sources, result };
}

class StageRun {
  private readonly stage: Stage;
  private readonly settings: EvaluationSettings;
  private readonly done: ReadonlyMap<Stage, StageResult>;
  private readonly env: Map<string, string>;
  private readonly args: Set<string>;
  private state: Omit<StageResult, 'env' | 'args'>;

  constructor(
    stage: Stage,
    settings: EvaluationSettings,
    parent: StageResult | undefined,
    done: ReadonlyMap<Stage, StageResult>,
  ) {
    this.stage = stage;
    this.settings = settings;
    this.done = done;
    this.env = new Map(parent?.env);
    this.args = new Set(parent?.args);
    this.state = parent ?? {
      isWhole: stage.base === 'scratch',
      user: undefined,
      exposed: [],
      command: undefined,
      entrypoint: undefined,
    };
  }

  result(): StageResult {
    return { ...this.state, env: this.env, args: this.args };
  }

  all(steps: Step[], sources: ContextSource[]): void {
    const { stage, settings } = this;
    const hasImage = stage.parent === undefined && stage.base !== 'scratch';
    const total = stage.commands.filter(({ command }) => stepKinds.includes(command.kind)).length + (hasImage ? 1 : 0);
    const shown = hasOneState(settings.plan) ? '' : `${stage.shown} `;
    let index = 0;
    const step = (line: number, text: string): void => {
      index += 1;
      const number = String(index).padStart(String(total).length);
      steps.push({ line, name: `[${shown}${number}/${total}] ${text}` });
    };
    if (hasImage) {
      const from = `FROM ${fullName(stage.base)}`;
      // The same image is one step, under the name that it had first.
      if (steps.some(({ name }) => name.endsWith(`] ${from}`))) index += 1;
      else step(stage.line, from);
    }
    for (const entry of stage.commands) {
      const { instruction, command } = entry;
      if (stepKinds.includes(command.kind))
        step(
          instruction.line,
          stepText(entry, (text, forShell) => this.shown(text, forShell)),
        );
      try {
        for (const source of this.run(entry)) sources.push({ ...source, step: steps.length - 1 });
      } catch (error) {
        settings.onError(error, instruction);
      }
    }
  }

  private shown(text: string, forShell: boolean): string {
    return this.expanded(text, { escape: this.settings.escape, forShell }).text;
  }

  private expanded(word: string, rules: ExpansionRules = { escape: this.settings.escape }) {
    return expand(word, (name) => this.env.get(name), rules);
  }

  private run({ instruction, command }: StageCommand): Omit<ContextSource, 'step'>[] {
    const { line } = instruction;
    const text = (word: string): string => this.expandedOrUnknown(word) ?? '';
    switch (command.kind) {
      case 'arg':
        for (const { name, value } of command.args) this.setArgument(name, value);
        return [];
      case 'env': {
        const values = command.pairs.map(({ name, value }) => [text(name), this.expandedOrUnknown(value)] as const);
        for (const [name, value] of values) {
          if (value === undefined) this.env.delete(name);
          else this.env.set(name, value);
        }
        return [];
      }
      case 'user':
        this.state = { ...this.state, user: { name: text(command.value), line } };
        return [];
      case 'workdir':
        text(command.value);
        return [];
      case 'expose': {
        const ports = command.ports.flatMap((port) => text(port).split(/\s+/)).filter((port) => port !== '');
        const added = exposedPorts(ports).map((port) => ({ port, line }));
        this.state = { ...this.state, exposed: [...this.state.exposed, ...added] };
        return [];
      }
      case 'cmd':
        this.state = { ...this.state, command: { words: command.words, line } };
        return [];
      case 'entrypoint':
        // A new entry point drops the command of the base (docs.docker.com/reference/dockerfile, "ENTRYPOINT").
        this.state = {
          ...this.state,
          entrypoint: { words: command.words, line },
          command: this.ownCommand(line),
        };
        return [];
      case 'copy':
      case 'add':
        return this.copied(instruction, command);
      case 'run':
        return this.mounted(instruction, command.mounts);
      case 'other':
        for (const word of command.words) text(word);
        return [];
      case 'from':
      case 'onbuild':
        return [];
      default:
        return command satisfies never;
    }
  }

  private ownCommand(line: number): StageResult['command'] {
    const { command } = this.state;
    return command !== undefined && command.line >= this.stage.line && command.line < line ? command : undefined;
  }

  private setArgument(name: string, value: string | undefined): void {
    const { args, plan } = this.settings;
    const given = args[name];
    const known = given ?? (value === undefined ? plan.globals.get(name) : this.expandedOrUnknown(value));
    this.args.add(name);
    if (known !== undefined) this.env.set(name, known);
  }

  /** undefined when it depends on a variable that the base image may set. */
  private expandedOrUnknown(word: string): string | undefined {
    try {
      const { text, unknown } = this.expanded(word);
      const isCertain = this.state.isWhole || [...unknown].every((name) => this.args.has(name));
      return isCertain ? text : undefined;
    } catch (error) {
      // `${a:?}` of a variable that the base image may set is no mistake.
      if (error instanceof DockerfileError && !this.state.isWhole && /: is not allowed|:?\?/.test(word))
        return undefined;
      throw error;
    }
  }

  private copied(instruction: Instruction, command: Copy): Omit<ContextSource, 'step'>[] {
    const sources = command.sources.map((word) => ({ word, path: this.expandedOrUnknown(word) }));
    refuseWrongCopy(
      command,
      sources.map(({ path }) => path ?? ''),
      (word) => this.expandedOrUnknown(word),
    );
    if (command.from !== undefined) {
      const from = sourceStage(command.from, this.settings.plan.stages);
      if (from !== undefined && !this.done.has(from)) {
        throw new DockerfileError(
          `cannot copy from stage ${JSON.stringify(command.from)}, it needs to be defined before current stage ${JSON.stringify(this.stage.shown)}`,
          { word: command.from },
        );
      }
      return [];
    }
    return sources.flatMap(({ word, path }) => {
      if (path === undefined || isRemote(path)) return [];
      // Of `a/./b` with --parents the pivot is no step of the path.
      return [{ instruction, word, path: command.hasParents ? path.replace('/./', '/') : path }];
    });
  }

  private mounted(instruction: Instruction, mounts: readonly string[]): Omit<ContextSource, 'step'>[] {
    return mounts.flatMap((text) => {
      const { type, from, source } = readMount(text, (word) => this.expandedOrUnknown(word) ?? '');
      if (from !== undefined && from !== '') {
        const stage = this.settings.plan.stages.findLast(({ name }) => name === from.toLowerCase());
        if (stage !== undefined && !this.done.has(stage)) {
          const target = /(?:^|,)(?:target|dst|destination)=([^,]*)/.exec(text)?.[1] ?? '';
          throw new DockerfileError(
            `cannot mount from stage ${JSON.stringify(from)} to ${JSON.stringify(target)}, stage needs to be defined before current command`,
            { word: from },
          );
        }
      }
      const isOfContext =
        type === 'bind' && (from === undefined || from === '') && source !== undefined && source !== '';
      return isOfContext ? [{ instruction, word: source, path: source }] : [];
    });
  }
}
