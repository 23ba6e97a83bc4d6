import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { helpText } from '../../src/cli/help.ts';
import { readInvocation, type Invocation } from '../../src/cli/invocation.ts';
import { environmentForm, options, type OptionName } from '../../src/cli/options.ts';

const read = (line: string, environment: NodeJS.ProcessEnv = {}) =>
  readInvocation(line === '' ? [] : line.split(' '), environment);
const refused = (line: string, environment: NodeJS.ProcessEnv = {}) => {
  try {
    return { taken: read(line, environment) };
  } catch (error) {
    const { kind, exitCode, message, next } = error as {
      kind: string;
      exitCode: number;
      message: string;
      next: string[];
    };
    return { kind, exitCode, message, next };
  }
};

const blank: Invocation = {
  command: 'wizard',
  words: [],
  set: {},
  yes: false,
  withData: false,
  rehearse: false,
  faults: [],
  realImages: false,
  verbose: false,
  colour: true,
};

/** Each option with a value: what it makes of the invocation. */
const effects: Record<Exclude<OptionName, 'fault' | 'mirror' | 'set'>, [value: string, effect: Partial<Invocation>]> = {
  recipe: ['todo', { recipe: 'todo' }],
  target: ['kind:dev', { target: 'kind:dev' }],
  env: ['prod', { environment: 'prod' }],
  namespace: ['shop', { namespace: 'shop' }],
  source: ['./code', { source: './code' }],
  answers: ['a.yaml', { answers: 'a.yaml' }],
  registry: ['ghcr.io/acme', { registry: 'ghcr.io/acme' }],
  'save-answers': ['b.yaml', { saveAnswers: 'b.yaml' }],
  yes: ['', { yes: true }],
  data: ['', { withData: true }],
  output: ['json', { output: 'json' }],
  plain: ['', { output: 'plain' }],
  timeout: ['10m', { timeout: 600 }],
  verbose: ['', { verbose: true }],
  'no-color': ['', { colour: false }],
  rehearse: ['', { rehearse: true }],
  seed: ['7', { seed: '7' }],
  speed: ['60', { speed: 60 }],
  'real-images': ['', { realImages: true }],
  version: ['', { wants: 'version' }],
  help: ['', { wants: 'help' }],
};
/** Options that answer a question, which then is answered by them. */
const answered: Record<string, string> = { env: 'environment', namespace: 'namespace', source: 'source' };
const effectOf = (name: string, value: string, effect: Partial<Invocation>, by: string): Invocation => ({
  ...blank,
  ...effect,
  set: answered[name] === undefined ? {} : { [answered[name]]: { text: value, by } },
});
const byFlagAlone = ['version', 'help'];

describe('an invocation', () => {
  it('without a word is the wizard', () => expect(read('')).toEqual(blank));

  it.each(Object.entries(effects))('takes --%s', (name, [value, effect]) => {
    const wanted = effectOf(name, value, effect, `--${name}`);
    expect(read(value === '' ? `--${name}` : `--${name}=${value}`)).toEqual(wanted);
    if (value !== '') expect(read(`--${name} ${value}`)).toEqual(wanted);
    const option = options[name as OptionName];
    if ('short' in option)
      expect(read(value === '' ? `-${option.short}` : `-${option.short} ${value}`)).toEqual(wanted);
  });

  it.each(Object.entries(effects))(
    'takes the environment form of --%s, and the flag before it',
    (name, [value, effect]) => {
      const environment = { [environmentForm(name)]: value === '' ? '1' : value };
      expect(read('', environment)).toEqual(
        byFlagAlone.includes(name) ? blank : effectOf(name, value, effect, environmentForm(name as OptionName)),
      );
      const other = {
        [environmentForm(name)]: value === '' ? '0' : name === 'timeout' ? '1s' : name === 'output' ? 'ink' : 'other',
      };
      expect(read(value === '' ? `--${name}` : `--${name}=${value}`, other)).toEqual(
        effectOf(name, value, effect, `--${name}`),
      );
      expect(read('', { [environmentForm(name)]: '' })).toEqual(blank);
    },
  );

  it('knows the effect of every option', () => {
    const missing = Object.entries(options).flatMap(([name, option]) => ('isMissing' in option ? [name] : []));
    expect(Object.keys(options).sort()).toEqual([...Object.keys(effects), ...missing, 'set', 'fault'].sort());
  });

  it('takes faults one by one, and from the environment one a line', () => {
    expect(read('--fault image-pull:web --fault oom:api').faults).toEqual(['image-pull:web', 'oom:api']);
    const environment = { DEPLOY_WIZARD_FAULT: 'image-pull:web\n\noom:api\n' };
    expect(read('', environment).faults).toEqual(['image-pull:web', 'oom:api']);
    expect(read('--fault quota:pods=1', environment).faults).toEqual(['quota:pods=1']);
  });

  it('takes the rehearsal by its own option or as a target', () => {
    expect([read('--rehearse').rehearse, read('--target rehearsal').rehearse, read('').rehearse]).toEqual([
      true,
      true,
      false,
    ]);
    expect(read('--speed max').speed).toBe('max');
  });

  it('takes --set for a variable of the same question, and its own option before both', () => {
    const environment = { DEPLOY_WIZARD_NAMESPACE: 'variable' };
    expect(read('--set namespace=flag', environment)).toMatchObject({
      namespace: 'flag',
      set: { namespace: { text: 'flag', by: '--set' } },
    });
    expect(read('--set namespace=flag --namespace own', environment)).toMatchObject({
      namespace: 'own',
      set: { namespace: { text: 'own', by: '--namespace' } },
    });
    expect(read('', { ...environment, DEPLOY_WIZARD_SET: 'namespace=other' }).namespace).toBe('variable');
  });

  it('takes answers, those of flags before those of the environment', () => {
    expect(read('--set a=1 --set b=x=y,z --set c=').set).toEqual({
      a: { text: '1', by: '--set' },
      b: { text: 'x=y,z', by: '--set' },
      c: { text: '', by: '--set' },
    });
    expect(read('--set a=flag', { DEPLOY_WIZARD_SET: 'a=variable\n\n b =two words\n' }).set).toEqual({
      a: { text: 'flag', by: '--set' },
      b: { text: 'two words', by: 'DEPLOY_WIZARD_SET' },
    });
    expect(readInvocation(['--set', 'a=$(id); `x` "y" \n'], {}).set['a']?.text).toBe('$(id); `x` "y" \n');
  });

  it.each(Object.keys(commands).filter((name) => !('isMissing' in commands[name as keyof typeof commands])))(
    'takes the command %s',
    (name) => {
      expect(read(name).command).toBe(name);
    },
  );

  it('takes the recipe as a word', () => {
    for (const command of ['up', 'open', 'plan', 'status', 'down'])
      expect(read(`${command} todo`)).toMatchObject({ command, recipe: 'todo', words: ['todo'] });
    expect(read('explain image-not-found')).not.toHaveProperty('recipe');
    expect(read('recipe check ./mine')).toMatchObject({ words: ['check', './mine'] });
    // What is typed wins over what the environment says.
    expect(read('up todo', { DEPLOY_WIZARD_RECIPE: 'hello' }).recipe).toBe('todo');
    expect(read('up', { DEPLOY_WIZARD_RECIPE: 'hello' }).recipe).toBe('hello');
    expect(read('up todo --recipe todo').recipe).toBe('todo');
    expect(refused('up todo --recipe hello')).toMatchObject({ message: 'Which recipe: hello or todo?' });
  });

  it('takes a form of output by flag before one by variable, whichever option says it', () => {
    expect(read('--plain', { DEPLOY_WIZARD_OUTPUT: 'json' }).output).toBe('plain');
    expect(read('--output json', { DEPLOY_WIZARD_PLAIN: '1' }).output).toBe('json');
    expect(read('', { DEPLOY_WIZARD_OUTPUT: 'json', DEPLOY_WIZARD_PLAIN: '0' }).output).toBe('json');
  });

  it('has no colour where NO_COLOR says so', () => {
    expect(read('', { NO_COLOR: '1' }).colour).toBe(false);
    expect(read('', { NO_COLOR: '' }).colour).toBe(true);
  });

  it.each([
    ['90s', 90],
    ['10m', 600],
    ['2h', 7200],
    ['45', 45],
    ['168h', 604_800],
  ])('takes the duration %s', (text, seconds) => {
    expect(read(`--timeout ${text}`).timeout).toBe(seconds);
  });
});

describe('what is mistyped', () => {
  it.each([
    ['--taget minikube', 'There is no option --taget', 'Did you mean --target?'],
    ['--qqqqqq', 'There is no option --qqqqqq', 'deploy-wizard --help'],
    ['-x', 'There is no option -x', undefined],
    ['upp todo', 'There is no command upp', 'Did you mean: deploy-wizard up'],
    ['todo', 'There is no command todo', undefined],
    ['wizard', 'There is no command wizard', 'deploy-wizard --help'],
    ['constructor', 'There is no command constructor', undefined],
    ['diagnose', 'The command diagnose is not supported yet', 'deploy-wizard --help'],
    ['--mirror f', '--mirror is not supported yet', 'deploy-wizard --help'],
    ['--speed 0', '--speed 0 is no speed', undefined],
    ['--speed fast', '--speed fast is no speed', undefined],
    ['--speed Infinity', '--speed Infinity is no speed', undefined],
    ['up todo prod', 'prod is one word too many', 'deploy-wizard up [recipe]'],
    ['resume todo', 'todo is one word too many', 'deploy-wizard resume'],
    ['recipe check a b', 'b is one word too many', undefined],
    ['--output xml', '--output xml is no form of output', '--output ink, --output plain or --output json'],
    ['--output=', '--output  is no form of output', undefined],
    ['--timeout soon', '--timeout soon is no duration', undefined],
    ['--timeout -5', /--timeout/, undefined],
    ['--timeout 1.5h', '--timeout 1.5h is no duration', undefined],
    ['--timeout 0', '--timeout 0 is no time to wait', undefined],
    ['--timeout 169h', '--timeout 169h is no time to wait', undefined],
    ['--timeout 99999999999999999999h', /is no time to wait/, undefined],
    ['--target', /--target/, 'deploy-wizard --help'],
    ['--target --yes', /--target/, 'deploy-wizard --help'],
    ['--yes=true', /--yes/, 'deploy-wizard --help'],
    ['--set database', '--set takes KEY=VALUE, not database', undefined],
    ['--set =x', '--set takes KEY=VALUE, not =x', undefined],
  ])('%s is refused with 2, in words, with a next step', (line, message, next) => {
    const {
      kind,
      exitCode,
      message: said,
      next: steps,
    } = refused(line) as { kind: string; exitCode: number; message: string; next: string[] };
    expect({ kind, exitCode }).toEqual({ kind: 'user', exitCode: 2 });
    expect(said).toMatch(message);
    if (typeof message === 'string') expect(said).toBe(message);
    if (next !== undefined) expect(steps).toContain(next);
    expect(steps.length).toBeGreaterThan(0);
  });

  it('in the environment is refused as well, not taken for nothing', () => {
    expect(refused('', { DEPLOY_WIZARD_YES: 'ture' })).toMatchObject({
      exitCode: 2,
      message: 'DEPLOY_WIZARD_YES is neither yes nor no: ture',
    });
    expect(refused('', { DEPLOY_WIZARD_MIRROR: 'f' })).toMatchObject({
      exitCode: 2,
      message: 'DEPLOY_WIZARD_MIRROR is not supported yet',
    });
    expect(refused('', { DEPLOY_WIZARD_OUTPUT: 'xml' })).toMatchObject({ exitCode: 2 });
    expect(refused('', { DEPLOY_WIZARD_TIMEOUT: 'x' })).toMatchObject({ exitCode: 2 });
    expect(refused('', { DEPLOY_WIZARD_SET: 'novalue' })).toMatchObject({
      message: 'DEPLOY_WIZARD_SET takes KEY=VALUE, not novalue',
    });
    expect(read('', { DEPLOY_WIZARD_VERSION: '1.2.3' })).toEqual(blank);
  });
});

describe('the help', () => {
  const text = helpText('1.2.3');

  it('names every command and every option, and what is not there yet', () => {
    for (const [name, command] of Object.entries(commands)) {
      const line = text.split('\n').find((row) => row.trim().startsWith(command.usage));
      expect(line, name).toContain(command.does);
      expect(line?.endsWith('(not supported yet)')).toBe('isMissing' in command);
    }
    for (const [name, option] of Object.entries(options)) {
      const line = text.split('\n').find((row) => new RegExp(`--${name}( |$)`).test(row) && row.includes(option.does));
      expect(line, name).toBeDefined();
      expect(line?.endsWith('(not supported yet)')).toBe('isMissing' in option);
    }
  });

  it('fits a terminal of 120 columns, and names the exit codes', () => {
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
    for (const code of [0, 1, 2, 3, 4, 5, 6, 70, 130, 143]) expect(text).toMatch(new RegExp(`\\b${code} `));
    expect(text).toMatch(/^deploy-wizard 1\.2\.3: /);
  });
});
