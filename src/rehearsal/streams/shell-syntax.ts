import { linesOf, ShellSyntaxError, type Token, type Word } from './shell-tokens.ts';

export interface Redirection {
  /** 0 for `<`, 1 for `>`, 2 for `2>`. */
  from: 0 | 1 | 2;
  /** A file, or the number of the descriptor to copy. */
  to: Word | 1 | 2;
}

export interface Command {
  line: number;
  assignments: readonly { name: string; value: Word }[];
  words: readonly Word[];
  redirections: readonly Redirection[];
}

/** Commands joined by `|`, and under which outcome of what ran before they run. */
export interface Pipeline {
  when: 'always' | 'success' | 'failure';
  isNegated: boolean;
  commands: readonly Command[];
}

/** Words of the shell's grammar beyond lists and pipes, which this one does without. */
const reserved = new Set([
  'if',
  'then',
  'else',
  'elif',
  'fi',
  'for',
  'while',
  'until',
  'do',
  'done',
  'case',
  'esac',
  '{',
  '}',
]);

/**
 * Reads a script line by line, of simple commands: lists, pipes, quotes, variables with defaults, `$(...)`, redirections. Throws
 * ShellSyntaxError for a script that a real shell refuses, and for grammar that this one does not have.
 */
export function* parseScript(script: string, firstLine = 1): Generator<Pipeline[]> {
  for (const tokens of linesOf(script, firstLine)) yield pipelinesOf(tokens);
}

function pipelinesOf(tokens: readonly Token[]): Pipeline[] {
  const pipelines: Pipeline[] = [];
  let when: Pipeline['when'] = 'always';
  let index = 0;
  const operatorAt = () => {
    const token = tokens[index];
    return token?.kind === 'operator' ? token.text : undefined;
  };
  while (index < tokens.length) {
    const commands: Command[] = [];
    const isNegated = isPlain(tokens[index], '!');
    if (isNegated) index += 1;
    for (;;) {
      const taken = commandAt(tokens, index);
      commands.push(taken.command);
      index = taken.next;
      if (operatorAt() !== '|') break;
      index += 1;
    }
    pipelines.push({ when, isNegated, commands });
    const next = operatorAt();
    if (next === ';;') throw new ShellSyntaxError(lineOf(tokens, index), 'Syntax error: ";;" unexpected');
    when = next === '&&' ? 'success' : next === '||' ? 'failure' : 'always';
    if (next !== undefined) index += 1;
  }
  if (when !== 'always') throw new ShellSyntaxError(lastLine(tokens), 'Syntax error: end of file unexpected');
  return pipelines;
}

const lineOf = (tokens: readonly Token[], index: number) => tokens[index]?.line ?? lastLine(tokens);
const lastLine = (tokens: readonly Token[]) => tokens.at(-1)?.line ?? 1;

function isPlain(token: Token | undefined, text: string): boolean {
  if (token?.kind !== 'word' || token.word.length !== 1) return false;
  const [piece] = token.word;
  return piece?.kind === 'text' && !piece.isQuoted && piece.text === text;
}

function commandAt(tokens: readonly Token[], start: number): { command: Command; next: number } {
  const first = tokens[start];
  const line = first?.line ?? lastLine(tokens);
  const assignments: { name: string; value: Word }[] = [];
  const words: Word[] = [];
  const redirections: Redirection[] = [];
  let index = start;
  for (; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (token === undefined || token.kind === 'operator') break;
    if (token.kind === 'word') {
      const assignment = words.length === 0 ? assignmentOf(token.word) : undefined;
      if (assignment === undefined) words.push(token.word);
      else assignments.push(assignment);
      continue;
    }
    if (token.copies !== undefined) {
      redirections.push({ from: token.from, to: token.copies });
      continue;
    }
    index += 1;
    const target = tokens[index];
    if (target?.kind !== 'word') throw new ShellSyntaxError(token.line, `Syntax error: ${nameOf(target)} unexpected`);
    redirections.push({ from: token.from, to: target.word });
  }
  if (index === start) throw new ShellSyntaxError(line, `Syntax error: ${nameOf(first)} unexpected`);
  const [piece] = words[0] ?? [];
  if (piece?.kind === 'text' && !piece.isQuoted && reserved.has(piece.text))
    throw new ShellSyntaxError(line, `the shell of a rehearsed container does not know "${piece.text}"`);
  return { command: { line, assignments, words, redirections }, next: index };
}

function nameOf(token: Token | undefined): string {
  if (token === undefined) return 'end of file';
  return token.kind === 'operator' ? `"${token.text}"` : 'redirection';
}

function assignmentOf(word: Word): { name: string; value: Word } | undefined {
  const [first, ...rest] = word;
  if (first?.kind !== 'text' || first.isQuoted) return undefined;
  const found = /^([A-Za-z_]\w*)=(.*)$/s.exec(first.text);
  if (found === null) return undefined;
  const [, name = '', text = ''] = found;
  return { name, value: [{ ...first, text, isQuoted: true }, ...rest] };
}
