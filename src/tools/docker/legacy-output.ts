import { keep, type BuildOutput } from './build-follower.ts';

// moby builder/dockerfile: "Step 3/9 : RUN ...".
const stepLine = /^Step (\d+)\/(\d+) : (.*)$/;
// Its own words between the steps: " ---> Running in 0abd0ad1913a", "Removing intermediate container ...".
const builderWords = /^(?: ---> |Removing intermediate container |Successfully (?:built|tagged) )/;
const commandFailed = /^The command '.*' returned a non-zero code: \d+$/;

/** The builder that docker has without buildx. */
export function followLegacyBuilder(): BuildOutput {
  let step: { index: number; name: string; output: string[]; isCommand: boolean } | undefined;
  return {
    read(line) {
      const found = stepLine.exec(line);
      if (found === null) {
        if (step !== undefined && !builderWords.test(line)) {
          if (commandFailed.test(line)) step.isCommand = true;
          else keep(step.output, line);
        }
        return undefined;
      }
      const [index, total] = [Number(found[1]), Number(found[2])];
      step = { index, name: `[${index}/${total}] ${found[3]}`, output: [], isCommand: false };
      return { message: found[3] ?? '', done: index - 1, total };
    },
    // It says nothing after a step that succeeded: the last one that began is the one that failed.
    failedStep: () =>
      step === undefined
        ? undefined
        : {
            name: step.name,
            number: { by: 'legacy', index: step.index },
            output: [...step.output],
            isCommand: step.isCommand,
            line: undefined,
          },
  };
}
