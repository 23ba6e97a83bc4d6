import { parseArgs } from 'node:util';
import { UserError } from '../errors/errors.ts';
import { closest } from '../recipe/closest.ts';
import { commands, type CommandName } from './commands.ts';
import { environmentForm, options, type OptionName } from './options.ts';

export type OutputForm = 'ink' | 'plain' | 'json';

export interface Answer {
  text: string;
  /** `--set`, `--namespace`, `DEPLOY_WIZARD_SET`. */
  by: string;
}

/** What the person asked for, by arguments and environment; nothing is checked against the world yet. */
export interface Invocation {
  command: CommandName;
  /** Words after the command. */
  words: string[];
  recipe?: string;
  target?: string;
  environment?: string;
  namespace?: string;
  source?: string;
  answers?: string;
  registry?: string;
  /** On the built-in cluster, and how. */
  rehearse: boolean;
  faults: string[];
  seed?: string;
  /** How much faster than life. */
  speed?: number | 'max';
  realImages: boolean;
  saveAnswers?: string;
  /** Answers by question id, and who gave each; those that have an option of their own too. */
  set: Record<string, Answer>;
  yes: boolean;
  withData: boolean;
  output?: OutputForm;
  /** Seconds. */
  timeout?: number;
  verbose: boolean;
  colour: boolean;
  wants?: 'version' | 'help';
}

/** Throws `UserError` (exit 2) that names the nearest right word. */
export function readInvocation(argv: readonly string[], environment: NodeJS.ProcessEnv): Invocation {
  const parsed = parse(argv);
  const flags = parsed.values as Flags;
  const value = (name: OptionName): string | undefined => {
    const flag = flags[name];
    if (typeof flag === 'string') return flag;
    const variable = environment[environmentForm(name)];
    return variable === undefined || variable === '' ? undefined : variable;
  };
  const isOn = (name: OptionName): boolean => flags[name] === true || isOnIn(environment, name);
  refuseMissing(flags, environment);
  const [word, ...words] = parsed.positionals;
  const command = commandOf(word);
  checkWords(command, words);
  const set = settings(flags.set as string[] | undefined, environment[environmentForm('set')]);
  for (const [id, option] of Object.entries(answersByOption)) {
    const answer = answerByOption(option, { flag: flags[option], set: set[id], variable: value(option) });
    if (answer !== undefined) set[id] = answer;
  }
  const given = {
    recipe: recipeOf(flags.recipe, namesRecipe.has(command) ? words[0] : undefined) ?? value('recipe'),
    target: value('target'),
    environment: set['environment']?.text,
    namespace: set['namespace']?.text,
    source: set['source']?.text,
    answers: value('answers'),
    registry: value('registry'),
    saveAnswers: value('save-answers'),
    seed: value('seed'),
    speed: speed(value('speed')),
    output: outputOf(flags, environment),
    timeout: seconds(value('timeout')),
    // By flag alone: a variable DEPLOY_WIZARD_VERSION is likely to name a version.
    wants: flags.help === true ? ('help' as const) : flags.version === true ? ('version' as const) : undefined,
  };
  return {
    command,
    words,
    ...(Object.fromEntries(
      Object.entries(given).filter(([, content]) => content !== undefined),
    ) as Partial<Invocation>),
    set,
    yes: isOn('yes'),
    withData: isOn('data'),
    rehearse: isOn('rehearse') || value('target') === rehearsalTarget,
    faults: several(flags.fault as string[] | undefined, environment[environmentForm('fault')]),
    realImages: isOn('real-images'),
    verbose: isOn('verbose'),
    colour: !isOn('no-color') && (environment['NO_COLOR'] ?? '') === '',
  };
}

/** Questions that have an option of their own. */
const answersByOption = { environment: 'env', namespace: 'namespace', source: 'source' } as const;

/** Flag before variable, whichever of the two ways says it; in the same place the option's own name wins. */
function answerByOption(
  option: OptionName,
  { flag, set, variable }: { flag: Flags[OptionName]; set: Answer | undefined; variable: string | undefined },
): Answer | undefined {
  if (typeof flag === 'string') return { text: flag, by: `--${option}` };
  if (set?.by === '--set' || variable === undefined) return set;
  return { text: variable, by: environmentForm(option) };
}

type Flags = Partial<Record<OptionName, string | boolean | string[]>>;

/** Commands whose word is a recipe. */
const namesRecipe = new Set<CommandName>(['up', 'open', 'plan', 'status', 'down']);

/** A switch in the environment; a word that is neither yes nor no is a mistake, not a no. */
function isOnIn(environment: NodeJS.ProcessEnv, name: OptionName): boolean {
  const text = environment[environmentForm(name)] ?? '';
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  if (/^(0|false|no|off)?$/i.test(text)) return false;
  throw new UserError(`${environmentForm(name)} is neither yes nor no: ${text}`, {
    next: [`${environmentForm(name)}=1, or leave it out.`],
  });
}

function refuseMissing(flags: Flags, environment: NodeJS.ProcessEnv): void {
  for (const [name, option] of Object.entries(options)) {
    if (!('isMissing' in option)) continue;
    const variable = environmentForm(name);
    if (flags[name as OptionName] !== undefined)
      throw new UserError(`--${name} is not supported yet`, { next: ['deploy-wizard --help'] });
    if ((environment[variable] ?? '') !== '')
      throw new UserError(`${variable} is not supported yet`, { next: [`unset ${variable}`] });
  }
}

function checkWords(command: CommandName, words: string[]): void {
  const entry = command === 'wizard' ? undefined : commands[command];
  const allowed = entry !== undefined && 'words' in entry ? entry.words : 0;
  const extra = words[allowed];
  if (entry !== undefined && extra !== undefined)
    throw new UserError(`${extra} is one word too many`, { next: [`deploy-wizard ${entry.usage}`] });
}

function recipeOf(flag: Flags['recipe'], word: string | undefined): string | undefined {
  if (typeof flag !== 'string') return word;
  if (word !== undefined && word !== flag)
    throw new UserError(`Which recipe: ${flag} or ${word}?`, { next: ['Name it once.'] });
  return flag;
}

/** A flag wins over a variable, whichever of the two options says it. */
function outputOf(flags: Flags, environment: NodeJS.ProcessEnv): OutputForm | undefined {
  const isPlain = flags.plain === true;
  if (typeof flags.output === 'string' || isPlain) return outputForm(flags.output as string | undefined, isPlain);
  const variable = environment[environmentForm('output')];
  return outputForm(variable === '' ? undefined : variable, isOnIn(environment, 'plain'));
}

function parse(argv: readonly string[]) {
  try {
    const config = Object.fromEntries(
      Object.entries(options).map(([name, option]) => [
        name,
        {
          type: option.type,
          ...('short' in option ? { short: option.short } : {}),
          ...('multiple' in option ? { multiple: true } : {}),
        },
      ]),
    );
    return parseArgs({ args: [...argv], options: config, allowPositionals: true, strict: true });
  } catch (error) {
    const { message } = error as Error;
    const [, dashes = '', unknown] = /Unknown option '(-*)([^']+)'/.exec(message) ?? [];
    if (unknown === undefined)
      throw new UserError(message.split('. ')[0] ?? message, { next: ['deploy-wizard --help'] });
    const near = closest(unknown, Object.keys(options));
    throw new UserError(`There is no option ${dashes}${unknown}`, {
      next: [near === undefined ? 'deploy-wizard --help' : `Did you mean --${near}?`],
    });
  }
}

function commandOf(word: string | undefined): CommandName {
  if (word === undefined) return 'wizard';
  if (Object.hasOwn(commands, word)) {
    const command = commands[word as keyof typeof commands];
    if ('isMissing' in command)
      throw new UserError(`The command ${word} is not supported yet`, { next: ['deploy-wizard --help'] });
    return word as CommandName;
  }
  const near = closest(word, Object.keys(commands));
  throw new UserError(`There is no command ${word}`, {
    next: [
      near === undefined ? 'deploy-wizard --help' : `Did you mean: deploy-wizard ${near}`,
      `To deploy a recipe: deploy-wizard up ${word}`,
    ],
  });
}

function outputForm(text: string | undefined, isPlain: boolean): OutputForm | undefined {
  if (text === undefined) return isPlain ? 'plain' : undefined;
  if (text === 'ink' || text === 'plain' || text === 'json') return text;
  throw new UserError(`--output ${text} is no form of output`, {
    next: ['--output ink, --output plain or --output json'],
  });
}

/** Text of `--target` for the built-in cluster. */
const rehearsalTarget = 'rehearsal';

/** Flags win over the environment, where each line is one. */
function several(flags: string[] | undefined, variable: string | undefined): string[] {
  return flags ?? (variable ?? '').split('\n').filter((line) => line.trim() !== '');
}

function speed(text: string | undefined): number | 'max' | undefined {
  if (text === undefined || text === 'max') return text;
  const factor = Number(text);
  if (factor > 0 && Number.isFinite(factor)) return factor;
  throw new UserError(`--speed ${text} is no speed`, {
    next: ['1 is as fast as life, 60 makes a minute of a second, max is as fast as it goes: --speed 60'],
  });
}

const longestSeconds = 7 * 24 * 3600;

function seconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+)(s|m|h)?$/.exec(text);
  if (match === null)
    throw new UserError(`--timeout ${text} is no duration`, {
      next: ['A number with s, m or h: --timeout 90s, --timeout 10m'],
    });
  const duration = Number(match[1]) * ({ s: 1, m: 60, h: 3600 }[match[2] ?? 's'] ?? 1);
  if (duration > 0 && duration <= longestSeconds) return duration;
  throw new UserError(`--timeout ${text} is no time to wait`, { next: ['From one second to a week: --timeout 10m'] });
}

/** Flags win over the environment, where each line is one `key=value`. */
function settings(flags: string[] | undefined, variable: string | undefined): Invocation['set'] {
  const read = (pairs: string[], by: string) =>
    pairs.flatMap((pair): [string, { text: string; by: string }][] => {
      if (pair.trim() === '') return [];
      const at = pair.indexOf('=');
      if (at < 1) throw new UserError(`${by} takes KEY=VALUE, not ${pair}`, { next: ['--set database=cluster'] });
      return [[pair.slice(0, at).trim(), { text: pair.slice(at + 1), by }]];
    });
  return Object.fromEntries([
    ...read((variable ?? '').split('\n'), environmentForm('set')),
    ...read(flags ?? [], '--set'),
  ]);
}
