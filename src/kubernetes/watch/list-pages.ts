import type { KubernetesObject } from '../objects.ts';
import type { KindRef } from './cluster-reader.ts';
import type { ApiAnswer } from './transport.ts';

/** Objects a page; what client-go asks for. */
const pageSize = 500;
/** A page token lives some minutes; a list that outlives it starts again. */
const attempts = 3;

/** Every object of a collection, and the version from which a watch goes on. */
export interface FullList {
  objects: KubernetesObject[];
  version: string;
}

export function isRefusal(list: FullList | ApiAnswer): list is ApiAnswer {
  return 'status' in list;
}

/** The whole collection, page by page; or the first answer that is no success. Throws on an answer that is no JSON. */
export async function listPages(
  answer: (path: string) => Promise<ApiAnswer>,
  ref: KindRef,
  collection: string,
  query: Record<string, string> = {},
): Promise<FullList | ApiAnswer> {
  let list = await pagesFrom(answer, ref, collection, query);
  for (let attempt = 1; attempt < attempts && isRefusal(list) && list.status === 410; attempt += 1) {
    list = await pagesFrom(answer, ref, collection, query);
  }
  return list;
}

async function pagesFrom(
  answer: (path: string) => Promise<ApiAnswer>,
  { apiVersion, kind }: KindRef,
  collection: string,
  query: Record<string, string>,
): Promise<FullList | ApiAnswer> {
  const objects: KubernetesObject[] = [];
  let token: string | undefined;
  for (;;) {
    const parameters = new URLSearchParams({ ...query, limit: String(pageSize) });
    if (token !== undefined) parameters.set('continue', token);
    const page = await answer(`${collection}?${parameters.toString()}`);
    if (page.status !== 200) return page;
    const list = JSON.parse(page.body) as List;
    // Items of a typed list do not say what they are.
    for (const item of list.items ?? []) objects.push({ ...item, apiVersion, kind });
    token = list.metadata?.continue;
    if (token === undefined || token === '') return { objects, version: list.metadata?.resourceVersion ?? '' };
  }
}

interface List {
  metadata?: { resourceVersion?: string; continue?: string };
  items?: KubernetesObject[] | null;
}
