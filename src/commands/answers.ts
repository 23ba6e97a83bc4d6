import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { environmentForm } from '../cli/options.ts';
import { exitCodes } from '../errors/exit-codes.ts';
import { UserError } from '../errors/errors.ts';
import type { ClusterFacts } from '../facts/cluster-facts.ts';
import type { KubernetesObject } from '../kubernetes/objects.ts';
import { answersFileName, checkNames, loadAnswersFile } from '../questions/answers-file.ts';
import { plain, type Answers, type Choice, type LiveChoices, type Question } from '../questions/question.ts';
import { questionsOf } from '../questions/recipe-questions.ts';
import { resolveAnswers, type GivenAnswer, type Resolved } from '../questions/resolve.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { stepPlans } from '../steps/plans.ts';
import type { DeployConnection } from './connection.ts';
import { targetScope } from './scope.ts';
import type { Program } from './program.ts';

export interface AnswerRequest {
  program: Program;
  recipe: Recipe;
  connection: DeployConnection;
  /** Answers of an earlier run: the defaults of this one. */
  before: Record<string, string | number | boolean>;
  /** Secret questions whose value the cluster holds. */
  kept: ReadonlySet<string>;
  /** The node ports that this deployment has already. */
  ownPorts: ReadonlySet<number>;
  changing?: string | undefined;
  /** Take everything from `before` without asking: going on with a run. */
  isResumed?: boolean;
}

/** Asks what is not given: flags, then the environment, then the answers file, then the person. */
export async function askAnswers(request: AnswerRequest): Promise<Resolved> {
  const { program, recipe, connection, before, kept, ownPorts } = request;
  const questions = questionsOf(recipe, stepPlans);
  const given = await givenAnswers(program, recipe, questions);
  const { frontend, invocation } = program;
  const isAsking = frontend.isInteractive && !invocation.yes;
  return resolveAnswers({
    questions,
    given: (id) => given[id],
    before,
    kept,
    scope: {
      environment:
        given['environment']?.text ?? String(before['environment'] ?? Object.keys(recipe.environments)[0] ?? 'local'),
      ...targetScope(connection.target),
    },
    live: async (kind) => liveChoices(kind, connection.facts),
    suggest: (question, fallback) => freePort(question, fallback, connection.facts, ownPorts),
    prompter: isAsking && request.isResumed !== true ? frontend.prompter : undefined,
    vault: program.vault,
    changing: request.changing,
  });
}

/** Every answer that is given beforehand, by question id. */
export async function givenAnswers(
  program: Program,
  recipe: Recipe,
  questions: readonly Question[],
): Promise<Record<string, GivenAnswer>> {
  const { invocation, environment, directory } = program;
  const found = join(directory, answersFileName);
  const path =
    invocation.answers ??
    (await stat(found).then(
      () => found,
      () => undefined,
    )); // Not there: nothing is given by file.
  const file = path === undefined ? undefined : await loadAnswersFile(resolve(directory, path), environment);
  // A file that lies about by chance belongs to another recipe: only one that was named must fit.
  const isForUs = file?.recipe === undefined || file.recipe === recipe.name;
  if (file !== undefined && !isForUs && invocation.answers !== undefined) {
    throw new UserError(`The answers file ${path} is for the recipe ${file.recipe}, not ${recipe.name}`, {
      next: ['Name another file with --answers.'],
    });
  }
  for (const [id, answer] of Object.entries(invocation.set)) {
    if (questions.find((question) => question.id === id)?.type === 'secret') {
      throw new UserError(
        `${answer.by} cannot give the secret ${id}: arguments are seen by everybody on this machine`,
        {
          next: [
            `In an answers file: secrets: { ${id}: { env: NAME } }`,
            answer.by === '--set' ? 'Or answer it on a terminal.' : `Or leave it out of ${environmentForm('set')}.`,
          ],
        },
      );
    }
  }
  const given = { ...(isForUs ? file?.given : {}), ...invocation.set };
  checkNames(given, [...questions, ...(Object.keys(recipe.environments).length < 2 ? [environmentQuestion] : [])]);
  return given;
}

/** A recipe with one environment does not ask for it, yet `--env` may name it. */
const environmentQuestion: Question = {
  id: 'environment',
  ask: 'What is it for?',
  why: 'One environment only.',
  type: 'text',
};

function liveChoices(kind: LiveChoices, facts: ClusterFacts | undefined): Choice[] {
  const names = (objects: KubernetesObject[] | undefined, hint: (object: KubernetesObject) => string): Choice[] =>
    (objects ?? []).map((object) => ({ value: object.metadata.name, label: object.metadata.name, hint: hint(object) }));
  switch (kind) {
    case 'namespaces':
      // Those of the cluster itself are no place for an application.
      return names(facts?.namespaces, () => 'is there').filter(({ value }) => !value.startsWith('kube-'));
    case 'storageClasses':
      return [
        { value: '', label: "the cluster's default", hint: '' },
        ...names(
          facts?.storageClasses,
          (object) => `${String(object['provisioner'])}${isDefaultClass(object) ? ', the default' : ''}`,
        ),
      ];
    case 'ingressClasses':
      return names(facts?.ingressClasses, (object) => String(object['spec']?.controller ?? ''));
    default:
      return kind satisfies never;
  }
}

/** Kubernetes documentation: annotations of the default StorageClass and IngressClass. */
export function isDefaultClass({ metadata: { annotations = {} } }: KubernetesObject): boolean {
  return (
    annotations['storageclass.kubernetes.io/is-default-class'] === 'true' ||
    annotations['ingressclass.kubernetes.io/is-default-class'] === 'true'
  );
}

/** The recipe's port when nobody else has it, else the next that is free. */
function freePort(
  question: Question,
  fallback: string | undefined,
  facts: ClusterFacts | undefined,
  own: ReadonlySet<number>,
): string | undefined {
  if (question.type !== 'port' || fallback === undefined) return fallback;
  let port = Number(fallback);
  while (facts?.nodePorts?.has(port) === true && !own.has(port)) port = port >= 32767 ? 30000 : port + 1;
  return String(port);
}

/** The folder of the application's code: the recipe's own, or the person's. */
export async function sourceFolder(recipe: Recipe, answers: Answers, directory: string): Promise<string> {
  const own = typeof recipe.source === 'string' ? recipe.source : recipe.source.path;
  const answer = String(plain(answers)['source'] ?? own);
  if (answer === own || answer === 'sample') return join(recipe.folder, own);
  const path = resolve(directory, answer);
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  ); // Not there: said below.
  if (!isFolder) {
    throw new UserError(`The source ${path} is no folder`, {
      next: ['Name the folder of the application with --source DIR.'],
      exitCode: exitCodes.preflight,
    });
  }
  return path;
}
