import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Vault } from '../../../src/secrets/vault.ts';
import { createRun } from '../../../src/tools/shell/run.ts';
import { kubernetesTools } from '../../support/kubernetes-tools.ts';
import columns from '../../../src/rehearsal/api/recorded/columns.json' with { type: 'json' };
import { podStates } from './states.ts';

/**
 * Records what a real API server prints of objects in many states: each list as objects and as a table of the same
 * moment, and the bookmark that ends the first part of a watch. Makes its objects in a namespace of its own (some are of
 * the cluster) and deletes them afterwards. Against the cluster of $KUBECONFIG:
 *
 *     node test/rehearsal/tables/record-tables.ts
 */
const namespace = 'rh-tables';
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
/** Objects of a cluster-wide kind that are kept: enough to see how they print. */
const limit = 6;

/** No table looks at these; with them the recording would be three times as large. */
const unprinted = new Set([
  'managedFields',
  'kubectl.kubernetes.io/last-applied-configuration',
  'terminationMessagePath',
  'terminationMessagePolicy',
  'imagePullPolicy',
  'resources',
  'volumeMounts',
  'volumes',
  'tolerations',
  'securityContext',
  'dnsPolicy',
  'openAPIV3Schema',
  'serviceAccount',
  'serviceAccountName',
  'terminationGracePeriodSeconds',
  'enableServiceLinks',
  'images',
]);

interface Item {
  metadata: { name: string; namespace?: string; managedFields?: unknown };
}
interface RecordedTable {
  metadata: object;
  columnDefinitions: { name: string; type: string; format: string; priority: number }[];
  rows: { cells: unknown[]; conditions?: unknown[] }[] | null;
}

const { kubectl } = await kubernetesTools();
const run = createRun({ environment: process.env, vault: new Vault() });
const inNamespace = (argv: string[], stdin?: string) =>
  run([kubectl, '-n', namespace, ...argv], stdin === undefined ? {} : { stdin });
const manifest = async (name: string) =>
  (await readFile(join(import.meta.dirname, name), 'utf8')).replaceAll(
    '{micro}',
    new Date().toISOString().replace('Z', '123Z'),
  );

const server = await openProxy();
try {
  await makeObjects();
  await record();
} finally {
  await clear();
  server.close();
}

async function makeObjects(): Promise<void> {
  await run([kubectl, 'create', 'namespace', namespace]);
  await inNamespace(['apply', '-f', '-'], await manifest('states.yaml'));
  await inNamespace(['wait', `crd/gadgets.${namespace}.example.com`, '--for=condition=Established', '--timeout=30s']);
  await inNamespace(['apply', '-f', '-'], await manifest('gadgets.yaml'));
  await inNamespace(['apply', '-f', '-'], await signingRequest());
  for (const { object, status, isDeleted } of podStates()) {
    const path = `/api/v1/namespaces/${namespace}/pods`;
    await server.send('POST', path, object);
    await server.send('PATCH', `${path}/${object.metadata.name}/status`, { status });
    if (isDeleted === true) await server.send('DELETE', `${path}/${object.metadata.name}`);
  }
  await inNamespace(['wait', 'job/done', '--for=condition=Complete', '--timeout=60s']);
  await inNamespace(['wait', 'job/failing', '--for=condition=Failed', '--timeout=60s']);
  await inNamespace(['wait', 'deployment/running', '--for=condition=Available', '--timeout=60s']);
  await inNamespace(['wait', 'pvc/bound', '--for=jsonpath={.status.phase}=Bound', '--timeout=60s']);
  await inNamespace(['wait', 'cronjob/each-minute', '--for=jsonpath={.status.lastScheduleTime}', '--timeout=90s']);
  await inNamespace(['delete', 'pvc', 'waiting', '--wait=false']);
  const balancer = {
    status: { loadBalancer: { ingress: [{ ip: '198.51.100.7' }, { hostname: 'lb.a-long-name.example.com' }] } },
  };
  await server.send('PATCH', `/api/v1/namespaces/${namespace}/services/balanced/status`, balancer);
  await server.send('PATCH', `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses/many/status`, balancer);
  await server.send(
    'PATCH',
    `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/with-status/status`,
    {
      status: {
        currentReplicas: 3,
        currentMetrics: [
          {
            type: 'ContainerResource',
            containerResource: {
              name: 'cpu',
              container: 'web',
              current: { averageUtilization: 70, averageValue: '7m' },
            },
          },
          { type: 'External', external: { metric: { name: 'queue' }, current: { value: '4' } } },
        ],
      },
    },
  );
}

async function signingRequest(): Promise<string> {
  const argv = ['openssl', 'req', '-new', '-newkey', 'rsa:2048', '-nodes', '-keyout', '/dev/null', '-subj', '/CN=jane'];
  const { stdout } = await run(argv);
  return JSON.stringify({
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: namespace },
    spec: {
      request: Buffer.from(stdout).toString('base64'),
      signerName: 'kubernetes.io/kube-apiserver-client',
      expirationSeconds: 90_000,
      usages: ['client auth'],
    },
  });
}

async function record(): Promise<void> {
  const { gitVersion } = (await server.get('/version')) as { gitVersion: string };
  const tables: Record<string, object> = {};
  const kinds = [
    ...Object.keys(columns.columns),
    `${namespace}.example.com/v1/gadgets`,
    `${namespace}.example.com/v2/gadgets`,
  ];
  for (const kind of kinds) tables[kind] = await recordKind(kind);
  const definition = (await server.get(
    `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.${namespace}.example.com`,
  )) as { spec: { versions: object } };
  const source = {
    made: 'node test/rehearsal/tables/record-tables.ts',
    server: gitVersion,
    date: new Date().toISOString().slice(0, 10),
  };
  const path = join(import.meta.dirname, 'fixtures', 'tables.json');
  const lines = Object.entries(tables).map(([kind, entry]) => `    ${JSON.stringify(kind)}: ${JSON.stringify(entry)}`);
  const head = `  "source": ${JSON.stringify(source)},\n  "customVersions": ${JSON.stringify(dropped(definition.spec.versions))},\n`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `{\n${head}  "tables": {\n${lines.join(',\n')}\n  }\n}\n`);
}

/** The objects between two equal tables within the same second belong to those tables. */
async function recordKind(kind: string): Promise<object> {
  const [group = '', version = '', plural = ''] = kind.split('/');
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const inside = `${base}/namespaces/${namespace}/${plural}`;
  const path = (await server.status(inside)) === 200 ? inside : `${base}/${plural}`;
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const before = (await server.get(`${path}?includeObject=None`, table)) as RecordedTable;
    const now = Date.now();
    const list = (await server.get(path)) as { items: Item[] | null; metadata: object };
    const after = (await server.get(`${path}?includeObject=None`, table)) as RecordedTable;
    if (JSON.stringify(before.rows) !== JSON.stringify(after.rows)) continue;
    const all = (list.items ?? []).map((item, index) => ({ item, row: rowOf(before.rows, item, index) }));
    const own = all.filter(({ item }) => item.metadata.name.includes(namespace));
    const kept =
      path === inside
        ? all
        : [...own, ...all.filter((entry) => !own.includes(entry) && !isOfOthers(entry.item)).slice(0, limit)];
    return {
      now,
      columns: before.columnDefinitions.map(({ name, type, format: how, priority }) => ({
        name,
        type,
        format: how,
        priority,
      })),
      items: inTableOrder(before.rows, kept).map(({ item }) => dropped(item)),
      rows:
        before.rows === null
          ? null
          : inTableOrder(before.rows, kept).map(({ row }) => ({ cells: row?.cells, conditions: row?.conditions })),
      bookmark: await server.bookmark(path),
    };
  }
  throw new Error(`${kind} did not stay as it was for long enough.`);
}

function inTableOrder<Kept extends { row: unknown }>(rows: RecordedTable['rows'], kept: Kept[]): Kept[] {
  const place = ({ row }: Kept) => rows?.findIndex((entry) => entry === row) ?? 0;
  return kept.toSorted((one, other) => place(one) - place(other));
}

/** Rows come in the order of the list, but for flow schemas. */
function rowOf(rows: RecordedTable['rows'], { metadata }: Item, index: number) {
  const names = [rows?.[index]?.cells.at(0), rows?.[index]?.cells.at(-1)];
  return names.includes(metadata.name)
    ? rows?.[index]
    : (rows?.find(({ cells }) => cells[0] === metadata.name) ?? rows?.[index]);
}

/** Namespaces and the like that other tests are making at the same time. */
function isOfOthers({ metadata }: Item): boolean {
  return /^(contract|rh|test)-/.test(metadata.namespace ?? metadata.name);
}

function dropped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dropped);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([field]) => !unprinted.has(field))
      .map(([field, inner]) => [field, dropped(inner)]),
  );
}

async function clear(): Promise<void> {
  const pods = (await server.get(`/api/v1/namespaces/${namespace}/pods`)) as { items: Item[] };
  for (const { metadata } of pods.items)
    await server.send('PATCH', `/api/v1/namespaces/${namespace}/pods/${metadata.name}`, {
      metadata: { finalizers: null },
    });
  const more = { accept: [0, 1] };
  for (const name of ['states.yaml', 'gadgets.yaml'])
    await run([kubectl, '-n', namespace, 'delete', '--ignore-not-found', '--wait=false', '-f', '-'], {
      stdin: await manifest(name),
      ...more,
    });
  await run([kubectl, 'delete', 'csr', namespace, '--ignore-not-found'], more);
  await run([kubectl, 'delete', 'namespace', namespace, '--timeout=90s'], more);
}

async function openProxy() {
  const proxy = spawn(kubectl, ['proxy', '--port=0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise<string>((resolve) => {
    proxy.stdout.on('data', (chunk: Buffer) => {
      const found = /127\.0\.0\.1:\d+/.exec(chunk.toString());
      if (found !== null) resolve(`http://${found[0]}`);
    });
  });
  const ask = (path: string, accept = 'application/json') => fetch(address + path, { headers: { accept } });
  return {
    get: async (path: string, accept?: string): Promise<unknown> => (await ask(path, accept)).json(),
    status: async (path: string) => (await ask(path)).status,
    async send(method: string, path: string, body?: object): Promise<void> {
      const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
      const answer = await fetch(address + path, {
        method,
        headers: { 'content-type': type },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    },
    /** Row and definitions of the bookmark that says: these were the initial events. */
    async bookmark(path: string): Promise<unknown> {
      const end = new AbortController();
      const query =
        'watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&includeObject=None';
      const answer = await fetch(`${address}${path}?${query}`, { headers: { accept: table }, signal: end.signal });
      let text = '';
      for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        text += chunk;
        const line = text.split('\n').find((entry) => entry.startsWith('{"type":"BOOKMARK"') && entry.endsWith('}}'));
        if (line === undefined && answer.ok) continue;
        end.abort();
        if (line === undefined) return { refused: answer.status };
        const { object } = JSON.parse(line) as {
          object: { columnDefinitions: unknown; rows: { cells: unknown[]; object: object }[] };
        };
        return {
          hasColumns: object.columnDefinitions !== null,
          cells: object.rows[0]?.cells,
          object: object.rows[0]?.object,
        };
      }
      return undefined;
    },
    close: () => void proxy.kill(),
  };
}
