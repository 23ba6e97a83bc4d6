import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format } from 'prettier';
import { type Case, cases } from './cases.ts';

/**
 * Records what the API server of the cluster of $KUBECONFIG answers to the requests of `cases.ts`. All are dry runs: the
 * cluster stays as it is.
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
const answers: object[] = [];
for (const sent of cases) answers.push({ ...sent, ...(await answerTo(sent)) });
const { gitVersion } = (await (await fetch(`${server}/version`)).json()) as { gitVersion: string };
proxy.kill();
const source = { server: gitVersion, date: new Date().toISOString().slice(0, 10), recordedBy: 'record-answers.ts' };
const text = await format(JSON.stringify({ source, answers }), { parser: 'json', printWidth: 120 });
await writeFile(join(import.meta.dirname, 'answers.json'), text);

async function answerTo({ path, mediaType, validation, body }: Case) {
  const answer = await fetch(`${server}${path}?dryRun=All&fieldValidation=${validation}`, {
    method: 'POST',
    headers: { 'content-type': mediaType },
    body,
  });
  const object = (await answer.json()) as { message?: string; metadata?: Record<string, unknown> };
  const warnings = [...(answer.headers.get('warning') ?? '').matchAll(/299 - "((?:[^"\\]|\\.)*)"/g)].map(
    ([, warning]) => (warning ?? '').replace(/\\(.)/g, '$1'),
  );
  if (answer.status >= 400) return { code: answer.status, message: object.message, warnings };
  delete object.metadata?.['managedFields'];
  return { code: answer.status, warnings, object };
}
