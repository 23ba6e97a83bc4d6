import { execFileSync, spawnSync } from 'node:child_process';
import { afterAll, describe, expect, test } from 'vitest';
import { context, kubeconfig, requireCluster } from '../support/real-cluster.ts';
import { privateHome, wizard } from '../support/wizard.ts';

const port = 30095;
/** Before address translation, so that it is the node port that is blocked and not what is behind it. */
const rule = ['OUTPUT', '-p', 'tcp', '--dport', String(port), '-j', 'DROP'];
const iptables = (flag: '-I' | '-D') =>
  execFileSync('iptables', ['-w', '-t', 'raw', flag, ...rule], { stdio: 'ignore' });
const canBlock = spawnSync('iptables', ['-w', '-t', 'raw', '-L', 'OUTPUT', '-n']).status === 0;

/** Where node addresses do not answer (macOS, Docker Desktop, a firewall), a port is forwarded, and said to be. */
describe.skipIf(!requireCluster() || !canBlock)(
  `a node port that is blocked${canBlock ? '' : ' (skipped: no iptables here)'}`,
  () => {
    const home = privateHome();
    const env = { ...home.env, KUBECONFIG: kubeconfig };
    const target = ['--target', `context:${context}`, '--namespace', 'forwarded', '--yes'];

    afterAll(async () => {
      await wizard(['down', 'hello', ...target, '--data'], { env });
      home.remove();
    });

    test('the run ends well, with an address of this host', async () => {
      iptables('-I');
      try {
        const result = await wizard(['up', 'hello', ...target, '--set', `port=${port}`, '--output', 'json'], { env });
        expect([result.status, result.stderr]).toEqual([0, '']);
        expect(result.events.at(-1)).toMatchObject({
          ok: true,
          forwarded: ['web.page'],
          endpoints: { 'web.page': expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string },
        });
        expect(result.events.some(({ type, step }) => type === 'step.finished' && step === 'http-check.page')).toBe(
          true,
        );
      } finally {
        iptables('-D');
      }
    });

    test('once it answers again, the node port is the address', async () => {
      const result = await wizard(['up', 'hello', ...target, '--set', `port=${port}`, '--output', 'json'], { env });
      expect(result.status).toBe(0);
      expect(result.events.at(-1)).toMatchObject({
        endpoints: { 'web.page': expect.stringMatching(new RegExp(`:${port}$`)) as string },
      });
    });
  },
);
