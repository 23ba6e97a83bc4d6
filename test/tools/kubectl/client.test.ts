import { describe, expect, it } from 'vitest';
import { kubectlVersion } from '../../../src/tools/kubectl/client.ts';
import { fakeRun } from '../../support/fake-run.ts';
import { kubernetesTools } from '../../support/kubernetes-tools.ts';
import { realRun } from '../../support/real-run.ts';

const answering = (gitVersion: string) =>
  fakeRun({ 'kubectl version': { stdout: `{\n  "clientVersion": {\n    "gitVersion": "${gitVersion}"\n  }\n}\n` } })
    .run;

describe('the version of kubectl', () => {
  it('is read from the real one', async () => {
    const { kubectl } = await kubernetesTools();
    expect(await kubectlVersion(realRun(), kubectl)).toMatch(/^1\.\d+\.\d+$/);
  });

  it('may carry the mark of a distribution', async () => {
    expect(await kubectlVersion(answering('v1.32.4-dispatcher'))).toBe('1.32.4');
    expect(await kubectlVersion(answering('v1.29.0+k3s1'))).toBe('1.29.0');
  });

  it.each(['v1.28.15', 'v0.9.1'])('%s is too old: exit 4 with where to get another', async (version) => {
    const failure = await kubectlVersion(answering(version)).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      kind: 'user',
      exitCode: 4,
      message: `kubectl ${version.slice(1)} is too old`,
      next: [expect.stringContaining('https://kubernetes.io/docs/tasks/tools/')],
    });
  });

  it('is missed with exit 4 when there is no kubectl', async () => {
    await expect(kubectlVersion(realRun(), 'kubectl-that-is-not-there')).rejects.toMatchObject({
      kind: 'user',
      exitCode: 4,
      message: 'kubectl-that-is-not-there is not installed',
    });
  });

  it('cannot be told from something else: exit 4, with what it said', async () => {
    const { run } = fakeRun({ 'kubectl version': { stdout: 'command not supported' } });
    await expect(kubectlVersion(run)).rejects.toMatchObject({ exitCode: 4, why: 'command not supported' });
    const failing = fakeRun({ 'kubectl version': { status: 1, stderr: 'exec format error\n' } });
    await expect(kubectlVersion(failing.run)).rejects.toMatchObject({ exitCode: 4, why: 'exec format error' });
  });
});
