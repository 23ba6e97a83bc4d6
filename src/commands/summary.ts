import { dirname } from 'node:path';
import type { RehearsalClaims } from '../events/events.ts';
import type { Answers } from '../questions/question.ts';
import { isTrue } from '../questions/resolve.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Summary } from '../ui/frontend.ts';
import { commandLine } from '../ui/text/command-line.ts';
import type { Plan } from '../plan/plan.ts';
import type { Deployed } from './deploy.ts';
import { objectsOf } from './run-ledger.ts';
import type { Prepared } from './prepare.ts';
import type { Program } from './program.ts';
import { targetWord } from './targets.ts';

/** Commands of the optional blocks that the answers chose. */
function optionalCommands({ notes }: Recipe, answers: Answers): Summary['commands'] {
  return (notes.optional ?? []).flatMap(({ title, commands = [], when }) =>
    when === undefined || isTrue(when, {}, answers) ? commands.map((command) => ({ label: title, command })) : [],
  );
}

const titleOf = ({ steps }: Plan, id: string): string => steps.find((step) => step.id === id)?.title ?? id;

/** After a rehearsal its cluster is gone: only what can be done next is worth a command. */
function rehearsalCommands(
  what: string,
  name: string,
  from: string[],
  { seed, faults }: RehearsalClaims,
): Summary['commands'] {
  const up = ['npx', 'deploy-wizard', 'up', what, ...from];
  const again = [...up, '--rehearse', '--seed', seed, ...faults.flatMap((fault) => ['--fault', fault])];
  return [
    { label: 'For real', command: commandLine(up), hint: `${name} on a cluster of yours` },
    { label: 'Again', command: commandLine(again), hint: 'the same rehearsal' },
  ];
}

/** The last screen, as facts. */
export function summaryOf(
  { logs, recipes, invocation, rehearsal }: Program,
  { plan, recipe, connection, answers, source }: Prepared,
  { exitCode, ledger, result, endpoints, forwards, duration }: Deployed,
): Summary {
  const namespace = plan.namespace;
  const kubectl = ['kubectl', '--context', plan.target.context, '-n', namespace];
  const workloads = plan.steps.filter(({ kind }) => kind === 'release');
  const hasSecrets = plan.steps.some(({ kind }) => kind === 'secret');
  const where = [
    '--target',
    targetWord(connection.cluster),
    ...(namespace === (recipe.namespace ?? recipe.name) ? [] : ['--namespace', namespace]),
    ...(plan.environment === Object.keys(recipe.environments)[0] ? [] : ['--env', plan.environment]),
  ];
  const what = dirname(recipe.folder) === recipes ? recipe.name : recipe.folder;
  const from = [
    ...(invocation.source === undefined ? [] : ['--source', source]),
    ...(invocation.registry === undefined ? [] : ['--registry', invocation.registry]),
  ];
  const log = logs.path();
  const slowest = Object.entries(result.durations).sort(([, a], [, b]) => b - a)[0];
  return {
    ok: exitCode === 0,
    title: plan.recipe.title,
    target: plan.target.name,
    namespace,
    duration,
    objects: objectsOf(ledger),
    changed: result.changed,
    endpoints: plan.endpoints.flatMap(({ name, title, service }) => {
      const url = endpoints[name];
      const path = ledger.endpoints.find((endpoint) => endpoint.name === name)?.path ?? '/';
      return url === undefined
        ? []
        : [{ title, url: path === '/' ? url : `${url}${path}`, isForwarded: forwards.has(`${namespace}/${service}`) }];
    }),
    checksByHand: plan.checksByHand,
    commands:
      rehearsal !== undefined
        ? rehearsalCommands(what, recipe.name, [...where.slice(2), ...from], rehearsal.claims)
        : [
            ...(workloads[0] === undefined
              ? []
              : [{ label: 'Logs', command: `${kubectl.join(' ')} logs deploy/${workloads[0].title} -f` }]),
            ...(hasSecrets ? [{ label: 'Secrets', command: `${kubectl.join(' ')} get secrets` }] : []),
            ...optionalCommands(recipe, answers),
            {
              label: 'Again',
              command: commandLine(['npx', 'deploy-wizard', 'up', what, ...where, ...from]),
              hint: 'changes only what differs',
            },
            {
              label: 'Remove',
              command: commandLine(['npx', 'deploy-wizard', 'down', recipe.name, ...where]),
              hint: 'exactly what this run made',
            },
            ...(log === undefined
              ? []
              : [{ label: 'Output', command: log, hint: 'everything that the programs said' }]),
          ],
    ...(rehearsal === undefined ? {} : { rehearsal: rehearsal.claims }),
    ...(slowest === undefined || slowest[1] < 5
      ? {}
      : { slowest: `${titleOf(plan, slowest[0])} (${Math.round(slowest[1])} s)` }),
  };
}
