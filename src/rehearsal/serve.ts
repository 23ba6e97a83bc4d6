import { createRunningCluster } from './cluster.ts';
import { loopbackCertificate } from './http/certificate.ts';
import { listen } from './http/server.ts';
import type { RehearsalOptions, RehearsalReady } from './options.ts';

/** Milliseconds between looks at whether the wizard is still there. */
const orphanCheck = 500;

/** The process of a rehearsal cluster: options by standard input, then requests until it is told to end. */
export async function serve(): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  const options = JSON.parse(Buffer.concat(chunks).toString()) as RehearsalOptions;
  const cluster = createRunningCluster(options, (error) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  });
  const certificate = loopbackCertificate(Date.now());
  const { url, close } = await listen(cluster.handler, { token: options.token, certificate });
  cluster.start(certificate.certificate);
  const end = () => {
    cluster.stop();
    void close().then(() => process.exit(0));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.on('SIGHUP', end);
  const parent = process.ppid;
  // A wizard that was killed cannot tell its cluster to end; its process number changes to that of init.
  setInterval(() => {
    if (process.ppid !== parent) end();
  }, orphanCheck).unref();
  process.stdout.write(`${JSON.stringify({ url, certificate: certificate.certificate } satisfies RehearsalReady)}\n`);
}
