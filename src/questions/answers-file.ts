import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isScalar, LineCounter, parseDocument, stringify, visit } from 'yaml';
import { z } from 'zod';
import { messageOf, UserError, UserErrors, type SourcePlace } from '../errors/errors.ts';
import { closest } from '../recipe/closest.ts';
import { isSecretRef } from '../secrets/secret.ts';
import type { Answers, Question } from './question.ts';
import type { GivenAnswer } from './resolve.ts';

/** Found in the working directory by itself. */
export const answersFileName = 'deploy-wizard.answers.yaml';

const Scalar = z.union([z.string(), z.number(), z.boolean()], { error: 'text, a number, true or false is expected' });
const File = z.strictObject({
  recipe: z.string().optional(),
  answers: z.record(z.string(), Scalar).default({}),
  secrets: z
    .record(
      z.string(),
      z.union([z.strictObject({ file: z.string() }), z.strictObject({ env: z.string() })], {
        error: 'a secret is named by { file: PATH } or { env: NAME }, never given here',
      }),
    )
    .default({}),
});

/** Answers of one file, with the place of each. Secrets are read from where the file points, not from it. */
export interface AnswersFile {
  path: string;
  recipe: string | undefined;
  given: Record<string, GivenAnswer>;
}

/** Reads and checks an answers file against the questions that there are; all mistakes come together. */
export async function loadAnswersFile(path: string, environment: NodeJS.ProcessEnv): Promise<AnswersFile> {
  const file = resolve(path);
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new UserError(`The answers file ${path} cannot be read`, {
      why: messageOf(error),
      next: ['Name an existing file, or leave --answers out.'],
    });
  });
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): SourcePlace => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  // A tag that YAML does not know is only a warning to the parser, and would be read as text.
  const [broken] = [...document.errors, ...document.warnings];
  if (broken !== undefined) throw new UserError(`YAML: ${broken.message.split('\n')[0]}`, { place: at(broken.pos[0]) });
  const place = (...keys: (string | number)[]): SourcePlace => {
    const node: unknown = document.getIn(keys, true);
    return at(
      isScalar(node) && node.range
        ? node.range[0]
        : typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
          ? Number(node.range[0])
          : 0,
    );
  };
  visit(document, {
    Alias: (_key, node) => {
      const [start] = node.range ?? [0];
      throw new UserError(`*${node.source} is an alias, which an answers file does not have`, {
        place: at(start),
        next: ['Repeat the value.'],
      });
    },
  });
  const parsed = File.safeParse(document.toJS() ?? {});
  if (!parsed.success) {
    const errors = parsed.error.issues.map((issue) => {
      const keys = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
      return new UserError(`${keys.join('.') || 'the answers file'}: ${issue.message}`, {
        place: place(...keys),
        next: ['Top-level keys: recipe, answers, secrets.'],
      });
    });
    throw errors.length === 1 && errors[0] !== undefined
      ? errors[0]
      : new UserErrors(`${errors.length} mistakes in ${path}`, errors);
  }
  const given: Record<string, GivenAnswer> = {};
  for (const [id, value] of Object.entries(parsed.data.answers)) {
    // As it is written: YAML reads 1.10 as 1.1.
    const node: unknown = document.getIn(['answers', id], true);
    const text = isScalar(node) && typeof value === 'number' ? (node.source ?? String(value)) : String(value);
    given[id] = { text, by: path, place: place('answers', id), section: 'answers' };
  }
  for (const [id, from] of Object.entries(parsed.data.secrets)) {
    given[id] = {
      text: await secretText(from, dirname(file), environment, place('secrets', id)),
      by: path,
      place: place('secrets', id),
      section: 'secrets',
    };
  }
  return { path: file, recipe: parsed.data.recipe, given };
}

async function secretText(
  from: { file: string } | { env: string },
  folder: string,
  environment: NodeJS.ProcessEnv,
  place: SourcePlace,
): Promise<string> {
  if ('env' in from) {
    const value = environment[from.env];
    if (value === undefined || value === '')
      throw new UserError(`The environment variable ${from.env} is not set`, {
        place,
        next: [`export ${from.env}=…, or answer on a terminal.`],
      });
    return value;
  }
  return readFile(resolve(folder, from.file), 'utf8').catch((error: unknown) => {
    throw new UserError(`The file ${from.file} of a secret cannot be read`, { why: messageOf(error), place });
  });
}

/** Names in a file or in `--set` that are no question of the recipe, and answers in the wrong place. */
export function checkNames(given: Record<string, GivenAnswer>, questions: readonly Question[]): void {
  const ids = questions.map(({ id }) => id);
  const errors = Object.entries(given).flatMap(([id, answer]) => {
    const question = questions.find((one) => one.id === id);
    const error = question === undefined ? noQuestion(id, answer, ids) : misplaced(question, answer);
    return error ?? [];
  });
  const [first] = errors;
  if (first !== undefined)
    throw errors.length === 1 ? first : new UserErrors(`${errors.length} of the answers cannot be taken`, errors);
}

function noQuestion(id: string, { by, place }: GivenAnswer, ids: string[]): UserError {
  const near = closest(id, ids);
  return new UserError(`${by} answers ${id}, which is no question of this recipe`, {
    next: [near === undefined ? `Its questions are: ${ids.join(', ')}.` : `Did you mean ${near}?`],
    ...(place === undefined ? {} : { place }),
  });
}

/** A secret is not written down, and only a secret is kept out of what is. */
function misplaced({ id, type }: Question, { by, place, section }: GivenAnswer): UserError | undefined {
  const where = place === undefined ? {} : { place };
  if (type === 'secret' && section !== 'secrets')
    return new UserError(`${id} is a secret, and ${by} cannot hold its value`, {
      why: 'Files are shared and arguments are seen by everybody on this machine.',
      next: [`Name where it is: secrets: { ${id}: { env: NAME } } or { file: PATH }; or answer it on a terminal.`],
      ...where,
    });
  if (type !== 'secret' && section === 'secrets')
    return new UserError(`${id} is no secret: its value would be shown and stored`, {
      next: [`Write it under answers: { ${id}: … }`],
      ...where,
    });
  return undefined;
}

/** The text of an answers file that a team can share: no secret, no target, no port, no folder of this machine. */
export function answersFileText(recipe: string, questions: readonly Question[], answers: Answers): string {
  const shared = questions.flatMap(({ id, type, isPersonal }) => {
    const value = answers[id];
    const isOwn = isPersonal === true || type === 'secret' || type === 'port' || type === 'folder';
    return value === undefined || isSecretRef(value) || isOwn ? [] : [[id, value]];
  });
  const secrets = questions.flatMap(({ id, type }) =>
    type === 'secret' && isSecretRef(answers[id]) ? [[id, { env: environmentName(id) }]] : [],
  );
  return stringify({
    recipe,
    answers: Object.fromEntries(shared),
    ...(secrets.length === 0 ? {} : { secrets: Object.fromEntries(secrets) }),
  });
}

function environmentName(id: string): string {
  return id
    .replace(/^secrets\./, '')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
}
