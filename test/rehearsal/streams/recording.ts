import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Reader } from '../../../src/rehearsal/controllers/client.ts';
import type { StoredObject } from '../../../src/rehearsal/objects.ts';

interface Recording {
  env: string;
  executed: { argv: string[]; stdin?: string; code: number; stdout: string; stderr: string }[];
  logs: { pod: StoredObject; query: string; now: number; whole: string; status: number; body: string }[];
  objects: StoredObject[];
}

/** What record-streams.ts has recorded. */
export const recording = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures', 'streams.json'), 'utf8'),
) as Recording;

export const recordedPod = recording.objects.find(({ kind }) => kind === 'Pod') as StoredObject;

/** Reads the recorded objects. */
export const recordedReader: Pick<Reader, 'get' | 'list'> = {
  get: (kind, namespace, name) =>
    recording.objects.find(
      (object) =>
        `${object.apiVersion} ${object.kind}` === kind &&
        object.metadata.namespace === namespace &&
        object.metadata.name === name,
    ),
  list: (kind, where = {}) =>
    recording.objects.filter(
      (object) => `${object.apiVersion} ${object.kind}` === kind && object.metadata.namespace === where.namespace,
    ),
};
