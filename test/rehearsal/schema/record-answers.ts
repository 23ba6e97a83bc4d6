import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { format } from 'prettier';
import { type Case, cases } from './cases.ts';
import { customCases, definitionCases } from './custom-cases.ts';
import { gadget } from './gadget.ts';

/**
 * Records what the API server of the cluster of $KUBECONFIG answers to the requests of `cases.ts` and `custom-cases.ts`.
 * All are dry runs; the definition of Gadgets alone is there while it runs.
 *
 *     node test/rehearsal/schema/record-answers.ts
 */
const proxy = spawn('kubectl', ['proxy', '--port=0'], { stdio: ['ignore', 'pipe', 'inherit'] });
const server = await new Promise<string>((resolve) => {
  proxy.stdout.on('data', (chunk: Buffer) => {
    const found = /127\.0\.0\.1:\d+/.exec(chunk.toString());
    if (found !== null) resolve(`http://${found[0]}`);
  });
});
const { gitVersion } = (await (await fetch(`${server}/version`)).json()) as { gitVersion: string };
const source = { server: gitVersion, date: new Date().toISOString().slice(0, 10), recordedBy: 'record-answers.ts' };
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const own = `${server}${definitions}/${gadget.metadata.name}`;
await write('answers.json', cases);
await write('definition-answers.json', definitionCases);
const created = await fetch(`${server}${definitions}`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(gadget),
});
if (!created.ok) throw new Error(await created.text());
try {
  while (!(await (await fetch(own)).text()).includes('"Established","status":"True"')) await delay(200);
  await delay(2000);
  await write('custom-answers.json', customCases);
} finally {
  await fetch(own, { method: 'DELETE' });
  proxy.kill();
}

async function write(name: string, requests: readonly Case[]): Promise<void> {
  const answers: object[] = [];
  for (const sent of requests) {
    const { body, ...rest } = sent;
    // Bodies of definitions are long, and as `custom-cases.ts` makes them.
    answers.push({ ...rest, ...(requests === definitionCases ? {} : { body }), ...(await answerTo(sent)) });
  }
  const text = await format(JSON.stringify({ source, answers }), { parser: 'json', printWidth: 120 });
  await writeFile(join(import.meta.dirname, name), text);
}

async function answerTo({ path, mediaType, validation, body }: Case) {
  const answer = await fetch(`${server}${path}?dryRun=All&fieldValidation=${validation}`, {
    method: 'POST',
    headers: { 'content-type': mediaType },
    body,
  });
  const object = (await answer.json()) as {
    message?: string;
    details?: { causes?: object[] };
    metadata?: Record<string, unknown>;
  };
  const warnings = [...(answer.headers.get('warning') ?? '').matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(
    ([, warning]) => (warning ?? '').replace(/\\(.)/g, '$1'),
  );
  if (answer.status >= 400) {
    const { causes } = object.details ?? {};
    return { code: answer.status, message: object.message, ...(causes === undefined ? {} : { causes }), warnings };
  }
  delete object.metadata?.['managedFields'];
  return { code: answer.status, warnings, ...(path.endsWith('definitions') ? {} : { object }) };
}
