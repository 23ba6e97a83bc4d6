import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { Bug } from '../errors/errors.ts';
import type { ExpectedAnswer } from './network/expected-answers.ts';

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
}

export function createControlClient(cluster: { url: string; certificate: string; token: string }): RehearsalControl {
  const send = async (method: string, path: string, body?: object): Promise<unknown> => {
    const said = await new Promise<string>((resolve, reject) => {
      const sent = request(
        `${cluster.url}/rehearsal/${path}`,
        { method, ca: cluster.certificate, headers: { authorization: `Bearer ${cluster.token}` } },
        (response) => {
          text(response).then((answer) => {
            if (response.statusCode === 200) resolve(answer);
            else reject(new Bug(`the rehearsal cluster answers ${response.statusCode} to ${path}: ${answer}`));
          }, reject);
        },
      );
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
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
  };
}
