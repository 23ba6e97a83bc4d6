import { DockerfileError } from './dockerfile-error.ts';
import type { StageCommand, StagePlan } from './stages.ts';

/** What BuildKit shows of a step after its number: variables replaced where that is possible. */
export function stepText(
  { instruction, command, isTrigger }: StageCommand,
  expanded: (text: string, forShell: boolean) => string,
): string {
  const [first = '', ...rest] = instruction.text.split(' ');
  const [heredoc] = instruction.heredocs;
  const isScript = command.kind === 'run' && heredoc !== undefined && /^<<-?\s*["']?\w+["']?$/.test(instruction.rest);
  const summary = isScript ? ` (${summarised(heredoc.content)})` : '';
  const text = `${[first.toUpperCase(), ...rest].join(' ')}${summary}`;
  const trigger = isTrigger === true ? 'ONBUILD ' : '';
  try {
    return trigger + expanded(text, command.kind === 'run');
  } catch (error) {
    if (error instanceof DockerfileError) return trigger + text;
    throw error;
  }
}

/** BuildKit counts images that are copied or mounted from as stages, and an empty one for a mount without a source. */
export function hasOneState({ stages }: StagePlan): boolean {
  const [first, ...more] = stages;
  return (
    more.length === 0 &&
    first?.commands.every(
      ({ command }) =>
        !(command.kind === 'copy' && command.from !== undefined) &&
        !(command.kind === 'run' && command.mounts.length > 0),
    ) === true
  );
}

/** First line of a here-document, as BuildKit shows it beside the step. */
function summarised(content: string): string {
  const [first = '', ...more] = content.trim().split('\n');
  return more.length === 0 ? first : `${first}...`;
}
