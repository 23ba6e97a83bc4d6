import { parseArgs } from 'node:util';
import { UserError } from '../errors/errors.ts';
import { closest } from '../recipe/closest.ts';
import { commands, type CommandName } from './commands.ts';
import { environmentForm, options, type OptionName } from './options.ts';

export type OutputForm = 'ink' | 'plain' | 'json';

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
  saveAnswers?: string;
  /** Answers by question id, and who gave each. */
  set: Record<string, { text: string; by: string }>;
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
  const flags = parsed.values as Partial<Record<OptionName, string | boolean | string[]>>;
  const value = (name: OptionName): string | undefined => {
    const flag = flags[name];
    if (typeof flag === 'string') return flag;
    const variable = environment[environmentForm(name)];
    return variable === undefined || variable === '' ? undefined : variable;
  };
  const isOn = (name: OptionName): boolean =>
    flags[name] === true || /^(1|true|yes|on)$/i.test(environment[environmentForm(name)] ?? '');
  for (const [name, option] of Object.entries(options)) {
    if ('isMissing' in option && flags[name as OptionName] !== undefined)
      throw new UserError(`--${name} is not supported yet`, { next: ['deploy-wizard --help'] });
  }
  const [word, ...words] = parsed.positionals;
  const command = commandOf(word);
  const form = outputForm(value('output'), isOn('plain'));
  const given = {
    recipe: value('recipe') ?? (['up', 'open', 'plan', 'status', 'down'].includes(command) ? words[0] : undefined),
    target: value('target'),
    environment: value('env'),
    namespace: value('namespace'),
    source: value('source'),
    answers: value('answers'),
    registry: value('registry'),
    saveAnswers: value('save-answers'),
    output: form,
    timeout: seconds(value('timeout')),
    wants: isOn('help') ? ('help' as const) : isOn('version') ? ('version' as const) : undefined,
  };
  return {
    command,
    words,
    ...(Object.fromEntries(
      Object.entries(given).filter(([, content]) => content !== undefined),
    ) as Partial<Invocation>),
    set: settings(flags.set as string[] | undefined, environment[environmentForm('set')]),
    yes: isOn('yes'),
    withData: isOn('data'),
    verbose: isOn('verbose'),
    colour: !isOn('no-color') && (environment['NO_COLOR'] ?? '') === '',
  };
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
    const unknown = /Unknown option '-*([^']+)'/.exec(message)?.[1];
    if (unknown === undefined)
      throw new UserError(message.split('. ')[0] ?? message, { next: ['deploy-wizard --help'] });
    const near = closest(unknown, Object.keys(options));
    throw new UserError(`There is no option --${unknown}`, {
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

function seconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+)(s|m|h)?$/.exec(text);
  if (match === null)
    throw new UserError(`--timeout ${text} is no duration`, {
      next: ['A number with s, m or h: --timeout 90s, --timeout 10m'],
    });
  return Number(match[1]) * ({ s: 1, m: 60, h: 3600 }[match[2] ?? 's'] ?? 1);
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
