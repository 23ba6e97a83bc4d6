import { readFileSync, writeSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { loopbackCertificate } from './http/certificate.ts';
import { openLoopbackPort } from './http/loopback-port.ts';
import type { RehearsalOptions, RehearsalReady } from './options.ts';

/** Milliseconds between looks at whether the wizard is still there. */
const orphanCheck = 500;
/** Percent by which the heap may grow over what a collection has left before the next: V8 would let it double and more. */
const heapGrowth = 50;

/**
 * The process of a rehearsal cluster: options by standard input, then requests until it is told to end. The port is open
 * before the cluster is loaded, which is most of the work; connections that come earlier wait for it.
 */
export async function serve(): Promise<void> {
  const parent = process.ppid;
  // Both are pipes that block: the streams of Node for them would be a tenth of the start.
  const options = JSON.parse(readFileSync(0, 'utf8')) as RehearsalOptions;
  const port = await openLoopbackPort();
  const certificate = loopbackCertificate(Date.now());
  const ready: RehearsalReady = {
    url: `https://127.0.0.1:${port.port}`,
    certificate: certificate.certificate,
  };
  writeSync(1, `${JSON.stringify(ready)}\n`);
  setFlagsFromString(`--heap-growing-percent=${heapGrowth}`);
  // Most of the rest is compiling.
  enableCompileCache();
  const { createRunningCluster, listen } = await import('./running.ts');
  const cluster = createRunningCluster(options, (error) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  });
  cluster.start(certificate.certificate);
  const { close } = await listen(cluster.handler, { token: options.token, certificate, port });
  const end = () => {
    cluster.stop();
    void close().then(() => process.exit(0));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.on('SIGHUP', end);
  // A wizard that was killed cannot tell its cluster to end; its process number changes to that of init.
  setInterval(() => {
    if (process.ppid !== parent) end();
  }, orphanCheck).unref();
}
