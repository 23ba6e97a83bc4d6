import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { paramText, type Plan, type PlanStep } from '../../src/plan/plan.ts';
import { context, kubeconfig, kubectl } from '../support/real-cluster.ts';
import { privateHome, wizard } from '../support/wizard.ts';
import type { Ratio } from './bench.ts';
import { median } from './start.ts';

/** Alternating pairs; the median of their ratios counts. */
const pairs = Number(process.env['DEPLOY_WIZARD_BENCH_PAIRS'] ?? 5);
const namespace = 'bench';

/**
 * The whole first run against a shell script that runs the same argument vectors, in the same order and as much side by
 * side, with cold build caches both. What the script lacks is what the wizard adds: checks, ledger, watching.
 */
export async function todoBench(): Promise<Ratio[]> {
  const home = privateHome();
  const env = { ...home.env, KUBECONFIG: kubeconfig };
  const target = ['--target', `context:${context}`, '--namespace', namespace];
  const folder = mkdtempSync(join(tmpdir(), 'dw-bench-'));
  const cold = () => {
    spawnSync('docker', ['builder', 'prune', '-af']);
    const images = execFileSync('docker', ['image', 'ls', '--format', '{{.Repository}}:{{.Tag}}'], {
      encoding: 'utf8',
    }).split('\n');
    for (const image of images.filter((name) => /todo-(backend|frontend):/.test(name)))
      spawnSync('docker', ['image', 'rm', '-f', image]);
    spawnSync('docker', ['image', 'prune', '-f']);
  };
  /** Source that was never built before: another tag, so that no registry or node has the image already. */
  const fresh = (round: string) => {
    const source = join(folder, round);
    execFileSync('cp', ['-r', 'recipes/todo/sample', source]);
    for (const part of ['frontend', 'backend'])
      writeFileSync(join(source, part, 'bench.txt'), `${round} ${randomUUID()}`);
    return source;
  };
  try {
    const ratios: number[] = [];
    for (let round = 0; round < pairs; round += 1) {
      const seconds: Record<string, number> = {};
      for (const who of round % 2 === 0 ? (['wizard', 'script'] as const) : (['script', 'wizard'] as const)) {
        const source = fresh(`${who}-${round}`);
        const planned = await wizard(['plan', 'todo', ...target, '--yes', '--output', 'json', '--source', source], {
          env,
        });
        const plan = planned.events.find(({ type }) => type === 'run.planned')?.['plan'] as Plan;
        cold();
        const started = performance.now();
        if (who === 'wizard') {
          const { status, stderr } = await wizard(
            ['up', 'todo', ...target, '--yes', '--output', 'json', '--source', source],
            { env },
          );
          if (status !== 0) throw new Error(`the wizard ended with ${status}: ${stderr}`);
        } else {
          const script = join(folder, `${who}-${round}.sh`);
          writeFileSync(script, scriptOf(plan, folder));
          const { status, stderr } = spawnSync('bash', [script], {
            env: { ...process.env, KUBECONFIG: kubeconfig },
            encoding: 'utf8',
          });
          if (status !== 0) throw new Error(`the script ended with ${status}: ${stderr.slice(-2000)}`);
        }
        seconds[who] = (performance.now() - started) / 1000;
        await wizard(['down', 'todo', ...target, '--yes', '--data'], { env });
        kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--wait');
      }
      const ratio = (seconds['wizard'] ?? 0) / (seconds['script'] ?? 1);
      process.stdout.write(
        `     pair ${round + 1}: wizard ${seconds['wizard']?.toFixed(1)} s, script ${seconds['script']?.toFixed(1)} s, ${ratio.toFixed(2)}\n`,
      );
      ratios.push(ratio);
    }
    return [
      {
        name: 'whole first run against a script of its commands',
        ratio: median(ratios),
        budget: 1.15,
        detail: `median of ${pairs} alternating pairs, cold caches`,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
    home.remove();
  }
}

/** Every step as a background job that waits for the marks of those it needs. */
function scriptOf(plan: Plan, folder: string): string {
  const marks = mkdtempSync(join(folder, 'marks-'));
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const line = (argv: readonly string[]) => argv.map(quote).join(' ');
  const kubectlLine = (...args: string[]) => line(['kubectl', '--context', context, '-n', plan.namespace, ...args]);
  const apply = (objects: object[]) =>
    `printf %s ${quote(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))} | ${kubectlLine('apply', '--server-side', '-f', '-')}`;
  const acts = (step: PlanStep): string[] => {
    const name = paramText(step.params, 'name');
    switch (step.kind) {
      case 'namespace':
        return [
          `printf %s ${quote(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))} | ${line(['kubectl', '--context', context, 'apply', '--server-side', '-f', '-'])}`,
        ];
      case 'secret': {
        const keys = (step.params['keys'] as { key: string }[]).map(({ key }) => key);
        const value = (key: string) =>
          key === 'database-url'
            ? `postgresql+asyncpg://todo:benchbenchbench@postgres.${plan.namespace}.svc:5432/tododb`
            : 'b'.repeat(48);
        return [
          apply([
            {
              apiVersion: 'v1',
              kind: 'Secret',
              metadata: { name },
              stringData: Object.fromEntries(keys.map((key) => [key, value(key)])),
            },
          ]),
        ];
      }
      case 'database':
        return [
          apply(JSON.parse(readFileSync('test/bench/database.json', 'utf8')) as object[]),
          kubectlLine('rollout', 'status', 'statefulset/postgres'),
        ];
      case 'rollout':
        return [kubectlLine('rollout', 'status', `deployment/${paramText(step.params, 'release')}`)];
      case 'http-check':
        return (step.params['requests'] as { url: string; method: string }[]).slice(0, 1).map(({ url }) => {
          const port = url.includes('backend') ? 30002 : 30001;
          return `curl -sf --retry 20 --retry-delay 1 --retry-all-errors -o /dev/null http://127.0.0.1:${port}/`.replace(
            ':30002/',
            ':30002/health',
          );
        });
      default:
        return step.commands.map((argv) => line(argv));
    }
  };
  const job = (step: PlanStep) => {
    // An image is delivered when the cluster is known, as every other step of it.
    const waits = step.needs.map((need) => `until [ -e ${quote(join(marks, need))} ]; do sleep 0.05; done`);
    return `( ${[...waits, ...acts(step).map((act) => `${act} >/dev/null`), `touch ${quote(join(marks, step.id))}`].join(' && ')} ) &`;
  };
  return [
    'set -u',
    ...plan.steps.map(job),
    'failed=0',
    'for job in $(jobs -p); do wait "$job" || { failed=1; kill $(jobs -p) 2>/dev/null; }; done',
    'exit $failed',
  ].join('\n');
}
