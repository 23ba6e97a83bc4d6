import { StatusError } from '../api/status-error.ts';
import { parseFault } from '../faults/fault.ts';
import type { Faults } from '../faults/faults.ts';
import type { PodNetwork } from '../network/pod-network.ts';
import type { ExpectedAnswer } from '../network/expected-answers.ts';
import type { ClusterTime } from '../turns/cluster-time.ts';
import type { Turn } from '../turns/turn.ts';
import type { Exchange } from './exchange.ts';

/** Requests of the wizard itself, under `/rehearsal/`: which faults are on, what the application answers, whose turn it is. */
export type Control = (exchange: Exchange) => Promise<void>;

export interface ControlParts {
  faults: Faults;
  network: PodNetwork;
  /** Set when this cluster takes turns with the wizard. */
  time: Pick<ClusterTime, 'take' | 'takeBack'> | undefined;
}

export function createControl({ faults, network, time }: ControlParts): Control {
  return async (exchange) => {
    const { method, path } = exchange;
    if (path === '/rehearsal/faults' && method === 'GET')
      return exchange.json(200, { faults: faults.all().map(({ fault, ...rest }) => ({ spec: fault.text, ...rest })) });
    if (path === '/rehearsal/faults' && method === 'PUT') {
      const { spec, isOn } = (await bodyOf(exchange)) as { spec: string; isOn: boolean };
      switchFault(faults, spec, isOn);
      return exchange.json(200, {});
    }
    if (path === '/rehearsal/answers' && method === 'PUT') {
      network.expect(((await bodyOf(exchange)) as { answers: ExpectedAnswer[] }).answers);
      return exchange.json(200, {});
    }
    if (path === '/rehearsal/turn' && method === 'POST' && time !== undefined)
      return exchange.json(200, await time.take((await bodyOf(exchange)) as Turn));
    if (path === '/rehearsal/turn' && method === 'DELETE' && time !== undefined) {
      time.takeBack(((await bodyOf(exchange)) as Pick<Turn, 'number'>).number);
      return exchange.json(200, {});
    }
    throw new StatusError(404, 'NotFound', 'the server could not find the requested resource');
  };
}

async function bodyOf(exchange: Exchange): Promise<unknown> {
  try {
    return JSON.parse((await exchange.body()).toString()) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) throw new StatusError(400, 'BadRequest', error.message);
    throw error;
  }
}

function switchFault(faults: Faults, spec: string, isOn: boolean): void {
  if (faults.all().some(({ fault }) => fault.text === spec)) return faults.switch(spec, isOn);
  const fault = parseFault(spec);
  if ('problem' in fault) throw new StatusError(422, 'Invalid', fault.problem.message);
  if (isOn) faults.add(fault);
}
