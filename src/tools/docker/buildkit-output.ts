import { keep, type BuildOutput } from './build-follower.ts';
import type { BuildProgress } from './docker.ts';
import type { StepNumber } from './dockerfile.ts';

// buildkit util/progress/progressui: "#5 [deps 2/4] RUN ...", "#5 0.176 text", "#5 CACHED", "#5 DONE 0.2s", "#5 ERROR: ...".
const vertexLine = /^#(\d+) (.*)$/;
// Of a build for several platforms: "[linux/arm64 deps 2/4]".
const numberedStep = /^\[(?:(.*\S) +)?(\d+)\/(\d+)\] /;
// "Dockerfile:12" above a ruler of hyphens: buildkit solver/errdefs/source.go.
const sourcePlace = /^\S+:(\d+)$/;
const ruler = /^-{10,}$/;
const commandFailed = /did not complete successfully: exit code|executor failed running/;

interface Vertex {
  name: string;
  number: StepNumber | undefined;
  output: string[];
  isDone: boolean;
}

/** BuildKit with plain progress. */
export function followBuildkit(): BuildOutput {
  const vertices = new Map<string, Vertex>();
  /** Stage to number of its steps, as far as they have been named. */
  const stages = new Map<string, number>();
  let failed: { vertex: Vertex; isCommand: boolean } | undefined;
  let line: number | undefined;
  let candidate: number | undefined;

  const progress = (text: string): BuildProgress => {
    // Its number in its stage beside that in the whole build would be two counts that contradict each other.
    const message = text.replace(numberedStep, '');
    const total = [...stages.values()].reduce((sum, steps) => sum + steps, 0);
    const done = [...vertices.values()].filter(({ isDone, number }) => isDone && number !== undefined).length;
    return total === 0 ? { message } : { message, done, total };
  };

  const named = (id: string, text: string): BuildProgress | undefined => {
    const name = text.replace(/ +/g, ' ').trim();
    const step = numberedStep.exec(text);
    if (step !== null) stages.set(step[1] ?? '', Number(step[3]));
    if (!vertices.has(id)) {
      const stage = step?.[1]?.split(' ').at(-1);
      const number = step === null ? undefined : ({ by: 'buildkit', stage, index: Number(step[2]) } as const);
      vertices.set(id, { name, number, output: [], isDone: false });
    }
    return /^\[internal\]|^building with /.test(name) ? undefined : progress(name);
  };

  return {
    read(text) {
      const [, id, said] = vertexLine.exec(text) ?? [];
      if (id === undefined || said === undefined) {
        if (ruler.test(text)) line ??= candidate;
        candidate = Number(sourcePlace.exec(text)?.[1]) || undefined;
        return undefined;
      }
      const vertex = vertices.get(id);
      // A vertex is named again when the output turns back to it.
      if (vertex === undefined || said.startsWith('[')) return named(id, said);
      if (/^(?:DONE|CACHED)\b/.test(said)) {
        vertex.isDone = true;
        return vertex.name.startsWith('[internal]') ? undefined : progress(vertex.name);
      }
      if (said.startsWith('ERROR: ')) failed = { vertex, isCommand: commandFailed.test(said) };
      else keep(vertex.output, said.replace(/^\d+\.\d+ ?/, ''));
      return undefined;
    },
    failedStep() {
      if (failed === undefined) return undefined;
      const { vertex, isCommand } = failed;
      return { name: vertex.name, number: vertex.number, output: [...vertex.output], isCommand, line };
    },
  };
}
