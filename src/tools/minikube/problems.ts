import { ToolError } from '../../errors/errors.ts';
import type { KnownProblem } from '../problem.ts';
import type { MinikubeEvent } from './events.ts';

/** What Minikube says in words, for commands that know no JSON. */
export const minikubeProblems: readonly KnownProblem[] = [
  {
    code: 'profile-missing',
    // Inside JSON where JSON was asked for.
    says: /Profile \\?"([^"\\]+)\\?" not found|loading profile: cluster "([^"]+)" does not exist/,
    means: (match) => `Minikube has no profile ${match[1] ?? match[2]}`,
    next: ['List them: minikube profile list'],
  },
  {
    code: 'minikube-stopped',
    says: /control-plane node (\S+) host (?:is not running: state=(\S+)|does not exist)/,
    means: ([, node, state]) =>
      `The Minikube node ${node} ${state === undefined ? 'is gone' : `is ${state.toLowerCase()}`}`,
    next: ([, node]) => [`Start it: minikube start -p ${node}`],
  },
  {
    code: 'image-load-failed',
    says: /Exiting due to GUEST_IMAGE_LOAD: ([^\n]+)/,
    means: ([, reason]) => `Minikube could not take the image: ${reason}`,
    next: ['Check that the image is there: docker image ls'],
  },
  {
    code: 'minikube-failed',
    says: /Exiting due to (\w+): ([^\n]+)/,
    means: ([, , reason]) => `Minikube failed: ${reason}`,
    next: ['See more: minikube logs'],
  },
];

/** Reasons that name only that something went wrong; another event tells what. */
const vague = new Set(['MK_USAGE', 'GUEST_START']);

/** The error events of a start in words: the reason that says most, with Minikube's own advice. */
export function startFailure(error: unknown, events: readonly MinikubeEvent[]): unknown {
  if (!(error instanceof ToolError) || error.code !== 'tool-failed') return error;
  const reasons = events.filter((event) => event.type === 'error');
  const told =
    reasons.find(({ id }) => id !== undefined && !vague.has(id)) ??
    reasons.findLast(({ id }) => id !== undefined) ??
    reasons.at(-1);
  if (told === undefined) return error;
  const { id, message, advice = '', url } = told;
  // Minikube does not fill in its advice when it prints JSON.
  const advised = advice.split('\n').filter((line) => line.trim() !== '' && !line.includes('{{'));
  const next = [...advised, ...(url === undefined ? [] : [url])];
  return new ToolError(`Minikube did not start: ${firstLine(message)}`, {
    argv: error.argv,
    status: error.status,
    lastLines: reasons.flatMap(({ message: text }) => text.split('\n')).slice(-20),
    next: next.length > 0 ? next : ['See more: minikube logs'],
    code: id === undefined ? 'minikube-failed' : `minikube-${id.toLowerCase().replaceAll('_', '-')}`,
  });
}

function firstLine(text: string): string {
  return text.split('\n').find((line) => line.trim() !== '') ?? 'no reason told';
}
