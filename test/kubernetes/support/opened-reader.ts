import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { KubernetesObject } from '../../../src/kubernetes/objects.ts';
import type { ClusterReader, KindRef, LiveView } from '../../../src/kubernetes/watch/cluster-reader.ts';
import { createClusterReader } from '../../../src/kubernetes/watch/reader.ts';
import type { Snapshot } from '../../../src/kubernetes/watch/snapshot.ts';
import type { RunCommand } from '../../../src/tools/shell/run.ts';
import { FakeApiServer } from './fake-api-server.ts';
import { kubectlProxyOf } from './fake-kubectl.ts';
import { ManualClock } from './manual-clock.ts';

export interface OpenedReader {
  reader: ClusterReader;
  server: FakeApiServer;
  clock: ManualClock;
  stop: AbortController;
  directory: string;
}

/** A reader before a fake API server, which ends with the test. */
export async function openReader(
  run?: (server: FakeApiServer, directory: string) => RunCommand,
): Promise<OpenedReader> {
  const directory = await mkdtemp(join(tmpdir(), 'reader-'));
  const server = new FakeApiServer();
  const clock = new ManualClock();
  const stop = new AbortController();
  const reader = createClusterReader({
    run: run?.(server, directory) ?? kubectlProxyOf(server),
    context: 'test',
    kubectl: 'kubectl',
    directory,
    signal: stop.signal,
    clock,
    random: () => 0.5,
  });
  onTestFinished(async () => {
    await reader.close();
    await rm(directory, { recursive: true, force: true });
  });
  return { reader, server, clock, stop, directory };
}

/** Resolves at the first snapshot that is as wanted; a test that waits for what never comes runs into its time limit. */
export function until(view: LiveView, wanted: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
  return new Promise((resolve) => {
    if (wanted(view.snapshot())) return resolve(view.snapshot());
    const end = view.subscribe((snapshot) => {
      if (!wanted(snapshot)) return;
      end();
      resolve(snapshot);
    });
  });
}

/** Milliseconds of the waits after failures in a row, where chance is always one half. */
export const backoffs = [187.5, 375, 750, 1500, 3000, 3750, 3750];

export const complete = (snapshot: Snapshot): boolean => snapshot.isComplete;

export const names = (snapshot: Snapshot, kind: string): string[] =>
  snapshot
    .objects(kind)
    .map(({ metadata }) => metadata.name)
    .sort();

export const podRef: KindRef = { apiVersion: 'v1', kind: 'Pod' };
export const nodeRef: KindRef = { apiVersion: 'v1', kind: 'Node' };
export const eventRef: KindRef = { apiVersion: 'v1', kind: 'Event' };
export const secretRef: KindRef = { apiVersion: 'v1', kind: 'Secret' };
export const deploymentRef: KindRef = { apiVersion: 'apps/v1', kind: 'Deployment' };

export function object(ref: KindRef, name: string, more: Record<string, unknown> = {}): KubernetesObject {
  return { ...ref, ...more, metadata: { name, namespace: 'todo', uid: `uid-${name}` } };
}

export const pod = (name: string, more: Record<string, unknown> = {}): KubernetesObject => object(podRef, name, more);
