import { argumentsOf, commandOf, type Command } from './commands.ts';
import { DockerfileError } from './dockerfile-error.ts';
import type { Instruction, ParsedDockerfile } from './instructions.ts';
import { mountFrom } from './mounts.ts';
import { didYouMean } from './nearest.ts';
import { expand } from './variables.ts';

export interface StageCommand {
  instruction: Instruction;
  command: Command;
  /** It comes from an ONBUILD of the base. */
  isTrigger?: boolean;
}

export interface Stage {
  index: number;
  line: number;
  /** After AS, lower case. */
  name: string | undefined;
  /** As BuildKit shows it: `builder`, `stage-0`. */
  shown: string;
  /** After FROM, variables replaced. */
  base: string;
  /** The earlier stage that `base` names. */
  parent: Stage | undefined;
  text: string;
  commands: readonly StageCommand[];
}

export interface StageSettings {
  args: Readonly<Record<string, string>>;
  /** `linux/amd64`. */
  platform: string;
  target?: string;
}

export interface StagePlan {
  stages: readonly Stage[];
  /** What a build of the target needs, in the order of the file. */
  reachable: readonly Stage[];
  target: Stage;
  /** ARG before the first FROM, and what BuildKit defines itself. */
  globals: ReadonlyMap<string, string>;
}

/** What every instruction says; problems of single instructions are collected, those of the whole file thrown. */
export function readCommands(parsed: ParsedDockerfile, onError: (error: unknown, at: Instruction) => void) {
  const split = parsed.instructions.map(
    (instruction) => [instruction, argumentsOf(instruction, parsed.escape)] as const,
  );
  return split.flatMap(([instruction, words]): StageCommand[] => {
    try {
      return [{ instruction, command: commandOf(instruction, words, parsed.escape) }];
    } catch (error) {
      onError(error, instruction);
      return [];
    }
  });
}

/** Stages with their bases, and which of them the target needs (BuildKit frontend/dockerfile/dockerfile2llb). */
export function planStages(
  { escape }: ParsedDockerfile,
  commands: readonly StageCommand[],
  settings: StageSettings,
): StagePlan {
  const globals = predefined(settings);
  const stages: (Stage & { commands: StageCommand[] })[] = [];
  const lookUp = (name: string): string | undefined => globals.get(name);
  for (const entry of commands) {
    const { command, instruction } = entry;
    if (command.kind === 'from') {
      const base = expand(command.base, lookUp, { escape }).text;
      if (base === '') {
        const message = `base name (${command.base}) should not be blank`;
        throw new DockerfileError(message, { line: instruction.line, word: command.base });
      }
      stages.push({
        index: stages.length,
        line: instruction.line,
        name: command.as,
        shown: command.as ?? `stage-${stages.length}`,
        base,
        parent: stages.findLast(({ name }) => name === base),
        text: instruction.text,
        commands: [],
      });
    } else if (stages.length > 0) stages.at(-1)?.commands.push(entry);
    else if (command.kind === 'arg') {
      for (const { name, value } of command.args) {
        const given = settings.args[name] ?? (value === undefined ? undefined : expand(value, lookUp, { escape }).text);
        if (given !== undefined) globals.set(name, given);
      }
    } else throw new DockerfileError('no build stage in current context', { line: instruction.line });
  }
  if (stages.length === 0) throw new DockerfileError('dockerfile contains no stages to build', { line: 1 });
  for (const stage of stages) stage.commands.unshift(...triggersFor(stage));
  const target = targetOf(stages, settings.target);
  return { stages, target, globals, reachable: reachableFrom(target, stages) };
}

/** Arguments that every build has (docs.docker.com/reference/dockerfile, "Automatic platform ARGs"). */
function predefined({ args, platform, target }: StageSettings): Map<string, string> {
  const [os = '', architecture = '', variant = ''] = platform.split('/');
  const both = (prefix: string): [string, string][] => [
    [`${prefix}PLATFORM`, platform],
    [`${prefix}OS`, os],
    [`${prefix}OSVERSION`, ''],
    [`${prefix}ARCH`, architecture],
    [`${prefix}VARIANT`, variant],
  ];
  const values: [string, string][] = [...both('BUILD'), ...both('TARGET'), ['TARGETSTAGE', target ?? 'default']];
  return new Map(values.map(([name, value]) => [name, args[name] ?? value]));
}

function triggersFor({ parent }: Stage): StageCommand[] {
  return (parent?.commands ?? []).flatMap(({ command }) =>
    command.kind === 'onbuild' ? [{ instruction: command.instruction, command: command.command, isTrigger: true }] : [],
  );
}

function targetOf(stages: readonly Stage[], wanted: string | undefined): Stage {
  const target = wanted === undefined ? stages.at(-1) : stages.findLast(({ name }) => name === wanted.toLowerCase());
  if (target !== undefined) return target;
  const names = stages.map(({ shown }) => shown);
  throw new DockerfileError(
    `target stage ${JSON.stringify(wanted)} could not be found${didYouMean(wanted ?? '', names)}`,
    { line: 1 },
  );
}

/** The stage that `--from` names, by name or by number; undefined when it is an image. */
export function sourceStage(from: string, stages: readonly Stage[]): Stage | undefined {
  if (!/^\d+$/.test(from)) return stages.findLast(({ name }) => name === from.toLowerCase());
  const stage = stages[Number(from)];
  if (stage === undefined) throw new DockerfileError(`invalid stage index ${Number(from)}`, { word: from });
  return stage;
}

interface Need {
  stage: Stage;
  line: number;
}

function reachableFrom(target: Stage, stages: readonly Stage[]): Stage[] {
  const needed = new Map(stages.map((stage) => [stage, needs(stage, stages)]));
  refuseCircles(stages, needed);
  const reachable = new Set<Stage>();
  const visit = (stage: Stage): void => {
    if (reachable.has(stage)) return;
    reachable.add(stage);
    for (const next of needed.get(stage) ?? []) visit(next.stage);
  };
  visit(target);
  return stages.filter((stage) => reachable.has(stage));
}

function needs(stage: Stage, stages: readonly Stage[]): Need[] {
  const needed = stage.commands.flatMap(({ command, instruction: { line } }): Need[] => {
    try {
      return sourcesOf(command, stages).map((source) => ({ stage: source, line }));
    } catch (error) {
      if (!(error instanceof DockerfileError)) throw error;
      throw new DockerfileError(error.message, { line, ...(error.word === undefined ? {} : { word: error.word }) });
    }
  });
  return [...(stage.parent === undefined ? [] : [{ stage: stage.parent, line: stage.line }]), ...needed];
}

/** Stages that an instruction copies or mounts from. */
function sourcesOf(command: Command, stages: readonly Stage[]): Stage[] {
  if (command.kind === 'copy' && command.from !== undefined) {
    if (expand(command.from, () => undefined, { escape: '\\' }).text !== command.from) {
      throw new DockerfileError(
        'variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround',
        { word: command.from },
      );
    }
    const source = sourceStage(command.from, stages);
    return source === undefined ? [] : [source];
  }
  if (command.kind !== 'run') return [];
  // A mount names a stage, never its number.
  const names = new Set(command.mounts.map(mountFrom).filter((name) => name !== undefined));
  return stages.filter(({ name }) => name !== undefined && names.has(name));
}

function refuseCircles(stages: readonly Stage[], needed: ReadonlyMap<Stage, readonly Need[]>): void {
  const finished = new Set<Stage>();
  const visit = (stage: Stage, path: readonly Stage[], line: number): void => {
    if (path.includes(stage)) {
      const from = path.at(-1) ?? stage;
      throw new DockerfileError(`circular dependency detected on stage: ${from.shown}`, { line });
    }
    if (finished.has(stage)) return;
    for (const next of needed.get(stage) ?? []) visit(next.stage, [...path, stage], next.line);
    finished.add(stage);
  };
  for (const stage of stages) visit(stage, [], stage.line);
}
