import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Vault } from '../../../src/secrets/vault.ts';
import { createRun } from '../../../src/tools/shell/run.ts';
import { kubernetesTools } from '../../support/kubernetes-tools.ts';
import { commands, logQueries } from './recorded-requests.ts';

/**
 * Records what commands in a real container print and how they end, its variables, and what `/log` answers for pods in
 * several states. Makes its pods in a namespace of its own, from an image of Debian with PostgreSQL. Against the cluster of
 * $KUBECONFIG:
 *
 *     node test/rehearsal/streams/record-streams.ts
 */
const namespace = 'rh-streams';
const { kubectl } = await kubernetesTools();
const run = createRun({ environment: process.env, vault: new Vault() });
const inNamespace = (...argv: string[]) => run([kubectl, '-n', namespace, ...argv]);
const server = await openProxy();
const pods = `/api/v1/namespaces/${namespace}/pods`;

try {
  await run([kubectl, 'create', 'namespace', namespace]);
  const manifest = await readFile(join(import.meta.dirname, 'pods.yaml'), 'utf8');
  await run([kubectl, '-n', namespace, 'apply', '-f', '-'], { stdin: manifest });
  for (const pod of ['box', 'single'])
    await inNamespace('wait', `pod/${pod}`, '--for=condition=Ready', '--timeout=60s');
  const waits: [pod: string, path: string, value: string][] = [
    ['crash', '.status.containerStatuses[0].state.waiting.reason', 'CrashLoopBackOff'],
    ['noimage', '.status.containerStatuses[0].state.waiting.reason', 'ImagePullBackOff'],
    ['noconfig', '.status.containerStatuses[0].state.waiting.reason', 'CreateContainerConfigError'],
    ['nomount', '.status.containerStatuses[0].state.waiting.reason', 'ContainerCreating'],
    ['badinit', '.status.initContainerStatuses[0].state.waiting.reason', 'CrashLoopBackOff'],
    ['done', '.status.phase', 'Succeeded'],
  ];
  for (const [pod, path, value] of waits)
    await inNamespace('wait', `pod/${pod}`, `--for=jsonpath={${path}}=${value}`, '--timeout=120s');
  await write();
} finally {
  await run([kubectl, 'delete', 'namespace', namespace, '--timeout=120s'], { accept: [0, 1] });
  server.close();
}

async function write(): Promise<void> {
  const { gitVersion } = (await server.get('/version')).json as { gitVersion: string };
  const executed: object[] = [];
  for (const command of commands) {
    const child = spawn(kubectl, ['-n', namespace, 'exec', '-i', 'box', '-c', 'box', '--', ...command.argv]);
    child.stdin.end(command.stdin ?? '');
    const [stdout, stderr, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise((resolve) => child.on('close', resolve)),
    ]);
    executed.push({ ...command, code, stdout, stderr });
  }
  const env = (await inNamespace('exec', 'box', '-c', 'box', '--', 'env')).stdout;
  const logs: object[] = [];
  for (const [pod, query] of logQueries) {
    const object = (await server.get(`${pods}/${pod}`)).json;
    // Everything that the container has said, to cut the answer from.
    const { container = '', previous = '' } = Object.fromEntries(new URLSearchParams(query));
    const all = new URLSearchParams({
      timestamps: 'true',
      ...(container && { container }),
      ...(previous && { previous }),
    });
    const whole = await server.get(`${pods}/${pod}/log?${all.toString()}`);
    const now = Date.now();
    const { status, text: body } = await server.get(`${pods}/${pod}/log?${query}`);
    // A run that the runtime has removed meanwhile: nothing to compare.
    if (body.startsWith('unable to retrieve container logs')) continue;
    logs.push({ pod: object, query, now, whole: whole.status === 200 ? whole.text : '', status, body });
  }
  const objects: object[] = [];
  for (const path of ['configmaps/web', 'secrets/key', 'services/data-base', 'services/headless', 'pods/box'])
    objects.push((await server.get(`/api/v1/namespaces/${namespace}/${path}`)).json ?? {});
  objects.push((await server.get('/api/v1/namespaces/default/services/kubernetes')).json ?? {});
  const source = {
    made: 'node test/rehearsal/streams/record-streams.ts',
    server: gitVersion,
    date: new Date().toISOString().slice(0, 10),
  };
  const folder = join(import.meta.dirname, 'fixtures');
  await mkdir(folder, { recursive: true });
  const lines = (list: object[]) => list.map((entry) => `    ${JSON.stringify(entry, withoutFields)}`).join(',\n');
  await writeFile(
    join(folder, 'streams.json'),
    `{\n  "source": ${JSON.stringify(source)},\n  "env": ${JSON.stringify(env)},\n  "executed": [\n${lines(executed)}\n  ],\n  "logs": [\n${lines(logs)}\n  ],\n` +
      `  "objects": [\n${lines(objects)}\n  ]\n}\n`,
  );
}

function withoutFields(field: string, value: unknown): unknown {
  return ['managedFields', 'kubectl.kubernetes.io/last-applied-configuration', 'tolerations', 'conditions'].includes(
    field,
  )
    ? undefined
    : value;
}

async function text(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function openProxy() {
  const proxy = spawn(kubectl, ['proxy', '--port=0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise<string>((resolve) => {
    proxy.stdout.on('data', (chunk: Buffer) => {
      const found = /127\.0\.0\.1:\d+/.exec(chunk.toString());
      if (found !== null) resolve(`http://${found[0]}`);
    });
  });
  return {
    async get(path: string) {
      const answer = await fetch(address + path);
      const body = await answer.text();
      return {
        status: answer.status,
        text: body,
        json: body.startsWith('{') ? (JSON.parse(body) as unknown) : undefined,
      };
    },
    close: () => void proxy.kill(),
  };
}
