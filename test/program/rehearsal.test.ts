import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { privateHome, program, wizard, wizardEnvironment, type WizardResult } from '../support/wizard.ts';

/** The whole program on its built-in cluster: real kubectl and helm, nothing installed. */
describe('a rehearsal', { timeout: 120_000 }, () => {
  const home = privateHome();
  afterAll(() => home.remove());
  // A machine without Docker, without a cluster and without kubectl and helm of its own.
  const bare = { ...home.env, PATH: '/nonexistent', HOME: home.folder, KUBECONFIG: join(home.folder, 'none') };
  const up = (recipe: string, ...args: string[]) =>
    wizard(['up', recipe, '--rehearse', '--yes', '--output', 'json', '--seed', 'test', ...args], {
      env: bare,
      cwd: home.folder,
    });
  const failures = ({ events }: WizardResult) =>
    events.flatMap(({ type, step, code }) => (type === 'step.failed' ? [[step, code]] : []));
  const messages = ({ events }: WizardResult) =>
    events.filter(({ type, level }) => type === 'message' && level === 'error');

  it.each(['todo', 'hello'])(
    'of %s passes, with addresses that answered, and says what it does not prove',
    async (recipe) => {
      const result = await up(recipe);
      expect([failures(result), messages(result), result.stderr, result.status]).toEqual([[], [], '', 0]);
      const finished = result.events.at(-1);
      expect(finished).toMatchObject({ type: 'run.finished', ok: true, changed: true, rehearsal: { seed: 'test' } });
      expect(Object.keys(finished?.['endpoints'] as object).length).toBeGreaterThan(0);
      const { real, rehearsed, notProven } = (finished?.['rehearsal'] ?? {}) as Record<string, string[]>;
      expect([real, rehearsed, notProven].every((list) => (list ?? []).length > 0)).toBe(true);
      // Nothing is left but the tools in the cache.
      expect(readdirSync(home.folder)).toEqual(['cache']);
    },
  );

  it('is the same to the byte with the same seed, faults and all', async () => {
    const again = () => up('todo', '--verbose', '--fault', 'api-500:5%', '--fault', 'crash:frontend:1:"no":x1');
    const [first, second] = [await again(), await again()];
    expect(first.events.at(-1)?.type).toBe('run.finished');
    expect(second.stdout).toBe(first.stdout);
  });

  it.each([
    ['image-pull:backend', 'rollout.backend', 'image-not-found'],
    ['image-pull:backend:unauthorised', 'rollout.backend', 'image-unauthorised'],
    ['crash:backend:3:"cannot reach the database"', 'rollout.backend', 'crash-loop'],
    ['oom:frontend', 'rollout.frontend', 'oom-killed'],
    ['unschedulable:frontend', 'rollout.frontend', 'unschedulable-cpu'],
    ['secret-missing:backend-secrets', 'rollout.backend', 'missing-secret'],
    ['quota:pods=1', 'rollout.backend', 'quota-exceeded'],
    ['webhook:refuse', 'database.postgres', 'webhook-refused'],
  ])('with the fault %s fails at %s and is told as %s', async (fault, step, code) => {
    const result = await up('todo', '--fault', fault);
    expect([failures(result), result.status]).toEqual([[[step, code]], 1]);
  });

  it.each(['watch-closed:2s', 'api-slow:200ms', 'slow-start:backend:10s'])(
    'passes in spite of the fault %s',
    async (fault) => {
      const result = await up('todo', '--fault', fault);
      expect([failures(result), messages(result), result.status]).toEqual([[], [], 0]);
    },
  );

  it('refuses a fault that is none, naming the nearest and the column', async () => {
    const result = await wizard(['up', 'todo', '--rehearse', '--yes', '--fault', 'imge-pull:web'], { env: bare });
    expect([result.status, result.stderr]).toEqual([2, expect.stringMatching(/image-pull[\s\S]*column 1/)]);
  });

  it('leaves nothing that could be looked at or removed', async () => {
    for (const command of ['status', 'down']) {
      const result = await wizard([command, 'todo', '--target', 'rehearsal', '--yes'], { env: bare });
      expect([result.status, result.stderr]).toEqual([2, expect.stringContaining('leaves nothing behind')]);
    }
  });

  /** A run that has begun, at the speed of life. */
  async function begun() {
    const args = ['up', 'todo', '--rehearse', '--yes', '--output', 'json', '--speed', '1'];
    const child = spawn(process.execPath, [program, ...args], {
      env: wizardEnvironment(bare),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let said = '';
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('"run.started"')) resolve();
      });
    });
    const [cluster = 0] = childrenOf(child.pid ?? 0).filter((pid) => commandOf(pid).includes('rehearsal.js'));
    expect(cluster).toBeGreaterThan(0);
    return { child, cluster, said: () => said };
  }

  it('ends its cluster even when the wizard is killed', async () => {
    const { child, cluster } = await begun();
    child.kill('SIGKILL');
    await expect.poll(() => commandOf(cluster), { timeout: 20_000 }).toBe('');
  });

  it('that is stopped by Ctrl-C does not promise that one can go on with it', async () => {
    const { child, cluster, said } = await begun();
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    child.kill('SIGINT');
    expect(await ended).toBe(130);
    expect(commandOf(cluster)).toBe('');
    expect(said()).toContain('Nothing stays');
    expect(said()).not.toContain('resume');
  });
});

/** Linux only, as the tools that the development package carries. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((each) => new RegExp(`^PPid:\\s+${pid}$`, 'm').test(read(`/proc/${each}/status`)));
}

const commandOf = (pid: number) => read(`/proc/${pid}/cmdline`);

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // The process has ended.
  }
}
