import { readFile, readdir, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
const dir = import.meta.dirname + '/recorded/';
const order = (a: string, b: string) => (a < b ? -1 : Number(a > b));
const walk = (v: any, f = ''): any => Array.isArray(v) ? (f === 'conditions' ? v.map((e) => walk(e)).toSorted((a, b) => order(String(a?.type), String(b?.type))) : v.map((e) => walk(e))) : v !== null && typeof v === 'object' ? Object.fromEntries(Object.entries(v).map(([k, e]) => [k, walk(e, k)])) : typeof v === 'string' ? v.replace(/(?<=Resource Version: +)\d+/g, '<version>') : v;
for (const f of await readdir(dir)) await writeFile(dir + f, await format(JSON.stringify(walk(JSON.parse(await readFile(dir + f, 'utf8')))), { ...(await resolveConfig(dir + f)), filepath: dir + f }));
