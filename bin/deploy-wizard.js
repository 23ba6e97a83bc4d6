#!/usr/bin/env node
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(
    `deploy-wizard needs Node 22.12 or newer; this is ${process.versions.node}. Try: npx -y node@24 $(which deploy-wizard)\n`,
  );
  process.exit(2);
}
const { enableCompileCache } = await import('node:module');
enableCompileCache();
await import('../dist/start.js');
