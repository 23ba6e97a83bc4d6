/** One instruction of a Dockerfile. */
export interface Instruction {
  /** Where it begins, counted from 1. */
  line: number;
  /** Upper case: `RUN`. */
  keyword: string;
  /** What follows the keyword, continued lines joined. */
  text: string;
}

/** The instructions of a Dockerfile, as far as finding a step by its number needs them (docs.docker.com/reference/dockerfile). */
export function instructionsOf(dockerfile: string): Instruction[] {
  const continues = /^#\s*escape=`/im.test(dockerfile) ? /`[ \t]*$/ : /\\[ \t]*$/;
  const found: Instruction[] = [];
  let open: Instruction | undefined;
  let documents: string[] = [];
  dockerfile.split(/\r?\n/).forEach((text, index) => {
    if (documents.length > 0) {
      if (text.trim() === documents[0]) documents = documents.slice(1);
      return;
    }
    // Comments and empty lines may stand inside an instruction that goes on.
    if (/^\s*(#|$)/.test(text)) return;
    const part = text.replace(continues, '').trim();
    if (open === undefined) {
      const [keyword = '', ...rest] = part.split(/\s+/);
      open = { line: index + 1, keyword: keyword.toUpperCase(), text: rest.join(' ') };
      found.push(open);
    } else open.text = `${open.text} ${part}`;
    if (continues.test(text)) return;
    documents = hereDocuments(open);
    open = undefined;
  });
  return found;
}

function hereDocuments({ keyword, text }: Instruction): string[] {
  if (!['RUN', 'COPY', 'ADD'].includes(keyword)) return [];
  return [...text.matchAll(/<<-?["']?(\w+)["']?/g)].map((match) => match[1] ?? '');
}

/** The builder's name of a step: `[deps 3/5]` of BuildKit, `Step 3/9` of the legacy builder. */
export type StepNumber = { by: 'legacy'; index: number } | { by: 'buildkit'; stage: string | undefined; index: number };

/** Line of the instruction that a builder calls step `index`; undefined when the Dockerfile has no such. */
export function lineOfStep(dockerfile: string, step: StepNumber): number | undefined {
  const instructions = instructionsOf(dockerfile);
  if (step.by === 'legacy') return instructions[step.index - 1]?.line;
  return (
    stagesOf(instructions)
      // With one stage there is no name, or that of the platform alone.
      .find(({ names }) => step.stage === undefined || step.stage.includes('/') || names.includes(step.stage))
      ?.layers.at(step.index - 1)?.line
  );
}

/** BuildKit numbers in each stage what makes a layer. */
const layerKeywords = new Set(['FROM', 'RUN', 'COPY', 'ADD', 'WORKDIR']);

function stagesOf(instructions: Instruction[]): { names: string[]; layers: Instruction[] }[] {
  const stages: { names: string[]; layers: Instruction[] }[] = [];
  for (const instruction of instructions) {
    if (instruction.keyword === 'FROM') {
      const name = /\sAS\s+(\S+)/i.exec(instruction.text)?.[1];
      stages.push({ names: [`stage-${stages.length}`, ...(name === undefined ? [] : [name])], layers: [] });
    }
    if (layerKeywords.has(instruction.keyword)) stages.at(-1)?.layers.push(instruction);
  }
  return stages;
}
