import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { rehearsalArguments } from '../../src/rehearsal/start.ts';
import type { RehearsalOptions, RehearsalReady } from '../../src/rehearsal/options.ts';
import { deployment } from '../rehearsal/support/whole-cluster.ts';
import type { Ratio } from './bench.ts';
import { median } from './start.ts';

const program = fileURLToPath(new URL('../../dist/rehearsal.js', import.meta.url));
const rounds = 15;
const deployments = 100;
const replicas = 100;
/** A node has room for 110 pods. */
const nodes = Math.ceil((deployments * replicas) / 108);
/** The budgets of the issue: seconds from apply to all Ready, MiB of the process at the end, starts of `node -e 0`. */
const budgets = { seconds: 5, mebibytes: 300, starts: 2 };

/** 10,000 pods in a cluster of its own process, and how long it takes until it listens. */
export async function rehearsalBench(): Promise<Ratio[]> {
  const start = await startRatio();
  const { seconds, cpu, mebibytes } = await tenThousandPods();
  const pods = (deployments * replicas).toLocaleString('en-US');
  return [
    {
      name: `rehearsal: ${pods} pods from apply to Ready`,
      ratio: seconds / budgets.seconds,
      budget: 1,
      detail: `${seconds.toFixed(2)} s of ${budgets.seconds} s, ${cpu.toFixed(2)} s of processor time`,
    },
    {
      name: `rehearsal: memory with ${pods} pods`,
      ratio: mebibytes / budgets.mebibytes,
      budget: 1,
      detail: `${mebibytes.toFixed(0)} MiB of ${budgets.mebibytes} MiB resident`,
    },
    start,
  ];
}

/** From the start of the process to its line that it listens, against a bare start of the same Node. */
async function startRatio(): Promise<Ratio> {
  const listening = async () => {
    const began = performance.now();
    const cluster = await startCluster({ speed: 1, nodes: 1 });
    const passed = performance.now() - began;
    await stop(cluster.process);
    return passed;
  };
  const bare = () => {
    const began = performance.now();
    execFileSync(process.execPath, ['-e', '0'], { stdio: 'ignore' });
    return performance.now() - began;
  };
  await listening();
  const [bares, starts]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    bares.push(bare());
    starts.push(await listening());
  }
  return {
    name: 'rehearsal: start until it listens',
    ratio: median(starts) / median(bares),
    budget: budgets.starts,
    detail: `${median(starts).toFixed(0)} ms against ${median(bares).toFixed(0)} ms of node -e 0`,
  };
}

async function tenThousandPods(): Promise<{ seconds: number; cpu: number; mebibytes: number }> {
  // Ten times as fast as life: what takes time is work, not waiting for images and probes.
  const cluster = await startCluster({ speed: 10, nodes });
  try {
    await cluster.ask('GET', '/readyz');
    const { pid = 0 } = cluster.process;
    const cpu = processorSeconds(pid);
    const began = performance.now();
    for (let index = 0; index < deployments; index += 1)
      await cluster.ask(
        'POST',
        '/apis/apps/v1/namespaces/default/deployments',
        JSON.stringify(deployment(`web-${index}`, replicas)),
      );
    while ((await readyPods(cluster.ask)) < deployments * replicas)
      await new Promise((resolve) => setTimeout(resolve, 50));
    return {
      seconds: (performance.now() - began) / 1000,
      cpu: processorSeconds(pid) - cpu,
      mebibytes: residentMebibytes(pid),
    };
  } finally {
    await stop(cluster.process);
  }
}

async function readyPods(ask: Ask): Promise<number> {
  const { items } = JSON.parse(await ask('GET', '/apis/apps/v1/namespaces/default/deployments')) as {
    items: { status: { readyReplicas?: number } }[];
  };
  return items.reduce((sum, { status }) => sum + (status.readyReplicas ?? 0), 0);
}

type Ask = (method: string, path: string, body?: string) => Promise<string>;

async function startCluster({
  speed,
  nodes: count,
}: {
  speed: number;
  nodes: number;
}): Promise<{ process: ChildProcess; ask: Ask }> {
  const now = Date.now();
  const options: RehearsalOptions = {
    seed: 'bench',
    speed,
    faults: [],
    nodes: count,
    start: now,
    origin: now,
    token: 'a-token-of-the-bench',
    opensPorts: false,
  };
  const started = spawn(process.execPath, [...rehearsalArguments, program], { stdio: ['pipe', 'pipe', 'inherit'] });
  started.stdin.end(JSON.stringify(options));
  const line = await new Promise<string>((resolve, reject) => {
    started.stdout.once('data', (said: Buffer) => resolve(said.toString()));
    started.once('exit', (code) => reject(new Error(`the cluster ended with ${code}`)));
  });
  const { url, certificate } = JSON.parse(line) as RehearsalReady;
  const agent = new Agent({ keepAlive: true, ca: certificate, maxSockets: 1 });
  const headers = { authorization: `Bearer ${options.token}`, 'content-type': 'application/json' };
  return {
    process: started,
    ask: (method, path, body) =>
      new Promise((resolve, reject) => {
        const sent = request(`${url}${path}`, { method, agent, headers }, (response) => {
          text(response).then((said) => {
            if ((response.statusCode ?? 500) < 300) resolve(said);
            else reject(new Error(`${method} ${path}: ${response.statusCode} ${said}`));
          }, reject);
        });
        sent.on('error', reject);
        sent.end(body);
      }),
  };
}

async function stop(cluster: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => cluster.once('exit', resolve));
  cluster.kill('SIGTERM');
  await ended;
}

/** proc(5): user and system time in ticks, of which there are a hundred a second on Linux. */
function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function residentMebibytes(pid: number): number {
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kibibytes === undefined) throw new Error(`no VmRSS of ${pid}`);
  return Number(kibibytes) / 1024;
}
