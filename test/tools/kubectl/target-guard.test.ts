import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Bug, UserError } from '../../../src/errors/errors.ts';
import { createKubectl, type BoundKubectl } from '../../../src/tools/kubectl/create-kubectl.ts';
import type { RunCommand } from '../../../src/tools/shell/run.ts';
import { kubernetesTools } from '../../support/kubernetes-tools.ts';
import { realRun } from '../../support/real-run.ts';

/** As much of an API server as the identity of a cluster needs; notes every request. */
class Cluster {
  readonly requests: string[] = [];
  uid: string;
  #server: Server;

  constructor(uid: string) {
    this.uid = uid;
    this.#server = createServer((request, response) => {
      this.requests.push(`${request.method} ${request.url}`);
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system', uid: this.uid } }),
      );
    });
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

const kubeconfig = (server: string, ca?: string) => `apiVersion: v1
kind: Config
current-context: another
clusters:
- name: here
  cluster: { server: "${server}"${ca === undefined ? '' : `, certificate-authority-data: ${ca}`} }
contexts:
- { name: here, context: { cluster: here, user: dev } }
- { name: torn, context: { cluster: nowhere, user: dev } }
- { name: another, context: { cluster: nowhere, user: dev } }
users:
- { name: dev, user: { token: abcdefghijkl } }
`;

describe('the approved cluster, by real kubectl', () => {
  let folder: string;
  let file: string;
  let first: Cluster;
  let second: Cluster;
  let kubectl: BoundKubectl;
  let program: string;
  let started: string[];
  let run: RunCommand;

  const bind = (settings: Partial<Parameters<typeof createKubectl>[0]> = {}) =>
    createKubectl({ run, context: 'here', program, kubeconfig: file, ...settings });
  // A write that any server accepts: kubectl sends it without asking for discovery.
  const write = () => kubectl.write(kubectl.argv('delete', '--raw', '/api/v1/namespaces/shop'));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'target-'));
    file = join(folder, 'config');
    program = (await kubernetesTools()).kubectl;
    first = new Cluster('uid-of-first');
    second = new Cluster('uid-of-second');
    await Promise.all([first.listen(), second.listen()]);
    await writeFile(file, kubeconfig(first.url));
    started = [];
    const real = realRun();
    run = (argv, options) => {
      started.push(argv.slice(1).join(' '));
      return real(argv, options);
    };
    kubectl = bind();
  });
  afterEach(async () => {
    await Promise.all([first.close(), second.close()]);
    await rm(folder, { recursive: true });
  });

  it('is remembered by server, certificate authority and the uid of kube-system', async () => {
    const frozen = await kubectl.freezeTarget();
    expect(frozen).toEqual({
      server: first.url,
      ca: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      uid: 'uid-of-first',
    });
  });

  it('is not asked again while the kubeconfig is as it was', async () => {
    await kubectl.freezeTarget();
    started.length = 0;
    await write();
    await write();
    expect(started).toHaveLength(2);
    expect(first.requests.filter((request) => request.startsWith('DELETE'))).toHaveLength(2);
  });

  it('is left alone, and the other one too, when the context points elsewhere: exit 5', async () => {
    await kubectl.freezeTarget();
    await writeFile(file, kubeconfig(second.url));
    const failure = await write().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UserError);
    expect(failure).toMatchObject({
      exitCode: 5,
      message: 'Context here is no longer the cluster that you approved',
      why: `It pointed at ${first.url} and now points at ${second.url}.`,
    });
    expect([...first.requests, ...second.requests].filter((request) => !request.startsWith('GET'))).toEqual([]);
  });

  it('has another certificate authority: exit 5', async () => {
    await kubectl.freezeTarget();
    await writeFile(file, kubeconfig(first.url, 'LS0tLS1CRUdJTg=='));
    await expect(write()).rejects.toMatchObject({
      exitCode: 5,
      why: expect.stringContaining('certificate authority') as string,
    });
  });

  it('was made anew at the same address: exit 5', async () => {
    await kubectl.freezeTarget();
    first.uid = 'uid-of-another';
    await writeFile(file, kubeconfig(first.url)); // whoever makes a cluster writes the kubeconfig
    await expect(write()).rejects.toMatchObject({ exitCode: 5, why: expect.stringContaining('another uid') as string });
  });

  it('may be the same in a kubeconfig that was written again', async () => {
    await kubectl.freezeTarget();
    await writeFile(file, `${kubeconfig(first.url)}# touched\n`);
    await write();
    expect(first.requests.some((request) => request.startsWith('DELETE'))).toBe(true);
  });

  it('is compared with what an earlier run approved', async () => {
    await expect(kubectl.freezeTarget({ uid: 'uid-of-an-older' })).rejects.toMatchObject({ exitCode: 5 });
    await expect(bind({ freeze: { server: second.url, ca: '', uid: '' } }).proveTarget()).rejects.toMatchObject({
      exitCode: 5,
    });
    const frozen = await kubectl.freezeTarget({ uid: 'uid-of-first' });
    await bind({ freeze: frozen }).proveTarget();
  });

  it('is proven once for writes that start together', async () => {
    const frozen = await kubectl.freezeTarget();
    kubectl = bind({ freeze: frozen });
    started.length = 0;
    await Promise.all([write(), write(), write()]);
    expect(started.filter((command) => command.includes('config view'))).toHaveLength(1);
  });

  it('must be frozen before the first write', async () => {
    await expect(write()).rejects.toBeInstanceOf(Bug);
    expect(first.requests).toEqual([]);
  });

  it('is never localhost:8080, where kubectl looks when a context names no cluster', async () => {
    await expect(bind({ context: 'torn' }).freezeTarget()).rejects.toMatchObject({ kind: 'user', exitCode: 2 });
  });

  it('never lets a key or a token pass through the program', async () => {
    const output: string[] = [];
    const real = realRun();
    run = (argv, options) =>
      real(argv, {
        ...options,
        ...(options?.onData && { onData: (chunk) => (output.push(String(chunk)), options.onData?.(chunk)) }),
      });
    await bind().freezeTarget();
    expect(output.join()).toContain(first.url);
    expect(output.join()).not.toContain('abcdefghijkl');
  });
});
