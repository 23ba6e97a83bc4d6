import { glob, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { format } from 'prettier';
import recorded from '../../../src/rehearsal/api/recorded/types.json' with { type: 'json' };

/**
 * Records which scalar fields of the API are pointers in Go: zero is a value there (`storageClassName: ""`), while any other
 * field that holds zero is left out (`hostNetwork: false`). No API tells, so this is read from the sources of the types, in
 * the folder of a Go module cache:
 *
 *     node test/rehearsal/patch/record-pointer-fields.ts ~/go/pkg/mod/k8s.io v0.34.10
 */
const file = join(import.meta.dirname, '../../../src/rehearsal/patch/recorded/pointer-fields.json');
const [folder = '', version = ''] = process.argv.slice(2);
const sources = [
  `api@${version}/*/v*/types.go`,
  `apimachinery@${version}/pkg/apis/meta/v1/types.go`,
  `apiextensions-apiserver@${version}/pkg/apis/apiextensions/v1/types*.go`,
  `kube-aggregator@${version}/pkg/apis/apiregistration/v1/types.go`,
];
const types = recorded.types as unknown as Record<string, { fields: Record<string, { type: string }> }>;
const scalars = ['string', 'integer', 'number', 'boolean'];
const pointers: Record<string, string[]> = {};
for (const source of sources)
  for await (const path of glob(join(folder, source))) {
    const group = `${basename(dirname(dirname(path)))}.${basename(dirname(path))}`;
    let struct = '';
    for (const line of (await readFile(path, 'utf8')).split('\n')) {
      struct = /^type (\w+) struct/.exec(line)?.[1] ?? struct;
      const [, field = ''] = /^\s+\w+\s+\*[\w.]+\s+`json:"([^",]+)/.exec(line) ?? [];
      const name = `${group}.${struct}`;
      if (scalars.includes(types[name]?.fields[field]?.type ?? '')) (pointers[name] ??= []).push(field);
    }
  }
const sorted = Object.fromEntries(Object.entries(pointers).sort(([one], [other]) => (one < other ? -1 : 1)));
const source = {
  modules: `k8s.io/api, apimachinery, apiextensions-apiserver, kube-aggregator ${version}`,
  date: new Date().toISOString().slice(0, 10),
  command: `node test/rehearsal/patch/record-pointer-fields.ts ~/go/pkg/mod/k8s.io ${version}`,
};
await writeFile(file, await format(JSON.stringify({ source, pointers: sorted }), { parser: 'json', printWidth: 120 }));
