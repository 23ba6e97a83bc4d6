import { commands } from './commands.ts';
import { options } from './options.ts';

/** The text of `--help`. */
export function helpText(version: string): string {
  const rows = (entries: [string, string][]) => {
    const width = Math.max(...entries.map(([left]) => left.length));
    return entries.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
  };
  const commandRows = Object.values(commands).map((command): [string, string] => [
    command.usage,
    `${command.does}${'isMissing' in command ? ' (not supported yet)' : ''}`,
  ]);
  const optionRows = Object.entries(options).map(([name, option]): [string, string] => [
    `${'short' in option ? `-${option.short}, ` : '    '}--${name}${'value' in option ? ` ${option.value}` : ''}`,
    `${option.does}${'isMissing' in option ? ' (not supported yet)' : ''}`,
  ]);
  return `deploy-wizard ${version}: from nothing to a running application on Kubernetes

  deploy-wizard                 the wizard: choose, answer, read the plan, watch it run

Commands
${rows(commandRows)}

Options
${rows(optionRows)}

Each option has an environment form: --target is DEPLOY_WIZARD_TARGET.
Precedence: flag, environment, answers file, then the question with its default filled in.

Exit codes: 0 done and ready, 1 a step failed, 2 usage, 3 an answer is missing, 4 a check before the
first change failed, 5 the cluster is not the approved one, 6 another run is at work, 70 our mistake,
130 interrupted, 143 terminated.
`;
}
