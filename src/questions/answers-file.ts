import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { isScalar, LineCounter, parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import { messageOf, UserError, UserErrors, type SourcePlace } from '../errors/errors.ts';
import { closest } from '../recipe/closest.ts';
import { isSecretRef } from '../secrets/secret.ts';
import type { Answers, Question } from './question.ts';
import type { GivenAnswer } from './resolve.ts';

/** Found in the working directory by itself. */
export const answersFileName = 'deploy-wizard.answers.yaml';

const Scalar = z.union([z.string(), z.number(), z.boolean()]);
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
  const [broken] = document.errors;
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
  const parsed = File.safeParse(document.toJS({ maxAliasCount: 0 }) ?? {});
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
  for (const [id, value] of Object.entries(parsed.data.answers))
    given[id] = { text: String(value), by: path, place: place('answers', id) };
  for (const [id, from] of Object.entries(parsed.data.secrets)) {
    given[id] = {
      text: await secretText(from, dirname(file), environment, place('secrets', id)),
      by: path,
      place: place('secrets', id),
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

/** Names in a file or in `--set` that are no question of the recipe. */
export function checkNames(given: Record<string, GivenAnswer>, questions: readonly Question[]): void {
  const ids = questions.map(({ id }) => id);
  const errors = Object.entries(given).flatMap(([id, answer]) => {
    if (ids.includes(id)) return [];
    const near = closest(id, ids);
    return [
      new UserError(`${answer.by} answers ${id}, which is no question of this recipe`, {
        next: [near === undefined ? `Its questions are: ${ids.join(', ')}.` : `Did you mean ${near}?`],
        ...(answer.place === undefined ? {} : { place: answer.place }),
      }),
    ];
  });
  const [first] = errors;
  if (first !== undefined)
    throw errors.length === 1 ? first : new UserErrors(`${errors.length} answers name no question`, errors);
}

/** The text of an answers file that a team can share: no secret, no target, no port, no folder of this machine. */
export function answersFileText(recipe: string, questions: readonly Question[], answers: Answers): string {
  const shared = questions.flatMap(({ id, isPersonal }) => {
    const value = answers[id];
    return value === undefined || isSecretRef(value) || isPersonal === true ? [] : [[id, value]];
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
