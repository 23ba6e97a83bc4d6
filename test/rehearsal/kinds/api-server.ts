import { spawn } from 'node:child_process';
import { kubernetesTools } from '../../support/kubernetes-tools.ts';

export interface Answer {
  code: number;
  body: Record<string, unknown>;
  warnings: string[];
}

export interface ApiServer {
  /** `v1.34.10` */
  version: string;
  send(method: string, path: string, body?: unknown, contentType?: string): Promise<Answer>;
  close(): void;
}

/** The real API server of $KUBECONFIG, through `kubectl proxy`. */
export async function openApiServer(): Promise<ApiServer> {
  const { kubectl } = await kubernetesTools();
  const proxy = spawn(kubectl, ['proxy', '--port=0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise<string>((resolve) => {
    proxy.stdout.on('data', (chunk: Buffer) => {
      const found = /127\.0\.0\.1:\d+/.exec(chunk.toString());
      if (found !== null) resolve(`http://${found[0]}`);
    });
  });
  const send = async (
    method: string,
    path: string,
    body?: unknown,
    contentType = 'application/json',
  ): Promise<Answer> => {
    const response = await fetch(address + path, {
      method,
      headers: { 'content-type': contentType, accept: 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const warnings = [...(response.headers.get('warning') ?? '').matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(
      ([, text]) => (text ?? '').replace(/\\(.)/g, '$1'),
    );
    return { code: response.status, body: (await response.json()) as Record<string, unknown>, warnings };
  };
  const { body } = await send('GET', '/version');
  return { version: String(body['gitVersion']), send, close: () => void proxy.kill() };
}

/** What a recording says of itself. */
export const sourceOf = (server: ApiServer, command: string) => ({
  command,
  server: server.version,
  date: new Date().toISOString().slice(0, 10),
});
