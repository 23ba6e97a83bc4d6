import { setTimeout as delay } from 'node:timers/promises';
import type { StepContext } from '../../engine/step.ts';
import type { KubernetesObject } from '../../kubernetes/objects.ts';
import type { ServiceToOpen } from './plan.ts';

/** kube-proxy writes the rules of a new node port a second or two after the Service is there. */
const patienceMilliseconds = 6000;
const requestMilliseconds = 1500;

export type AddressContext = Pick<StepContext, 'cluster' | 'signal' | 'progress' | 'nodeAddresses' | 'forward'>;

/**
 * The address at which a Service answers this host: a load balancer's, a node port's, else a forwarded port. Printed
 * only after a request got an answer, whatever its status: an address that does not answer is no address.
 */
export async function addressOf(service: ServiceToOpen, namespace: string, context: AddressContext): Promise<string> {
  const { cluster, signal, progress } = context;
  const object = await cluster.get({ apiVersion: 'v1', kind: 'Service' }, service.name, namespace);
  const candidates = object === undefined ? [] : await candidatesOf(object, service, context);
  progress(`looking for an address of ${service.name}`);
  const deadline = Date.now() + patienceMilliseconds;
  while (candidates.length > 0 && Date.now() < deadline) {
    const answered = await firstAnswering(candidates, signal);
    if (answered !== undefined) return answered;
    await delay(300, undefined, { signal });
  }
  const port = await context.forward(service.name, service.port, namespace);
  return `${service.scheme}://127.0.0.1:${port}`;
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

/** The first in order of preference that answers; all are asked at once. */
async function firstAnswering(urls: string[], signal: AbortSignal): Promise<string | undefined> {
  const answers = await Promise.all(urls.map((url) => answersTo(url, signal)));
  return urls.find((_, index) => answers[index] === true);
}

export async function answersTo(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestMilliseconds)]),
    });
    await answer.body?.cancel();
    return true;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
