interface OptionEntry {
  type: 'string' | 'boolean';
  /** May be given several times. */
  multiple?: true;
  value?: string;
  short?: string;
  does: string;
  /** The feature behind it is not there yet: named in the help, refused when used. */
  isMissing?: true;
}

/** Every option, in the order of `--help`. Each has an environment form `DEPLOY_WIZARD_<NAME>`. */
export const options = {
  recipe: { type: 'string', value: 'PATH|NAME', does: 'a recipe of the package, or a folder with a recipe.yaml' },
  target: {
    type: 'string',
    value: 'TARGET',
    does: 'minikube, minikube:PROFILE, kind:NAME, k3d:NAME, context:NAME, rehearsal',
  },
  env: { type: 'string', value: 'NAME', does: "the recipe's environment" },
  namespace: { type: 'string', value: 'NAME', short: 'n', does: 'where in the cluster' },
  source: { type: 'string', value: 'DIR', does: "the application's code in place of the recipe's sample" },
  answers: {
    type: 'string',
    value: 'FILE',
    does: 'answers from a file; ./deploy-wizard.answers.yaml is found by itself',
  },
  set: { type: 'string', multiple: true, value: 'KEY=VALUE', does: 'one answer; may be repeated' },
  registry: {
    type: 'string',
    value: 'HOST[/PATH]',
    does: 'where images are pushed for a cluster that has no registry of its own',
  },
  'save-answers': { type: 'string', value: 'FILE', does: 'write the answers to a file, without secrets' },
  yes: { type: 'boolean', short: 'y', does: 'take the defaults, ask nothing' },
  data: { type: 'boolean', does: 'with down: remove data as well' },
  output: { type: 'string', value: 'ink|plain|json', does: 'how to show it' },
  plain: { type: 'boolean', does: 'the same as --output plain' },
  timeout: { type: 'string', value: 'DURATION', does: 'for each rollout: 90s, 10m' },
  verbose: { type: 'boolean', does: 'output of the programs as well' },
  'no-color': { type: 'boolean', does: 'no colour' },
  rehearse: { type: 'boolean', does: 'on the built-in cluster: nothing is installed, nothing is changed' },
  fault: {
    type: 'string',
    multiple: true,
    value: 'SPEC',
    does: 'a fault for the rehearsal: image-pull:web; may be repeated',
  },
  seed: { type: 'string', value: 'TEXT', does: 'of a rehearsal: the same seed gives the same run' },
  speed: { type: 'string', value: 'FACTOR', does: 'of a rehearsal: 1 is life, max as fast as it goes' },
  'real-images': { type: 'boolean', does: 'in a rehearsal: build the images with Docker all the same' },
  mirror: { type: 'string', value: 'FILE', does: 'other sources for charts, manifests, images', isMissing: true },
  version: { type: 'boolean', does: 'the version' },
  help: { type: 'boolean', short: 'h', does: 'this help' },
} as const satisfies Record<string, OptionEntry>;

export type OptionName = keyof typeof options;

export function environmentForm(option: string): string {
  return `DEPLOY_WIZARD_${option.replaceAll('-', '_').toUpperCase()}`;
}
