import { describe, expect, it } from 'vitest';
import { createMinikubeProvider } from '../../src/providers/minikube.ts';
import { createDocker } from '../../src/tools/docker/create-docker.ts';
import { createMinikube } from '../../src/tools/minikube/minikube.ts';
import { realRun } from '../support/real-run.ts';

/** Folder of the scripts that start and stop the Minikube of this ring; its `shims` stand for what the machine lacks. */
const scripts = process.env['DEPLOY_WIZARD_TEST_MINIKUBE'];
const profile = process.env['DEPLOY_WIZARD_TEST_MINIKUBE_PROFILE'] ?? 'minikube';
const image = process.env['DEPLOY_WIZARD_TEST_IMAGE'] ?? 'busybox:1.37';
const skipped = scripts === undefined ? ' (skipped: DEPLOY_WIZARD_TEST_MINIKUBE is not set)' : '';

describe.skipIf(scripts === undefined)(`a real Minikube that runs${skipped}`, () => {
  const run = realRun({
    PATH: `${scripts}/shims:${process.env['PATH']}`,
    MK_RUN: process.env['MK_RUN'] ?? '/run/minikube-none',
  });
  const minikube = createMinikube({ run });
  const provider = createMinikubeProvider({ run });
  const signal = () => AbortSignal.timeout(60_000);

  it('is listed with its state, its version and a server', async () => {
    expect((await minikube.profiles()).map(({ name }) => name)).toContain(profile);
    expect(await minikube.status(profile)).toMatchObject([{ host: 'Running', apiServer: 'Running', isWorker: false }]);
    const found = await provider.find(profile, signal());
    expect(found).toMatchObject({ provider: 'minikube', context: profile, state: 'running' });
    expect(found.problem).toBeUndefined();
    expect(found.detail).toMatch(/^Kubernetes 1\.\d+, 1 node, \d+\.\d CPU free$/);
    expect(found.server).toMatch(/^https:\/\//);
  });

  it('takes an image under a tag of its own, and tells that it has it', async ({ skip }) => {
    const docker = createDocker({ run });
    const found = await docker.image(image).catch(() => undefined);
    if (found === undefined) return skip(`no engine, or no image ${image}`);
    const tag = `tools-${process.pid}:1`;
    await run(['docker', 'tag', image, tag]);
    const delivery = await provider.delivery(await provider.find(profile, signal()), signal());
    expect(await provider.hasImage(delivery, tag, signal())).toBe(false);
    for (const argv of provider.deliverArgv(delivery, tag)) await run(argv, { timeout: 300 });
    expect(await provider.hasImage(delivery, tag, signal())).toBe(true);
    await run(['minikube', 'image', 'rm', tag, '--profile', profile]);
    await docker.remove(tag);
  });

  it('tells services, addons and its address', async () => {
    expect((await minikube.services(profile)).map(({ name }) => name)).toContain('kubernetes');
    expect(await minikube.addons(profile)).toMatchObject({ 'storage-provisioner': true });
    const found = await provider.find(profile, signal());
    expect(await provider.nodeAddresses(found, signal())).toEqual([expect.stringMatching(/^[\d.]+$/)]);
  });
});
