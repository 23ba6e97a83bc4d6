import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { Bug } from '../errors/errors.ts';
import type { ExpectedAnswer } from './network/expected-answers.ts';
import type { Turn, TurnEnd } from './turns/turn.ts';

/** One fault of a rehearsal that runs. */
export interface FaultState {
  spec: string;
  isOn: boolean;
  /** How often it has struck. */
  injected: number;
}

/** What the wizard tells its rehearsal cluster besides what any client could. */
export interface RehearsalControl {
  /** What the application answers from now on. */
  expect(answers: readonly ExpectedAnswer[]): Promise<void>;
  faults(): Promise<FaultState[]>;
  switchFault(spec: string, isOn: boolean): Promise<void>;
  /** Lets the cluster's time pass until something concerns this program. */
  giveTurn(turn: Turn): Promise<TurnEnd>;
  /** Ends a turn that was given. */
  takeBack(turn: Pick<Turn, 'number'>): Promise<void>;
}

export function createControlClient(cluster: { url: string; certificate: string; token: string }): RehearsalControl {
  const agent = new Agent({ keepAlive: true });
  const send = async (method: string, path: string, body?: object): Promise<unknown> => {
    const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
    const headers = { authorization: `Bearer ${cluster.token}`, 'content-length': bytes.length };
    const said = await new Promise<string>((resolve, reject) => {
      const sent = request(
        `${cluster.url}/rehearsal/${path}`,
        { method, agent, ca: cluster.certificate, headers },
        (response) => {
          text(response).then((answer) => {
            if (response.statusCode === 200) resolve(answer);
            else reject(new Bug(`the rehearsal cluster answers ${response.statusCode} to ${path}: ${answer}`));
          }, reject);
        },
      );
      sent.on('error', reject);
      sent.end(bytes);
    });
    return JSON.parse(said) as unknown;
  };
  return {
    async expect(answers) {
      await send('PUT', 'answers', { answers });
    },
    faults: async () => ((await send('GET', 'faults')) as { faults: FaultState[] }).faults,
    async switchFault(spec, isOn) {
      await send('PUT', 'faults', { spec, isOn });
    },
    giveTurn: async (turn) => (await send('POST', 'turn', turn)) as TurnEnd,
    async takeBack({ number }) {
      await send('DELETE', 'turn', { number });
    },
  };
}
