import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';

/**
 * Bundles a small TypeScript program, JSX included, into one file that Node runs; returns its path.
 * Production React: the development build collects timings for ever.
 */
export async function bundleProgram(entry: URL): Promise<{ path: string; remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'program-'));
  const path = join(folder, `${basename(entry.pathname).replace(/\.tsx?$/, '')}.mjs`);
  await build({
    entryPoints: [fileURLToPath(entry)],
    outfile: path,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.DEV': '"false"' },
    plugins: [withoutDevtools],
    // CommonJS packages inside an ESM bundle ask for `require`.
    banner: { js: "import { createRequire as $r } from 'node:module'; const require = $r(import.meta.url);" },
    logLevel: 'error',
  });
  return { path, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Ink imports React's developer tools, which it uses only when DEV is set, and which are not installed. */
const withoutDevtools: Plugin = {
  name: 'without-devtools',
  setup(builder) {
    builder.onResolve({ filter: /^react-devtools-core$/ }, ({ path }) => ({ path, namespace: 'empty' }));
    builder.onLoad({ filter: /.*/, namespace: 'empty' }, () => ({ contents: 'export default {};' }));
  },
};
