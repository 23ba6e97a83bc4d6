import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { format } from 'prettier';
import { kubernetesTools } from '../../support/kubernetes-tools.ts';
import { definitions } from './definitions.ts';
import { scenarios } from './scenarios.ts';
import type { Scenario, Step } from './scenarios/step.ts';

/**
 * Sends the requests of scenarios.ts to a real API server and records each object before and after. In a namespace of its
 * own, which it deletes. Against the cluster of $KUBECONFIG:
 *
 *     node test/rehearsal/patch/record-operations.ts
 */
const namespace = 'rh-patch-record';
const file = join(import.meta.dirname, 'recorded/operations.json');

interface Stored {
  metadata: { resourceVersion: string; generation?: number; managedFields?: unknown };
}

const { kubectl } = await kubernetesTools();
const proxy = spawn(kubectl, ['proxy', '--port=0'], { stdio: ['ignore', 'pipe', 'inherit'] });
const address = await new Promise<string>((resolve) => {
  proxy.stdout.on('data', (chunk: Buffer) => {
    const found = /127\.0\.0\.1:\d+/.exec(chunk.toString());
    if (found !== null) resolve(`http://${found[0]}`);
  });
});

async function send(
  method: string,
  path: string,
  type: string,
  body?: unknown,
): Promise<{ code: number; answer: unknown }> {
  const answer = await fetch(address + path, {
    method,
    headers: { 'content-type': type, accept: 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { code: answer.status, answer: await answer.json() };
}

const get = async (path: string) => (await send('GET', path, 'application/json')).answer;
const isFound = (answer: unknown): answer is Stored => (answer as { kind: string }).kind !== 'Status';

/** The object when its controllers have nothing more to say. */
async function settled(path: string): Promise<Stored | undefined> {
  let known: string | undefined;
  for (;;) {
    const answer = await get(path);
    if (!isFound(answer)) return undefined;
    if (answer.metadata.resourceVersion === known) return answer;
    known = answer.metadata.resourceVersion;
    await wait(700);
  }
}

const mediaTypes: Record<Step['type'], string> = {
  json: 'application/json',
  'json-patch': 'application/json-patch+json',
  'merge-patch': 'application/merge-patch+json',
  'strategic-merge-patch': 'application/strategic-merge-patch+json',
  'apply-patch': 'application/apply-patch+yaml',
};

const baseOf = (apiVersion: string) =>
  `${apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`}/namespaces/${namespace}`;

async function record({ apiVersion, kind, plural, name, steps }: Scenario): Promise<object[]> {
  const operations: object[] = [];
  let last: unknown;
  for (const step of steps) {
    const version = step.apiVersion ?? apiVersion;
    const collection = `${baseOf(version)}/${plural}`;
    const before = await settled(`${collection}/${name}`);
    const body = bodyOf(step, before, { apiVersion: version, kind, metadata: { name, namespace } });
    const query = `fieldManager=${step.manager}${step.force === true ? '&force=true' : ''}`;
    const target =
      step.method === 'POST'
        ? collection
        : `${collection}/${name}${step.subresource === undefined ? '' : `/${step.subresource}`}`;
    const { code, answer } = await send(step.method, `${target}?${query}`, mediaTypes[step.type], body);
    const stored = step.subresource === 'scale' && code < 300 ? await get(`${collection}/${name}`) : undefined;
    const { body: _, ...rest } = step;
    const isSame = JSON.stringify(before) === JSON.stringify(last);
    operations.push({
      ...rest,
      apiVersion: version,
      kind,
      plural,
      request: body,
      ...(before === undefined ? {} : { before: isSame ? 'as after the operation before' : before }),
      code,
      answer,
      // The answer is the Scale: this is what it was the Scale of.
      ...(stored === undefined ? {} : { stored }),
    });
    last = code < 300 ? (stored ?? answer) : before;
    process.stdout.write(`${code} ${kind} ${step.name}\n`);
  }
  return operations;
}

function bodyOf(
  { method, type, body }: Step,
  before: Stored | undefined,
  identity: { apiVersion: string; kind: string; metadata: object },
): unknown {
  if (type === 'apply-patch' || method === 'POST') {
    const own = body as { metadata?: object };
    return { ...identity, ...own, metadata: { ...identity.metadata, ...own.metadata } };
  }
  return method === 'PUT' ? merged(before, body) : body;
}

/** What a client does that reads an object, changes it and writes it back; null deletes. */
function merged(value: unknown, change: unknown): unknown {
  if (typeof change !== 'object' || change === null || Array.isArray(change)) return change;
  const result: Record<string, unknown> = { ...(value as object) };
  for (const [field, next] of Object.entries(change)) {
    if (next === null) delete result[field];
    else result[field] = merged(result[field], next);
  }
  return result;
}

try {
  await send('POST', '/api/v1/namespaces', 'application/json', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  });
  for (const definition of definitions)
    await send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', 'application/json', definition);
  await wait(4000);
  const operations = [];
  for (const scenario of scenarios) operations.push(await record(scenario));
  const { gitVersion } = (await get('/version')) as { gitVersion: string };
  const source = {
    server: gitVersion,
    date: new Date().toISOString().slice(0, 10),
    command: 'node test/rehearsal/patch/record-operations.ts',
  };
  await writeFile(file, await format(JSON.stringify({ source, operations }), { parser: 'json', printWidth: 120 }));
} finally {
  for (const { metadata } of definitions)
    await send(
      'DELETE',
      `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${metadata.name}`,
      'application/json',
    );
  await send('DELETE', `/api/v1/namespaces/${namespace}`, 'application/json');
  proxy.kill();
}
