import { pause } from '../../clock.ts';
import { exitCodes } from '../../errors/exit-codes.ts';
import { UserError } from '../../errors/errors.ts';
import type { StepContext } from '../../engine/step.ts';
import type { KubernetesObject } from '../../kubernetes/objects.ts';
import type { ServiceToOpen } from './plan.ts';

/** kube-proxy writes the rules of a new node port a second or two after the Service is there. */
const patienceMilliseconds = 6000;
const requestMilliseconds = 1500;
const pauseMilliseconds = 300;

export type AddressContext = Pick<
  StepContext,
  'cluster' | 'signal' | 'time' | 'progress' | 'nodeAddresses' | 'forward'
>;

/**
 * The address at which a Service answers this host: a load balancer's, a node port's, else a forwarded port. Told only
 * after a request got an answer, whatever its status: an address that does not answer is no address. `UserError` when
 * not even the forwarded port does. `patience` in milliseconds.
 */
export async function addressOf(
  service: ServiceToOpen,
  namespace: string,
  context: AddressContext,
  patience = patienceMilliseconds,
): Promise<string> {
  const { cluster, progress } = context;
  const object = await cluster.get({ apiVersion: 'v1', kind: 'Service' }, service.name, namespace);
  const candidates = object === undefined ? [] : await candidatesOf(object, service, context);
  progress(`looking for an address of ${service.name}`);
  const found = await untilAnswered(candidates, context, patience);
  if (found !== undefined) return found;
  const forwarded = `${service.scheme}://127.0.0.1:${await context.forward(service.name, service.port, namespace)}`;
  if ((await untilAnswered([forwarded], context, patience)) !== undefined) return forwarded;
  throw new UserError(`Nothing answers at port ${service.port} of the Service ${service.name}`, {
    why: `Neither at ${[...candidates, forwarded].join(', ')}, the last of which is forwarded into its pods.`,
    next: [
      `See whether the application listens on the port that the Service names: kubectl -n ${namespace} describe service ${service.name}`,
    ],
    exitCode: exitCodes.stepFailed,
  });
}

/** The first in order of preference that answers, asked again and again until patience ends. */
async function untilAnswered(
  urls: string[],
  { time, signal }: Pick<AddressContext, 'time' | 'signal'>,
  patience: number,
): Promise<string | undefined> {
  const deadline = time.elapsed() + patience;
  while (urls.length > 0) {
    const answered = await time.during(() => firstAnswering(urls, signal));
    if (answered !== undefined) return answered;
    if (time.elapsed() >= deadline) return undefined;
    await pause(time, pauseMilliseconds, signal);
    signal.throwIfAborted();
  }
  return undefined;
}

async function candidatesOf(
  { spec, status }: KubernetesObject,
  { port, scheme, host }: ServiceToOpen,
  { nodeAddresses }: AddressContext,
): Promise<string[]> {
  if (host !== undefined && host !== '') return [`${scheme}://${host}`];
  const ports = (spec?.ports ?? []) as { port: number; nodePort?: number }[];
  const own = ports.find((entry) => entry.port === port);
  const balancers = ((status?.loadBalancer?.ingress ?? []) as { ip?: string; hostname?: string }[]).flatMap(
    ({ ip, hostname }) => ip ?? hostname ?? [],
  );
  return [
    ...balancers.map((address) => `${scheme}://${bracketed(address)}:${port}`),
    ...(own?.nodePort === undefined
      ? []
      : (await nodeAddresses()).map((address) => `${scheme}://${bracketed(address)}:${own.nodePort}`)),
  ];
}

/** All are asked at once; a better one is waited for, a worse one is not. */
async function firstAnswering(urls: string[], signal: AbortSignal): Promise<string | undefined> {
  const worse = new AbortController();
  const answers = urls.map((url) => isAnswering(url, AbortSignal.any([signal, worse.signal])));
  try {
    for (const [index, answer] of answers.entries()) if (await answer) return urls[index];
    return undefined;
  } finally {
    worse.abort();
    signal.throwIfAborted();
  }
}

export async function answersTo(url: string, signal: AbortSignal): Promise<boolean> {
  const isAnswered = await isAnswering(url, signal);
  signal.throwIfAborted();
  return isAnswered;
}

/** Errors of Node that tell of an answer: a certificate that this host does not trust, a protocol that is not HTTP/1. */
const answerErrors = /^(HTTPParserError|UND_ERR_HEADERS|ERR_TLS_CERT|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/;

/** Never rejects. */
async function isAnswering(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestMilliseconds)]),
    });
    await answer.body?.cancel();
    return true;
  } catch (error) {
    const { code, name } = ((error as Error).cause ?? {}) as { code?: string; name?: string };
    return answerErrors.test(code ?? name ?? '');
  }
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
