import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { format } from 'prettier';

/**
 * Records the bodies that kubectl and helm really send as protobuf, by standing between them and the cluster of
 * $KUBECONFIG (which gets and loses one namespace, and otherwise only sees dry runs), and beside them what the same
 * command prints with `--dry-run=client -o json`.
 *
 *     node test/rehearsal/wire/record-bodies.ts
 */
const run = promisify(execFile);
const namespace = 'rh-wire-bodies';
const target = join(import.meta.dirname, 'bodies.json');

/** What kubectl can make by itself; the kinds that `kubectl create` knows, with most of their flags. */
const created = [
  'create namespace demo',
  'create serviceaccount robot',
  'create configmap settings --from-literal=mode=fast --from-literal=empty= --from-literal=text=näïve',
  'create secret generic plain --from-literal=password=s3cret --from-literal=empty= --type=example.org/kind',
  'create secret docker-registry pull --docker-server=registry.example --docker-username=me --docker-password=pw',
  'create service clusterip web --tcp=80:8080 --tcp=443',
  'create service nodeport web --tcp=80:http --node-port=30080',
  'create service loadbalancer web --tcp=80',
  'create service externalname db --external-name=db.example.org',
  'create deployment web --image=postgres:17 --replicas=3 --port=5432',
  'create deployment idle --image=busybox --replicas=0 -- sleep 1d',
  'create job once --image=busybox -- sh -c true',
  'create cronjob nightly --image=busybox --schedule=@daily --restart=OnFailure -- date',
  'create ingress web --class=nginx --rule=shop.example/cart*=web:80,tls=shop-tls --rule=/=web:http --annotation a=b',
  'create ingress fallback --default-backend=web:8080',
  'create role reader --verb=get,list --resource=pods,deployments.apps --resource-name=one',
  'create rolebinding readers --role=reader --user=ann --group=staff --serviceaccount=demo:robot',
  'create clusterrole viewer --verb=get --non-resource-url=/healthz',
  'create clusterrole sum --aggregation-rule=rbac.example.org/aggregate=true',
  'create clusterrolebinding viewers --clusterrole=viewer --group=staff',
  'create quota few --hard=cpu=1500m,memory=2048Mi,pods=3 --scopes=BestEffort',
  'create poddisruptionbudget web --selector=app=web --min-available=50%',
  'create poddisruptionbudget other --selector=app=other --max-unavailable=1',
  'create priorityclass high --value=1000 --description=first --preemption-policy=Never',
];

/** Sent as protobuf too, with nothing to compare with on the command line. */
const asked = [
  'create token default --duration=1h --audience=me --bound-object-kind=Secret --bound-object-name=none',
  'auth can-i create deployments.apps --subresource=scale',
  'auth can-i get /healthz',
  'auth can-i --list',
  'auth whoami',
];

interface Body {
  command: string;
  request: string;
  base64: string;
  /** What the command prints with `--dry-run=client -o json`. */
  printed?: unknown;
}

const proxy = spawn('kubectl', ['proxy', '--port=0'], { stdio: ['ignore', 'pipe', 'inherit'] });
const upstream = await new Promise<string>((resolve) => {
  proxy.stdout.on('data', (chunk: Buffer) => {
    const found = /127\.0\.0\.1:\d+/.exec(chunk.toString());
    if (found !== null) resolve(`http://${found[0]}`);
  });
});

let seen: Omit<Body, 'command'>[] = [];
const server = createServer((request, response) => {
  void (async () => {
    const body = await bytesOf(request);
    if (request.headers['content-type'] === 'application/vnd.kubernetes.protobuf' && body.length > 0)
      seen.push({ request: `${request.method} ${request.url}`, base64: body.toString('base64') });
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(
        (entry): entry is [string, string] =>
          typeof entry[1] === 'string' && ['accept', 'content-type', 'user-agent'].includes(entry[0]),
      ),
    );
    const answer = await fetch(`${upstream}${request.url}`, {
      method: request.method ?? 'GET',
      headers,
      ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    for await (const chunk of answer.body ?? []) response.write(chunk);
    response.end();
  })().catch(() => response.destroy());
});
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

const folder = await mkdtemp(join(tmpdir(), 'record-bodies-'));
const kubeconfig = join(folder, 'kubeconfig');
const cluster = { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
await writeFile(
  kubeconfig,
  JSON.stringify({
    clusters: [{ name: 'x', cluster }],
    contexts: [{ name: 'x', context: { cluster: 'x', user: 'x', namespace } }],
    users: [{ name: 'x', user: {} }],
    'current-context': 'x',
  }),
);
const env = { ...process.env, KUBECONFIG: kubeconfig, KUBECACHEDIR: join(folder, 'cache') };
const bodies: Body[] = [];
await run('kubectl', ['create', 'namespace', namespace]);
try {
  for (const command of created) {
    await record('kubectl', command, ['--dry-run=server']);
    const { stdout } = await run('kubectl', withOptions(command, ['--dry-run=client', '-o', 'json']), { env });
    const last = bodies.at(-1);
    if (last?.command !== `kubectl ${command}`) throw new Error(`nothing was sent as protobuf by ${command}`);
    last.printed = JSON.parse(stdout) as unknown;
  }
  for (const command of asked) await record('kubectl', command, []);
  const chart = join(folder, 'tiny');
  await run('helm', ['create', chart], { env });
  await run('sh', ['-c', `rm -r ${chart}/templates/* && echo 'note' > ${chart}/templates/NOTES.txt`]);
  for (const command of [`install tiny ${chart}`, `upgrade tiny ${chart}`, 'uninstall tiny'])
    await record('helm', command, []);
} finally {
  await run('kubectl', ['delete', 'namespace', namespace, '--wait=false']);
  proxy.kill();
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
}

const versions = async (tool: string, args: string[]) => (await run(tool, args)).stdout.trim();
const source = {
  kubectl: (JSON.parse(await versions('kubectl', ['version', '-o', 'json'])) as Record<string, { gitVersion: string }>)[
    'clientVersion'
  ]?.gitVersion,
  helm: await versions('helm', ['version', '--template', '{{.Version}}']),
  date: new Date().toISOString().slice(0, 10),
  recordedBy: 'test/rehearsal/wire/record-bodies.ts',
};
await writeFile(target, await format(JSON.stringify({ source, bodies }), { parser: 'json', printWidth: 120 }));

async function record(tool: string, command: string, options: string[]): Promise<void> {
  seen = [];
  // Some of what is asked for is refused: what was sent counts.
  await run(tool, withOptions(command, options), { env }).catch(() => undefined);
  for (const body of seen) bodies.push({ command: `${tool} ${command.replace(folder, '.')}`, ...body });
}

/** Options stand before `--`, after which the command of a container follows. */
function withOptions(command: string, options: string[]): string[] {
  const words = command.split(' ');
  const end = words.indexOf('--');
  return end === -1 ? [...words, ...options] : [...words.slice(0, end), ...options, ...words.slice(end)];
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
