import { writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { Registry } from '../../../src/rehearsal/api/registry.ts';
import type { Answer, ApiServer } from './api-server.ts';
import { changed, type Case, type Fields } from './case.ts';

/** What a real API server made of a case. */
export interface Recorded {
  name: string;
  /** What was there, as it was stored. */
  old?: Fields;
  sent: Fields;
  isReal?: true;
  code: number;
  answer: Fields;
  warnings?: string[];
}

const registry = new Registry();

const asked = (path: string) => `${path}?fieldManager=kubectl-create&fieldValidation=Strict`;
const dry = (path: string) => `${asked(path)}&dryRun=All`;
const metaOf = (object: Fields) => object['metadata'] as Fields & { name: string; resourceVersion: string };

export function withoutManaged(object: Fields): Fields {
  const { managedFields: _, ...metadata } = (object['metadata'] ?? {}) as Fields;
  return { ...object, metadata };
}

/** Texts that are only there to be too long are written as how long they are: `x*262145`. */
function shortened(object: Fields): Fields {
  return JSON.parse(JSON.stringify(object), (_, value: unknown) =>
    typeof value === 'string' && value.length > 1000 ? `${value.slice(0, 4)}*${value.length}` : value,
  ) as Fields;
}

function recorded(name: string, sent: Fields, { code, body, warnings }: Answer, old?: Fields): Recorded {
  return {
    name,
    ...(old === undefined ? {} : { old: withoutManaged(old) }),
    sent: shortened(withoutManaged(sent)),
    code,
    answer: code < 300 ? withoutManaged(body) : body,
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

/** Tries cases on a real API server, in a namespace of its own. */
export function createRecorder(server: ApiServer, namespace: string) {
  const read = async (path: string) => (await server.send('GET', path)).body;

  const pathOf = (object: Fields, name?: string): string => {
    const resource = registry.ofKind(`${String(object['apiVersion'])} ${String(object['kind'])}`);
    if (resource === undefined) throw new Error(`no resource for ${String(object['kind'])}`);
    const base = resource.group === '' ? '/api' : `/apis/${resource.group}`;
    const place = resource.isNamespaced ? `/namespaces/${namespace}` : '';
    return `${base}/${resource.version}${place}/${resource.plural}${name === undefined ? '' : `/${name}`}`;
  };
  const pathOfMade = (object: Fields) => pathOf(object, metaOf(object).name);

  const remove = async (path: string): Promise<void> => {
    await server.send('DELETE', path, { gracePeriodSeconds: 0, propagationPolicy: 'Background' });
    for (;;) {
      const { code, body } = await server.send('GET', path);
      if (code === 404) return;
      const { finalizers } = body['metadata'] as { finalizers?: string[] };
      if (finalizers !== undefined)
        await server.send('PATCH', path, { metadata: { finalizers: null } }, 'application/merge-patch+json');
    }
  };

  const make = async (object: Fields): Promise<Fields> => {
    const made = await server.send('POST', pathOf(object), object);
    if (made.code !== 201) throw new Error(JSON.stringify(made.body));
    return made.body;
  };

  return {
    read,
    pathOf,
    pathOfMade,
    remove,
    make,
    /** A namespace with what its controllers put there; one of the same name goes before. */
    openNamespace: async (labels: Record<string, string> = {}): Promise<void> => {
      const path = `/api/v1/namespaces/${namespace}`;
      await server.send('DELETE', path);
      while ((await server.send('GET', path)).code !== 404);
      await make({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } });
      while ((await server.send('GET', `${path}/serviceaccounts/default`)).code !== 200);
      while ((await server.send('GET', `${path}/configmaps/kube-root-ca.crt`)).code !== 200);
    },
    closeNamespace: () => server.send('DELETE', `/api/v1/namespaces/${namespace}`),
    /** Creates or changes as a dry run, unless the case wants it real; what is made for it goes again. */
    record: async ({ name, object, change, isReal }: Case): Promise<Recorded> => {
      if (isReal === true) {
        const answer = await server.send('POST', asked(pathOf(object)), object);
        if (answer.code === 201) await remove(pathOfMade(answer.body));
        return { ...recorded(name, object, answer), isReal };
      }
      if (change === undefined) return recorded(name, object, await server.send('POST', dry(pathOf(object)), object));
      await make(object);
      const path = pathOfMade(object);
      // A controller may be writing to it: the answer counts only if the object was the same before and after.
      for (;;) {
        const before = await read(path);
        const sent = changed(before, change);
        const answer = await server.send('PUT', dry(path), sent);
        if (metaOf(before).resourceVersion !== metaOf(await read(path)).resourceVersion) continue;
        await remove(path);
        return recorded(name, sent, answer, before);
      }
    },
  };
}

export async function writeRecording(file: string, value: object): Promise<void> {
  await writeFile(file, await format(JSON.stringify(value), { parser: 'json', printWidth: 120 }));
}
