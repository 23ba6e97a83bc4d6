import { exitCodes } from '../errors/exit-codes.ts';
import { UserError, UserErrors, type SourcePlace } from '../errors/errors.ts';
import type { JsonObject } from '../plan/plan.ts';
import { evaluateTemplate, ExpressionError, parseExpression, textOf } from '../recipe/expression.ts';
import { isSecretRef } from '../secrets/secret.ts';
import type { Vault } from '../secrets/vault.ts';
import type { AnswerValue, Answers, Choice, LiveChoices, Prompter, Question } from './question.ts';
import { validateAnswer } from './validate.ts';

/** One answer that was given beforehand, and by whom, for messages. */
export interface GivenAnswer {
  text: string;
  /** `--set database`, `DEPLOY_WIZARD_SET`, or the answers file. */
  by: string;
  place?: SourcePlace;
  /** Of an answers file. A secret is taken from `secrets` alone, where its source is named. */
  section?: 'answers' | 'secrets';
}

export interface ResolveRequest {
  questions: readonly Question[];
  /** In order of precedence: flag, environment, answers file. */
  given: (id: string) => GivenAnswer | undefined;
  /** What an earlier run of this deployment was answered; the default of a prompt. */
  before: Record<string, string | number | boolean>;
  /** Secret questions whose value the cluster holds already. */
  kept: ReadonlySet<string>;
  /** Values besides the answers that conditions and defaults read. */
  scope: JsonObject;
  live: (kind: LiveChoices) => Promise<Choice[]>;
  /** A better default than the recipe's, from what is there: a free port. */
  suggest: (question: Question, fallback: string | undefined) => string | undefined;
  /** undefined: nobody is asked (`--yes`, no terminal); defaults are taken. */
  prompter: Prompter | undefined;
  vault: Vault;
  /** A question to come back to, when an answer is to be changed: those before it keep their answers without a prompt. */
  changing?: string | undefined;
}

export type Resolved = { outcome: 'answered'; answers: Answers } | { outcome: 'back' } | { outcome: 'stop' };

interface Progress {
  answers: Answers;
  /** Ids that a person was asked, in order: the way back. */
  asked: string[];
  missing: UserError[];
}

/** Answers every question that applies: given beforehand, else asked with the default filled in, else the default. */
export async function resolveAnswers(request: ResolveRequest): Promise<Resolved> {
  const progress: Progress = { answers: {}, asked: [], missing: [] };
  const typed = new Map<string, string>();
  let at = 0;
  while (at < request.questions.length) {
    const question = request.questions[at];
    if (question === undefined) break;
    if (!applies(question, request.scope, progress.answers)) {
      delete progress.answers[question.id];
      at += 1;
      continue;
    }
    const given = request.given(question.id);
    if (given !== undefined) {
      progress.answers[question.id] = accept(question, given, await choicesOf(question, request), request.vault);
      at += 1;
      continue;
    }
    const outcome = await settle(question, request, progress, typed);
    if (outcome === 'stop') return { outcome: 'stop' };
    if (outcome === 'next') at += 1;
    if (outcome === 'back') {
      const previous = progress.asked.pop();
      if (previous === undefined) return { outcome: 'back' };
      at = request.questions.findIndex(({ id }) => id === previous);
    }
  }
  if (progress.missing.length > 0) {
    throw new UserErrors(
      progress.missing.length === 1 ? 'One answer is missing' : `${progress.missing.length} answers are missing`,
      progress.missing,
      exitCodes.answerMissing,
    );
  }
  return { outcome: 'answered', answers: progress.answers };
}

async function settle(
  question: Question,
  request: ResolveRequest,
  progress: Progress,
  typed: Map<string, string>,
): Promise<'next' | 'back' | 'stop'> {
  const { prompter, vault } = request;
  // Kept by the cluster, or typed before in this session; one that may be left out is so by an empty answer.
  const isTyped = vault.has(question.id) && question.isOptional !== true;
  const isKept = question.type === 'secret' && (request.kept.has(question.id) || isTyped);
  const suggestion = typed.get(question.id) ?? suggestionFor(question, request, progress.answers);
  const choices = await choicesOf(question, request);
  if (prompter === undefined || isBeforeChange(question, request, isKept)) {
    if (isKept) progress.answers[question.id] = { secretRef: question.id };
    else if (suggestion !== undefined || question.isOptional === true) {
      progress.answers[question.id] = accept(question, { text: suggestion ?? '', by: 'the default' }, choices, vault);
    } else
      progress.missing.push(
        new UserError(`${question.id}: ${question.ask}`, { why: question.why, next: [howToGive(question)] }),
      );
    return 'next';
  }
  let error: string | undefined;
  for (;;) {
    const applicable = request.questions.filter(
      (other) => applies(other, request.scope, progress.answers) && request.given(other.id) === undefined,
    );
    const reply = await prompter.ask({
      question,
      choices,
      ...(suggestion === undefined ? {} : { suggestion }),
      ...(isKept ? { isKept } : {}),
      position: progress.asked.length + 1,
      total: Math.max(applicable.length, progress.asked.length + 1),
      sofar: sofar(request.questions.slice(0, request.questions.indexOf(question)), progress.answers),
      canGoBack: true,
      ...(error === undefined ? {} : { error }),
    });
    if (reply.reply !== 'answer') return reply.reply;
    if (isKept && reply.text === '') {
      progress.answers[question.id] = { secretRef: question.id };
      progress.asked.push(question.id);
      return 'next';
    }
    const checked = validateAnswer(
      question,
      reply.text === '' && suggestion !== undefined && question.isOptional !== true && question.type !== 'secret'
        ? suggestion
        : reply.text,
      choices,
    );
    if ('value' in checked) {
      progress.answers[question.id] = store(question, checked.value, vault);
      if (question.type !== 'secret') typed.set(question.id, String(checked.value));
      progress.asked.push(question.id);
      return 'next';
    }
    ({ error } = checked);
  }
}

function isBeforeChange(question: Question, { changing, questions, before }: ResolveRequest, isKept: boolean): boolean {
  if (changing === undefined || question.id === changing) return false;
  if (isKept || before[question.id] !== undefined) return true;
  const order = (id: string) => questions.findIndex((other) => other.id === id);
  return order(question.id) < order(changing) && question.default !== undefined;
}

/** A question applies when its condition holds. */
export function applies({ when }: Question, scope: JsonObject, answers: Answers): boolean {
  return when === undefined || isTrue(when, scope, answers);
}

/** A condition over answers; one that reads an answer that was never asked does not hold. */
export function isTrue(when: string, scope: JsonObject, answers: Answers): boolean {
  try {
    return parseExpression(when).evaluate(withAnswers(scope, answers)) === true;
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}

function suggestionFor(question: Question, request: ResolveRequest, answers: Answers): string | undefined {
  const before = request.before[question.id];
  if (before !== undefined) return String(before);
  const { default: fallback } = question;
  const text = typeof fallback === 'string' ? filled(fallback, withAnswers(request.scope, answers)) : fallback;
  return request.suggest(question, text === undefined ? undefined : String(text));
}

/** undefined: the default reads an answer that does not apply, so there is none. */
function filled(template: string, scope: JsonObject): string | undefined {
  try {
    return textOf(evaluateTemplate(template, scope));
  } catch (error) {
    if (error instanceof ExpressionError) return undefined;
    throw error;
  }
}

async function choicesOf(question: Question, { live }: ResolveRequest): Promise<Choice[]> {
  return question.choices ?? (question.live === undefined ? [] : await live(question.live));
}

function accept(question: Question, given: GivenAnswer, choices: Choice[], vault: Vault): AnswerValue {
  const checked = validateAnswer(question, given.text, choices);
  if ('value' in checked) return store(question, checked.value, vault);
  const shown = question.type === 'secret' ? '' : ` (${JSON.stringify(given.text).slice(0, 60)})`;
  throw new UserError(`The answer ${question.id}${shown} of ${given.by} is not valid: ${checked.error}`, {
    why: question.ask,
    next: [howToGive(question)],
    ...(given.place === undefined ? {} : { place: given.place }),
  });
}

function store(question: Question, value: string | number | boolean, vault: Vault): AnswerValue {
  if (question.type !== 'secret') return value;
  if (value !== '') return vault.put(question.id, String(value));
  vault.forget(question.id); // One that was typed before and taken back.
  return '';
}

function howToGive(question: Question): string {
  return question.type === 'secret'
    ? `Name a file or an environment variable for it in the answers file: secrets: { ${question.id}: { env: NAME } }`
    : `--set ${question.id}=VALUE, or an answers file, or answer it on a terminal`;
}

function withAnswers(scope: JsonObject, answers: Answers): JsonObject {
  const chosen = answers['environment'];
  return {
    ...scope,
    // The environment is a question too: what comes after it must see the answer, not what was there before.
    ...(typeof chosen === 'string' ? { environment: chosen } : {}),
    answers: Object.fromEntries(
      Object.entries(answers).flatMap(([id, value]) => (isSecretRef(value) ? [] : [[id, value]])),
    ),
  };
}

function sofar(questions: readonly Question[], answers: Answers): { title: string; text: string }[] {
  return questions.flatMap((question) => {
    const value = answers[question.id];
    if (value === undefined) return [];
    const label = question.choices?.find((choice) => choice.value === value)?.label;
    const text = isSecretRef(value)
      ? '••••••'
      : typeof value === 'boolean'
        ? value
          ? 'yes'
          : 'no'
        : (label ?? String(value));
    return [{ title: question.id, text: text === '' ? '—' : text }];
  });
}
